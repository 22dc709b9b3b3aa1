"""The demonstration's users: one of each kind, with a password that is another one in every seeding."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from demo import desk_texts
from demo.people import AGENTS, CUSTOMERS
from policy.case.case import Role

if TYPE_CHECKING:
    from demo.access import DemoAccess
    from storage.engine.database import Database


@dataclass(frozen=True, kw_only=True)
class DemoUser:
    """A user to be made; the account's id matters for those of the house, who act under it."""

    what: str
    email: str
    name: str
    id: str
    staff_role: Role | None = None


def _administrator(key: str, what: str) -> DemoUser:
    customer = next(each for each in CUSTOMERS if each.key == key)
    contact = next(each for each in customer.contacts if each.administrator)
    return DemoUser(what=what, email=customer.email(contact), name=contact.name, id=f"acc_demo_{key}")


def _agent(agent_id: str, what: str) -> DemoUser:
    agent = next(each for each in AGENTS if each.id == agent_id)
    return DemoUser(what=what, email=agent.email, name=agent.name, id=f"acc_demo_{agent_id}")


def _staff(id: str, name: str, role: Role, what: str) -> DemoUser:  # noqa: A002
    return DemoUser(what=what, email=f"{id}@escala.example", name=name, id=id, staff_role=role)


USERS: tuple[DemoUser, ...] = (
    _administrator("altaneblina", "administradora de un cliente Premium"),
    _administrator("paramoverde", "administrador de un cliente Estándar"),
    _agent("laura.mejia", "agente de nivel 1"),
    _agent("camilo.restrepo", "agente de nivel 2"),
    _agent("hernando.rincon", "director"),
    _staff("marcela.duarte", "Marcela Duarte", Role.COMMERCIAL, "comercial"),
    _staff("administracion", "Administración", Role.ADMIN, "administrador"),
)


def new_passwords() -> dict[str, str]:
    """A password for each user, by e-mail address."""
    return {user.email: secrets.token_urlsafe(12) for user in USERS}


async def let_in(db: Database, access: DemoAccess) -> None:
    """Make the accounts of whom there is a password for; an account that has one keeps it."""
    from desk.signing_in import passwords
    from storage.signing_in import accounts
    from storage.signing_in.accounts import NewAccount

    for user in USERS:
        if user.email not in access.passwords:
            continue
        made = await accounts.create(
            db,
            NewAccount(id=user.id, email=user.email, name=user.name, staff_role=user.staff_role),
            at=access.seeded_at,
        )
        if made.password_hash is None:
            kept = await passwords.hash_of(access.passwords[user.email])
            await accounts.put_password(db, made.id, kept, at=access.seeded_at)
    await desk_texts.keep(db, at=access.seeded_at)
