"""The demonstration's tokens and passwords, and what a seeding has to remember: one file in the state folder.

It is for its owner alone. The database keeps only their digests; this file is what lets the first command be printed at
every start. It is written before anything is seeded, so that a seeding which was killed goes on with the same instant
and secrets.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from policy.case.case import Level, Role

if TYPE_CHECKING:
    from storage.engine.database import Database

FILE = "demo-tokens.json"


@dataclass(frozen=True, kw_only=True)
class DemoAccess:
    """Who may enter, by name and where, with the contact and solution that a first case is opened for."""

    seeded_at: datetime
    complete: bool
    url: str
    customer_id: str
    contact_id: str
    solution_id: str
    secrets: dict[str, str]
    passwords: dict[str, str] = field(default_factory=dict)
    """By e-mail address; none in a demonstration of before there were pages to sign in to."""


@dataclass(frozen=True)
class DemoToken:
    """A token to be given: to whom, and what it is called in the file."""

    name: str
    role: Role
    subject_id: str
    levels: tuple[Level, ...] = ()


_ACCESS = TypeAdapter(DemoAccess)


def read(state_dir: Path) -> DemoAccess | None:
    """What the file says; None where there is none that can be read."""
    try:
        return _ACCESS.validate_json((state_dir / FILE).read_bytes())
    except (OSError, ValidationError):
        return None


def write(state_dir: Path, access: DemoAccess) -> None:
    """Keep the file, whole or not at all, readable by its owner alone from its first byte."""
    state_dir.mkdir(parents=True, exist_ok=True)
    unfinished = state_dir / f"{FILE}.new"
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(_ACCESS.dump_json(access, indent=2))
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(state_dir / FILE)


def new_secrets(given: tuple[DemoToken, ...]) -> dict[str, str]:
    """A secret for each token."""
    from storage.signing_in import tokens

    return {token.name: tokens.new_secret() for token in given}


async def grant(db: Database, access: DemoAccess, given: tuple[DemoToken, ...]) -> None:
    """Let the secrets in. Each seeding's tokens have ids of their own; the same ones again change nothing."""
    from storage.signing_in import tokens

    for token in given:
        await tokens.create(
            db,
            tokens.Token(
                id=f"tok_demo_{token.name}_{access.seeded_at:%Y%m%d%H%M%S}",
                role=token.role,
                subject_id=token.subject_id,
                customer_id=access.customer_id if token.role is Role.CONTACT else None,
                levels=token.levels,
                label="demostración",
                created_at=access.seeded_at,
            ),
            access.secrets[token.name],
        )
