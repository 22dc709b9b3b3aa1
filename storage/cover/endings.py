"""The early ends of contracts: who ended one, when, from which day on, why, and what took its place (PLAN-17).

A row is written once. What it changes of a contract's days is in the contract's row as well, for all who ask today.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from policy.case.case import Actor, Role
from policy.cover.contracts import EarlyEnd, check_end
from policy.cover.cover import CoverRef
from policy.people.recipients import Administrators, Commercial, recipient_to_text
from policy.terms.terms import CoverKind
from storage.cover import contracts, cover_changes
from storage.cover.announcements import TOLD_OF_END
from storage.cover.contracts import Contract, NewContract
from storage.engine.database import Database, Reader, insert
from storage.engine.tables import contract_endings, cover_announcements
from storage.engine.tables import contracts as contracts_table
from storage.terms.terms import bogota_date


@dataclass(frozen=True, kw_only=True)
class Ending:
    """A contract's early end. `from_on`: the first day that it no longer holds; `from_ends_on`: its last day before."""

    id: str
    contract_id: str
    from_on: date
    from_ends_on: date
    reason: str
    by: Actor
    at: datetime
    replaced_by: str | None = None

    @property
    def early_end(self) -> EarlyEnd:
        """It as the rules see it."""
        return EarlyEnd(self.from_on, self.at)


@dataclass(frozen=True, kw_only=True)
class NewEnding:
    """An early end to keep, with the contract that takes the ended one's place from that day on, if one does."""

    id: str
    contract_id: str
    from_on: date
    reason: str
    by: Actor
    replacement: NewContract | None = None


async def end(db: Database, new: NewEnding, *, calendars: Sequence[str] = (), at: datetime) -> Contract:
    """Keep an early end, and the contract that replaces the ended one; the same id again changes nothing.

    Refuses as `check_end`, and the replacement as `contracts.create`. LookupError if there is no such contract.
    """
    async with db.write() as connection:
        contract = await contracts.held(connection, new.contract_id)
        known = await of_contract_in(connection, new.contract_id)
        if known is not None and known.id == new.id:
            return contract
        check_end(contract.term, new.from_on, ended=known is not None, on=bogota_date(at))
        row = {
            "contract_id": contract.id, "id": new.id, "from_on": new.from_on, "from_ends_on": contract.ends_on,
            "reason": new.reason, "actor_role": new.by.role, "actor_id": new.by.id, "at": at,
            "replaced_by": new.replacement.id if new.replacement else None,
        }  # fmt: skip
        ended = EarlyEnd(new.from_on, at)
        paid = contract.paid_through and min(contract.paid_through, ended.ends_on)
        shorter = {"ends_on": ended.ends_on, "paid_through": paid}
        await connection.execute(update(contracts_table).where(contracts_table.c.id == contract.id).values(**shorter))
        if new.replacement:
            await contracts.create_in(connection, new.replacement, calendars=calendars, at=at)
        await connection.execute(insert(connection, contract_endings).values(**row))
        await _announce(connection, contract.ref, ended, at=at)
        await cover_changes.note(connection, contract.ref, at=at)
        return await contracts.known(connection, contract.id)


async def of_contract(db: Reader, contract_id: str) -> Ending | None:
    """The contract's early end, if it has one."""
    async with db.read() as connection:
        return await of_contract_in(connection, contract_id)


async def of_customer(db: Reader, customer_id: str) -> dict[str, Ending]:
    """The early ends of a customer's contracts, by the contracts' ids."""
    theirs = select(contracts_table.c.id).where(contracts_table.c.customer_id == customer_id)
    wanted = select(contract_endings).where(contract_endings.c.contract_id.in_(theirs))
    async with db.read() as connection:
        return {row["contract_id"]: _ending(row) for row in (await connection.execute(wanted)).mappings()}


async def of_contract_in(connection: AsyncConnection, contract_id: str) -> Ending | None:
    """The same, within a transaction."""
    wanted = select(contract_endings).where(contract_endings.c.contract_id == contract_id)
    row = (await connection.execute(wanted)).mappings().first()
    return None if row is None else _ending(row)


async def _announce(connection: AsyncConnection, cover: CoverRef, ended: EarlyEnd, *, at: datetime) -> None:
    """Have the customer's administrators and the commercial team told of it, by the contract's workflow."""
    told = {
        "cover": CoverKind.CONTRACT, "cover_id": cover.id, "customer_id": cover.customer_id, "ends_on": ended.ends_on,
        "days_before": TOLD_OF_END, "at": at, "attempts": 0, "given_up": False,
    }  # fmt: skip
    both = (Administrators(cover.customer_id), Commercial())
    rows = [{**told, "recipient": recipient_to_text(each)} for each in both]
    await connection.execute(insert(connection, cover_announcements).on_conflict_do_nothing(), rows)


def _ending(row: RowMapping) -> Ending:
    said = dict(row)
    by = Actor(Role(said.pop("actor_role")), said.pop("actor_id"))
    return Ending(**said, by=by)
