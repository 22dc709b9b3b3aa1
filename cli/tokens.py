"""`escala tokens`: who may call the API. A token's secret is shown once, when it is made; only its digest is kept."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar

import typer

from cli.operator import operator
from policy.case.case import Role
from settings import settings
from storage.audit.acts import acts_as
from storage.engine.database import Database
from storage.signing_in.tokens import Token
from wording.console import Stopped

T = TypeVar("T")

app = typer.Typer(help="Tokens de acceso a la API.", no_args_is_help=True)

_CALLERS = [role for role in Role if role is not Role.SYSTEM]


def _unknown(what: str, subject: str) -> Stopped:
    return Stopped(f"no existe {what} «{subject}»; regístrelo primero en la API.")


@app.command()
def create(
    role: Annotated[Role, typer.Option(help=f"Rol: {', '.join(_CALLERS)}.")],
    subject: Annotated[
        str,
        typer.Option(help="Identificador del contacto o agente; en otros roles, el correo de la cuenta o un programa."),
    ],
    label: Annotated[str, typer.Option(help="Para qué sirve este token.")] = "",
    days: Annotated[
        int | None, typer.Option(min=1, max=3650, help="Días de vigencia; sin ella, los de ESCALA_TOKEN_DAYS (90).")
    ] = None,
) -> None:
    """Crea un token y lo muestra: es la única vez que se ve."""
    from storage.signing_in import tokens

    if role is Role.SYSTEM:
        raise Stopped("el rol system es de los relojes; nadie recibe un token con él.")
    now = _now()
    expires_at = now + timedelta(days=days or settings().token_days)

    async def work(db: Database) -> tuple[str, str]:
        secret = tokens.new_secret()
        token = tokens.Token(
            id=f"tok_{secrets.token_hex(6)}",
            role=role,
            label=label,
            created_at=now,
            expires_at=expires_at,
            **await _subject(db, role, subject),
        )
        return (await tokens.create(db, token, secret)).id, secret

    token_id, secret = _run(work)
    until = f"vence el {expires_at:%Y-%m-%d}"
    typer.echo(f"Token {token_id} ({role.value}, {subject}; {until}). Guárdelo: no se vuelve a mostrar.", err=True)
    typer.echo(secret)


@app.command("list")
def list_tokens() -> None:
    """Lista los tokens, sin sus secretos."""
    from storage.signing_in import tokens

    now, warn_from = _now(), timedelta(days=settings().token_warn_days)
    for token in _run(tokens.listing):
        used = f"usado {token.last_used_at:%Y-%m-%d %H:%M}" if token.last_used_at else "sin usar"
        state = _state(token, now=now, warn_from=warn_from)
        line = f"{token.id}  {token.role.value:<10}  {token.subject_id:<30}  {state:<24}  {used:<22}  {token.label}"
        typer.echo(line.rstrip())


def _state(token: Token, *, now: datetime, warn_from: timedelta) -> str:
    if token.revoked_at:
        return "revocado"
    if token.expires_at is None:
        return "sin vencimiento"
    if token.expires_at <= now:
        return "vencido"
    soon = "vence pronto: " if token.expires_at - warn_from <= now else "hasta "
    return f"{soon}{token.expires_at:%Y-%m-%d}"


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
    """Whom a token is of: a contact with its customer, an agent with its levels, an account by its id."""
    from storage.people import agents, contacts
    from storage.signing_in import accounts

    if role is Role.CONTACT:
        contact = await contacts.get(db, subject)
        if contact is None or contact.removed_at is not None:
            raise _unknown("el contacto autorizado", subject)
        if not contact.can_sign_in:
            raise Stopped(f"el contacto «{subject}» no está autorizado para ingresar (REQ-6).")
        await _check_enabled(db, contact.email)
        return {"subject_id": subject, "customer_id": contact.customer_id}
    if role in (Role.AGENT, Role.DIRECTOR):
        agent = await agents.get(db, subject)
        if agent is None or agent.actor.role is not role:
            raise _unknown("el agente" if role is Role.AGENT else "el director", subject)
        await _check_enabled(db, agent.email)
        return {"subject_id": subject, "levels": agent.actor.levels}
    account = await accounts.get(db, subject) or await accounts.by_mailbox(db, subject)
    if account is None:
        if "@" in subject:
            raise Stopped(f"no existe la cuenta «{subject}»; vea «escala accounts list».")
        return {"subject_id": subject}
    if account.staff_role is not role:
        raise Stopped(f"la cuenta «{account.mailbox}» no tiene el rol {role.value}.")
    await _check_enabled(db, account.mailbox)
    return {"subject_id": account.id}


async def _check_enabled(db: Database, email: str) -> None:
    from storage.signing_in import accounts

    account = await accounts.by_mailbox(db, email)
    if account is not None and account.disabled_at is not None:
        raise Stopped(f"la cuenta de «{account.mailbox}» está desactivada; use «escala accounts enable».")


def _run(work: Callable[[Database], Awaitable[T]]) -> T:
    async def connected() -> T:
        acts_as(operator())
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
