"""The policy file opened and held against all that is kept: what fails later because of it fails here, by name.

What a text of it may say is policy's (`policy_reader.py`); here is what only files, the holidays' library and the
database know.
"""

from __future__ import annotations

import codecs
import logging
from datetime import date, datetime
from importlib import resources
from pathlib import Path

from holidays import list_supported_countries
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from policy.case.case import Status
from policy.terms.needs import Need, check_needs
from policy.terms.policy_file import PolicyFile, PolicyFileError
from policy.terms.policy_reader import read_policy
from policy.time.calendar import Closure
from storage.engine.database import Database, Reader
from storage.engine.tables import agents, cases, contracts, customers
from storage.terms.closures import holidays_between
from storage.terms.terms import bogota_date

_log = logging.getLogger(__name__)
_BUILT_IN = "policy.toml"
_OTHER_ENCODINGS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_policy_file(path: Path | None) -> PolicyFile:
    """The policy file at `path`, or the built-in one. PolicyFileError where it is unreadable or says what cannot be."""
    if path is None:
        return policy_of(resources.files("policy").joinpath(_BUILT_IN).read_text("utf-8"), file=_BUILT_IN)
    return policy_of(_text(path), file=path.name)


def policy_of(text: str, *, file: str) -> PolicyFile:
    """The policy that a file's text says. PolicyFileError as `read_policy`, and for holidays that nobody knows."""
    return _with_known_holidays(read_policy(text, file=file))


async def check_policy_needs(db: Reader, policy: PolicyFile, *, at: datetime) -> None:
    """Refuse a policy file that lacks what a contract, an open case or an agent has; PolicyFileError names the first.

    A contract asks until it is over, and as long as its customer has a held case, which it may still release (WAR-3).
    """
    check_needs(policy, [*await _of_contracts(db, on=bogota_date(at)), *await _of_cases(db), *await _of_agents(db)])


async def expect_policy_needs(db: Database, policy: PolicyFile, *, at: datetime) -> None:
    """The same at a process's start: a database that is away is no fault of the file, and is waited for elsewhere."""
    try:
        await check_policy_needs(db, policy, at=at)
    except (DBAPIError, PoolTimeout, OSError) as error:
        _log.warning("what is kept could not be held against the policy file: %s", type(error).__name__)


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
        if raw.startswith(_OTHER_ENCODINGS):
            raise PolicyFileError(path.name, "TOML", None, "is kept as UTF-16: save it as UTF-8")
        return raw.decode("utf-8")
    except OSError as error:
        raise PolicyFileError(path.name, "TOML", None, f"cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise PolicyFileError(
            path.name, "TOML", None, f"is no UTF-8 text (byte {error.start}): save it as UTF-8"
        ) from None


def _with_known_holidays(policy: PolicyFile) -> PolicyFile:
    """The same policy; PolicyFileError for a country that the library does not know, or a removed day that is none."""
    known = list_supported_countries()
    for name, hours in policy.hours.items():
        if hours.holidays is not None and hours.holidays not in known:
            problem = f"the holidays of {hours.holidays!r} are not known; leave it out where no holiday closes"
            raise PolicyFileError(policy.file, f"hours.{name}.holidays", "PLAN-14", problem)
    for country, changes in policy.holidays.items():
        for day in changes.removed:
            if not holidays_between(day, day, country=country):
                listed = ", ".join(each.on.isoformat() for each in _of_year(country, day.year))
                problem = f"names {day}, which is no holiday there; those of {day.year} are {listed or 'none'}"
                raise PolicyFileError(policy.file, f"holidays.{country}.removed", "PLAN-14", problem)
    return policy


def _of_year(country: str, year: int) -> tuple[Closure, ...]:
    return holidays_between(date(year, 1, 1), date(year, 12, 31), country=country)


async def _of_contracts(db: Reader, *, on: date) -> list[Need]:
    c = contracts.c
    waiting = select(cases.c.customer_id).where(cases.c.status == Status.HELD)
    wanted = (
        select(c.id, c.plan, c.calendar, customers.c.name)
        .join(customers, customers.c.id == c.customer_id)
        .where((c.ends_on >= on) | (c.paid_through >= on) | c.customer_id.in_(waiting))
        .order_by(c.id)
    )
    async with db.read() as connection:
        rows = list(await connection.execute(wanted))
    needs = []
    for row in rows:
        by = f"contract {row.id} of {row.name}"
        needs.append(Need("plans", row.plan, by))
        if row.calendar is not None:
            needs.append(Need("hours", row.calendar, by))
    return needs


async def _of_cases(db: Reader) -> list[Need]:
    """What the open cases ask for. Their terms are pinned; their plan's name and their group's queue are the file's."""
    c = cases.c
    wanted = select(c.number, c.plan, c.case_group).where(c.status != Status.CLOSED).order_by(c.number)
    async with db.read() as connection:
        rows = list(await connection.execute(wanted))
    needs = [Need("plans", row.plan, f"open case {row.number}") for row in rows]
    return needs + [Need("groups", row.case_group, f"open case {row.number}") for row in rows if row.case_group]


async def _of_agents(db: Reader) -> list[Need]:
    a = agents.c
    async with db.read() as connection:
        rows = list(await connection.execute(select(a.id, a.groups).order_by(a.id)))
    return [Need("groups", group, f"agent {row.id}") for row in rows for group in row.groups]
