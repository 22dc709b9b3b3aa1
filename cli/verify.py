"""`escala verify`: whether the record is as it was written: the audit's chain, each case's facts, what was promised."""

from __future__ import annotations

import asyncio

import typer

from settings import settings
from storage.audit import audit
from storage.case.fact_gaps import gaps
from storage.engine.database import Database
from storage.terms import pinned
from wording.console import DATABASE_NOT_THERE, Stopped


def verify(*, audit_only: bool) -> None:
    """Say what holds. console.Stopped, with exit code 1, where something does not."""
    asyncio.run(_verify(audit_only=audit_only))


async def _verify(*, audit_only: bool) -> None:
    try:
        database = Database.at(settings().database_url)
    except OSError:
        raise Stopped(DATABASE_NOT_THERE, 1) from None
    try:
        if not await database.ready():
            raise Stopped(DATABASE_NOT_THERE, 1)
        found = await audit.verify(database)
        if found.broken_at is not None:
            raise Stopped(f"la auditoría no es la que se escribió: falla el registro {found.broken_at}.", 1)
        typer.echo(f"Auditoría: {found.entries} registros encadenados; el último, {found.last_hash}.")
        if audit_only:
            return
        if wrong := await gaps(database):
            raise Stopped(f"a estos casos les faltan hechos: {', '.join(wrong)}.", 1)
        typer.echo("Casos: los hechos de cada uno están completos.")
        if altered := await pinned.altered(database):
            raise Stopped(f"estas condiciones no son las que se prometieron: {', '.join(altered)}.", 1)
        typer.echo("Condiciones: son las que se prometieron.")
    finally:
        await database.close()
