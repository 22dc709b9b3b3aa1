"""`escala municipalities`: the list of municipalities for visits on site, and its import from DANE's file (ONS-1)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from settings import settings
from storage.engine.database import Database
from wording.console import Stopped

T = TypeVar("T")

app = typer.Typer(help="Municipios para las visitas en sitio.", no_args_is_help=True)

_LARGEST = 20_000_000


@app.command("import")
def import_file(file: Annotated[Path, typer.Argument(help="El CSV de la DIVIPOLA que publica el DANE.")]) -> None:
    """Importa los municipios: todo el archivo, o nada."""
    from cli.divipola import NotDivipola, read_divipola
    from storage.visit import municipalities

    try:
        if file.stat().st_size > _LARGEST:
            raise Stopped(f"{file}: es demasiado grande para ser la lista de municipios.")
        names = read_divipola(file.read_bytes(), municipalities.departments())
    except OSError as error:
        raise Stopped(f"{file}: no se puede leer ({error.strerror}).") from None
    except NotDivipola as why:
        raise Stopped(f"{file}: {why}") from None
    done = _run(lambda db: municipalities.import_all(db, names, at=datetime.now(UTC)))
    typer.echo(f"Municipios nuevos: {done.new}. Con otro nombre: {done.renamed}. Sin cambio: {done.unchanged}.")


@app.command("list")
def list_municipalities(
    department: Annotated[
        str | None, typer.Option(help="Solo los de este departamento: los dos primeros dígitos del código.")
    ] = None,
) -> None:
    """Lista los municipios conocidos: código, nombre y departamento."""
    from storage.visit import municipalities

    if department is not None and department not in municipalities.departments():
        raise Stopped(f"no existe el departamento «{department}»; indique sus dos dígitos, por ejemplo 05.")
    for code, each in _run(municipalities.listed).items():
        if department in (None, code[:2]):
            typer.echo(f"{code}  {each.name}  ({each.department})")


def _run(work: Callable[[Database], Awaitable[T]]) -> T:
    async def connected() -> T:
        db = Database.at(settings().database_url)
        try:
            if not await db.ready():
                raise Stopped("la base de datos no está disponible o no está al día; ejecute «escala migrate».")
            return await work(db)
        finally:
            await db.close()

    return asyncio.run(connected())
