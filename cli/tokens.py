"""`escala tokens`: who may call the API. A token's secret is shown once, when it is made; only its digest is kept."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar

import typer

from policy.case.case import Level, Role
from settings import settings
from storage.engine.database import Database
from wording.console import Stopped

T = TypeVar("T")

app = typer.Typer(help="Tokens de acceso a la API.", no_args_is_help=True)

_CALLERS = [role for role in Role if role is not Role.SYSTEM]


def _unknown(what: str, subject: str) -> Stopped:
    return Stopped(f"no existe {what} «{subject}»; regístrelo primero en la API.")


@app.command()
def create(
    role: Annotated[Role, typer.Option(help=f"Rol: {', '.join(_CALLERS)}.")],
    subject: Annotated[str, typer.Option(help="Identificador del contacto o agente; en otros roles, un nombre.")],
    label: Annotated[str, typer.Option(help="Para qué sirve este token.")] = "",
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="Días de vigencia; sin ella, no vence.")] = None,
) -> None:
    """Crea un token y lo muestra: es la única vez que se ve."""
    from storage.signing_in import tokens

    if role is Role.SYSTEM:
        raise Stopped("el rol system es de los relojes; nadie recibe un token con él.")
    now = _now()

    async def work(db: Database) -> tuple[str, str]:
        secret = tokens.new_secret()
        token = tokens.Token(
            id=f"tok_{secrets.token_hex(6)}",
            role=role,
            subject_id=subject,
            label=label,
            created_at=now,
            expires_at=now + timedelta(days=days) if days else None,
            **await _subject(db, role, subject),
        )
        return (await tokens.create(db, token, secret)).id, secret

    token_id, secret = _run(work)
    typer.echo(f"Token {token_id} ({role.value}, {subject}). Guárdelo ahora: no se vuelve a mostrar.", err=True)
    typer.echo(secret)


@app.command("list")
def list_tokens() -> None:
    """Lista los tokens, sin sus secretos."""
    from storage.signing_in import tokens

    now = _now()
    for token in _run(tokens.listing):
        ended = "revocado" if token.revoked_at else "vencido" if token.expires_at and token.expires_at <= now else ""
        until = f"hasta {token.expires_at:%Y-%m-%d}" if token.expires_at else "sin vencimiento"
        state = ended or until
        typer.echo(f"{token.id}  {token.role.value:<10}  {token.subject_id:<30}  {state:<18}  {token.label}".rstrip())


@app.command()
def revoke(token_id: Annotated[str, typer.Argument(help="El token, como lo muestra «escala tokens list».")]) -> None:
    """Revoca un token desde ahora."""
    from storage.signing_in import tokens

    async def work(db: Database) -> None:
        if token_id not in {token.id for token in await tokens.listing(db)}:
            raise Stopped(f"no existe el token «{token_id}»; vea «escala tokens list».")
        await tokens.revoke(db, token_id, at=_now())

    _run(work)
    typer.echo(f"Token {token_id}: revocado.")


async def _subject(db: Database, role: Role, subject: str) -> dict[str, Any]:
    """What a token holds of its subject: a contact's customer, an agent's levels."""
    from storage.people import agents, contacts

    if role is Role.CONTACT:
        contact = await contacts.get(db, subject)
        if contact is None or contact.removed_at is not None:
            raise _unknown("el contacto autorizado", subject)
        if not contact.can_sign_in:
            raise Stopped(f"el contacto «{subject}» no está autorizado para ingresar (REQ-6).")
        return {"customer_id": contact.customer_id}
    if role in (Role.AGENT, Role.DIRECTOR):
        agent = await agents.get(db, subject)
        if agent is None or (role is Role.DIRECTOR and not agent.is_director):
            raise _unknown("el agente" if role is Role.AGENT else "el director", subject)
        levels: tuple[Level, ...] = agent.levels if role is Role.AGENT else ()
        return {"levels": levels}
    return {}


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


def _now() -> datetime:
    return datetime.now(UTC)
