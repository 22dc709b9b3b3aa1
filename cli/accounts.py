"""`escala accounts`: who may sign in. A password comes from a prompt or from stdin, never from the command line."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import typer

from cli.operator import operator
from policy.case.case import Role
from settings import settings
from storage.audit.acts import acts_as
from storage.engine.database import Database
from storage.signing_in.accounts import Account
from wording.console import DATABASE_NOT_THERE, Stopped

T = TypeVar("T")

app = typer.Typer(help="Cuentas para ingresar al portal y a la consola.", no_args_is_help=True)

_Email = Annotated[str, typer.Argument(help="El correo de la cuenta.")]


@app.command()
def invite(
    email: _Email,
    name: Annotated[str, typer.Option(help="El nombre; sin él, el correo.")] = "",
    role: Annotated[
        Role | None, typer.Option(help="commercial o admin; contactos y agentes lo traen de sus listas.")
    ] = None,
) -> None:
    """Crea la cuenta si no existe y muestra, una sola vez, el enlace para elegir la contraseña (vale 7 días)."""
    from desk.access import REGISTRARS
    from desk.signing_in.account_keeping import is_address
    from desk.signing_in.invitations import Guest, ensure_account, make_key
    from storage.signing_in.accounts import Purpose

    if role is not None and role not in REGISTRARS:
        raise Stopped("los roles que se dan a una cuenta son commercial y admin; los demás vienen de sus listas.")
    if not is_address(email):
        raise Stopped(f"«{email}» no es un correo.")
    now = _now()

    async def work(db: Database) -> str:
        guest = Guest(email=email, name=name or email.strip(), staff_role=role)
        with _somebody_administers():
            account = await ensure_account(db, guest, at=now)
        if account.disabled_at is not None:
            raise Stopped(f"la cuenta de «{account.mailbox}» está desactivada; use «escala accounts enable».")
        return (await make_key(db, account, Purpose.INVITATION, at=now)).secret

    secret = _run(work)
    typer.echo(f"Entregue este enlace a {email.strip()}: sirve una sola vez y no se vuelve a mostrar.", err=True)
    typer.echo(f"{settings().public_url.rstrip('/')}/clave/{secret}")


@app.command("list")
def list_accounts() -> None:
    """Lista las cuentas, sin sus secretos."""
    from storage.signing_in import accounts

    for account in _run(accounts.listing):
        role = account.staff_role.value if account.staff_role else "-"
        factor = "con segundo factor" if account.asks_for_code else ""
        state = "desactivada" if account.disabled_at else "" if account.password_hash else "sin contraseña"
        typer.echo(f"{account.mailbox:<40}  {role:<10}  {state:<14}  {factor}".rstrip())


@app.command()
def disable(email: _Email) -> None:
    """Desactiva una cuenta desde ahora: terminan sus sesiones y sus tokens."""
    from storage.signing_in import accounts

    async def work(db: Database) -> None:
        account = await _known(db, email)
        with _somebody_administers():
            await accounts.disable(db, account.id, at=_now())

    _run(work)
    typer.echo(f"Cuenta {email}: desactivada.")


@app.command()
def enable(email: _Email) -> None:
    """Activa de nuevo una cuenta desactivada."""
    from storage.signing_in import accounts

    async def work(db: Database) -> None:
        await accounts.enable(db, (await _known(db, email)).id, at=_now())

    _run(work)
    typer.echo(f"Cuenta {email}: activa.")


@app.command("remove-role")
def remove_role(email: _Email) -> None:
    """Quita a una cuenta su rol de la casa (commercial o admin); nunca al último administrador."""
    from storage.signing_in import accounts

    async def work(db: Database) -> None:
        account = await _known(db, email)
        if account.staff_role is None:
            raise Stopped(f"la cuenta «{account.mailbox}» no tiene un rol de la casa.")
        with _somebody_administers():
            await accounts.take_role_away(db, account.id, at=_now())

    _run(work)
    typer.echo(f"Cuenta {email}: sin rol de la casa.")


@app.command("set-password")
def set_password(email: _Email) -> None:
    """Pone una contraseña, que se pide en la terminal o se lee de la entrada estándar; termina las sesiones."""
    from desk.signing_in import passwords
    from desk.signing_in.own_account import change_password, known_of

    given = _given_password()

    async def work(db: Database) -> None:
        account = await _known(db, email)
        try:
            await passwords.check(given, await known_of(db, account))
        except passwords.BadPassword:
            raise Stopped("la contraseña debe tener entre 12 y 200 signos y no ser fácil de adivinar.") from None
        await change_password(db, account, given, at=_now())

    _run(work)
    typer.echo(f"Cuenta {email}: contraseña cambiada.")


@app.command("reset-second-factor")
def reset_second_factor(email: _Email) -> None:
    """Quita el segundo factor de quien perdió su teléfono y sus códigos de recuperación; termina las sesiones."""
    from desk.signing_in import account_keeping

    async def work(db: Database) -> None:
        await account_keeping.reset_second_factor(db, await _known(db, email), at=_now())

    _run(work)
    typer.echo(f"Cuenta {email}: sin segundo factor.")


def _given_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("Contraseña", hide_input=True, confirmation_prompt="Otra vez"))


@contextmanager
def _somebody_administers() -> Iterator[None]:
    from desk.signing_in.problems import LastAdministrator
    from storage.signing_in.accounts import NobodyAdministers

    try:
        yield
    except (NobodyAdministers, LastAdministrator):
        raise Stopped("no quedaría ningún administrador; dé primero ese rol a otra cuenta.") from None


async def _known(db: Database, email: str) -> Account:
    from storage.signing_in import accounts

    account = await accounts.by_mailbox(db, email)
    if account is None:
        raise Stopped(f"no existe la cuenta «{email}»; vea «escala accounts list».")
    return account


def _run(work: Callable[[Database], Awaitable[T]]) -> T:
    async def connected() -> T:
        acts_as(operator())
        try:
            db = Database.at(settings().database_url)
        except OSError:
            raise Stopped(DATABASE_NOT_THERE, 1) from None
        try:
            if not await db.ready():
                raise Stopped(DATABASE_NOT_THERE, 1)
            return await work(db)
        finally:
            await db.close()

    return asyncio.run(connected())


def _now() -> datetime:
    return datetime.now(UTC)
