"""`escala doctor`: one line for each thing that Escala needs, and whether it holds. It changes nothing."""

import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from cli import temporal_server
from cli.up import is_free, is_up, ports
from policy.terms.policy_file import PolicyFileError
from settings import Settings
from storage.engine.database import Database
from storage.terms.policy_files import check_policy_needs, read_policy_file
from wording import console


class _Fails(Exception):
    """What was examined does not hold; the sentence says why."""


class _NotYet(Exception):
    """Nothing to examine before the first `escala up`."""


Examination = Callable[[Settings], Awaitable[str]]


async def examine(settings: Settings) -> bool:
    """Print a line for each examination; True where none fails."""
    examinations: list[Examination] = [
        _policy_file, _public_url, _database, _policy_needs, _temporal, _search_attributes
    ]  # fmt: skip
    if settings.profile == "embedded":
        examinations = [_binary, _state_dir, _ports, *examinations]
    return all([await _passes(examination, settings) for examination in examinations])


async def _passes(examination: Examination, settings: Settings) -> bool:
    what = _WHAT[examination]
    try:
        mark, detail = console.GOOD, await examination(settings)
    except _NotYet:
        mark, detail = console.NOT_YET, console.UP_PREPARES_IT
    except (_Fails, console.Stopped) as failure:
        mark, detail = console.BAD, str(failure)
    print(console.doctor_line(mark, what, detail))
    return mark != console.BAD


async def _binary(_: Settings) -> str:
    return str(temporal_server.find_binary())


async def _state_dir(settings: Settings) -> str:
    folder = settings.state_dir
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    if not (nearest.is_dir() and os.access(nearest, os.W_OK)):
        raise console.Stopped(console.state_not_writable(folder))
    return str(folder)


async def _ports(settings: Settings) -> str:
    if is_up(settings.state_dir):
        return console.IN_USE_BY_UP
    for port, what, option in ports(settings):
        if not is_free(port):
            raise _Fails(console.port_in_use(port, what, option))
    return ", ".join(str(port) for port, _, _ in ports(settings))


async def _policy_file(settings: Settings) -> str:
    try:
        return read_policy_file(settings.policy_file).version
    except PolicyFileError as error:
        raise _Fails(str(error)) from None


async def _policy_needs(settings: Settings) -> str:
    _expect_up(settings)
    database = Database.at(settings.database_url)
    try:
        if not await database.ready():
            raise _Fails(console.DATABASE_NOT_READY)
        await check_policy_needs(database, read_policy_file(settings.policy_file), at=datetime.now(UTC))
    except PolicyFileError as error:
        raise _Fails(str(error)) from None
    finally:
        await database.close()
    return console.POLICY_HAS_WHAT_IS_NEEDED


async def _public_url(settings: Settings) -> str:
    if not settings.public_url_is_private:
        raise _Fails(console.public_url_is_plain(settings.public_url))
    return settings.public_url


async def _database(settings: Settings) -> str:
    _expect_up(settings)
    database = Database.at(settings.database_url)
    try:
        if not await database.ready():
            raise _Fails(console.DATABASE_NOT_READY)
    finally:
        await database.close()
    return console.DATABASE_CURRENT


async def _temporal(settings: Settings) -> str:
    _expect_up(settings)
    await temporal_server.connect(settings)
    return settings.temporal_address


async def _search_attributes(settings: Settings) -> str:
    _expect_up(settings)
    client = await temporal_server.connect(settings)
    if missing := await temporal_server.missing_search_attributes(client):
        raise _Fails(console.attributes_missing(sorted(missing)))
    return console.ATTRIBUTES_COMPLETE


def _expect_up(settings: Settings) -> None:
    if settings.profile == "embedded" and not is_up(settings.state_dir):
        raise _NotYet


_WHAT: dict[Examination, str] = {
    _binary: "Programa temporal",
    _state_dir: "Carpeta de estado",
    _ports: "Puertos",
    _policy_file: "Archivo de política",
    _public_url: "Dirección pública",
    _database: "Base de datos",
    _policy_needs: "Política en uso",
    _temporal: "Temporal",
    _search_attributes: "Atributos de búsqueda",
}
