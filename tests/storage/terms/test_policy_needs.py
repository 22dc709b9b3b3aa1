"""What contracts, open cases and agents ask of the policy file is missed by name, before anything starts with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from api.http.app import create_app
from cli import doctor
from policy.case.case import Level, Plan
from policy.terms.policy_file import PolicyFile, PolicyFileError
from settings import Settings
from storage.cover import contracts
from storage.cover.contracts import NewContract
from storage.people import agents
from storage.people.agents import Agent
from storage.terms.policy_files import check_policy_needs
from storage.terms.terms import CustomerSolution, covered_terms, terms_for
from tests.storage.desk import START, Desk
from tests.support.lives import PREMIUM, UNCOVERED, bogota, policy, transfer

BUILT_IN = Path("policy/policy.toml").read_text("utf-8")
NOW = bogota("2026-11-25 09:00")
ENDED, RUNNING = date(2026, 11, 24), date(2026, 11, 25)
OF = CustomerSolution(customer_id="customer-1", solution_id="solution-1")


def without(table: str, name: str) -> PolicyFile:
    """The product's policy file once somebody took this out of it."""
    here: Any = policy()
    if table == "groups":
        return replace(policy(), groups=tuple(group for group in policy().groups if group.id != name))
    kept: Any = {table: {key: value for key, value in getattr(here, table).items() if key != name}}
    return replace(policy(), **kept)


async def contract(desk: Desk, *, ends_on: date = RUNNING, paid: bool = True) -> None:
    new = NewContract(
        id="contract-1",
        customer_id="customer-1",
        plan=Plan.PREMIUM,
        starts_on=date(2026, 1, 1),
        ends_on=ends_on,
        paid=paid,
        calendar="8x5",
    )
    await contracts.create(desk.db, new, calendars=("8x5",), at=START)


async def open_case(desk: Desk) -> None:
    case = await desk.open(terms=PREMIUM)
    await desk.live(case, ("09:05", transfer("sig")), terms=PREMIUM)


async def an_agent(desk: Desk) -> None:
    await agents.put(
        desk.db, Agent(id="eva", name="Eva", email="e@desk.example", levels=(Level.SPECIALISTS,), groups=("sig",))
    )


async def an_ended_contract_of_a_held_case(desk: Desk) -> None:
    await contract(desk, ends_on=ENDED, paid=False)
    await desk.open(at="2026-11-23 09:00", terms=UNCOVERED)


USES: tuple[tuple[Callable[[Desk], Awaitable[None]], str, str, str, str], ...] = (
    (contract, "hours", "8x5", "PLAN-14", "contract contract-1 of Cliente customer-1"),
    (contract, "plans", "premium", "PLAN-16", "contract contract-1 of Cliente customer-1"),
    (an_ended_contract_of_a_held_case, "hours", "8x5", "PLAN-14", "contract contract-1 of Cliente customer-1"),
    (open_case, "plans", "premium", "PLAN-16", "open case MA-2026-000001"),
    (open_case, "groups", "sig", "ESC-8", "open case MA-2026-000001"),
    (an_agent, "groups", "sig", "ESC-8", "agent eva"),
)


@pytest.mark.rule("PLAN-14", "PLAN-15", "PLAN-16")
@pytest.mark.parametrize(("use", "table", "name", "rule", "who"), USES)
async def test_what_is_still_asked_for_is_missed_by_name(
    desk: Desk, use: Callable[[Desk], Awaitable[None]], table: str, name: str, rule: str, who: str
) -> None:
    await use(desk)
    await check_policy_needs(desk.db, policy(), at=NOW)

    with pytest.raises(PolicyFileError) as refused:
        await check_policy_needs(desk.db, without(table, name), at=NOW)

    assert (refused.value.key, refused.value.rule) == (f"{table}.{name}", rule)
    assert f"and {who} has it; the file has " in str(refused.value)


@pytest.mark.rule("PLAN-16")
async def test_a_contract_that_is_over_asks_for_nothing(desk: Desk) -> None:
    """Nor do cases that were opened afterwards: they are held on every channel, as without any contract."""
    await contract(desk, ends_on=ENDED)

    await check_policy_needs(desk.db, without("plans", "premium"), at=NOW)
    terms = await terms_for(desk.db, without("plans", "premium"), OF, at=NOW)
    assert terms.channels == PREMIUM.channels


@pytest.mark.rule("PLAN-14")
async def test_what_a_running_process_lacks_it_names(desk: Desk) -> None:
    """Where another process has another file: no bare KeyError, at an opening or at a held case's release."""
    await contract(desk)

    with pytest.raises(PolicyFileError, match=r"plans\.premium"):
        await terms_for(desk.db, without("plans", "premium"), OF, at=NOW)
    with pytest.raises(PolicyFileError, match=r"hours\.8x5"):
        await covered_terms(
            desk.db,
            replace(without("hours", "8x5"), business_days="7x24"),
            OF,
            opened_at=NOW,
            held_until=bogota("2026-12-16 17:00"),
        )


@pytest.mark.rule("PLAN-14")
async def test_neither_the_api_nor_the_doctor_lets_it_pass(
    desk: Desk, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The start is refused with the contract's name, and so is the examination before it."""
    await contract(desk, ends_on=date(2999, 12, 31))
    file = tmp_path / "mine.toml"
    file.write_text(BUILT_IN.replace("[hours.8x5]", "[hours.diurno]").replace('= "8x5"', '= "diurno"'), "utf-8")
    settings = Settings(state_dir=tmp_path, policy_file=file, database_url=url)
    problem = "mine.toml: hours.8x5: is missing, and contract contract-1 of Cliente customer-1 has it"

    app = create_app(settings, database=desk.db)
    with pytest.raises(PolicyFileError, match=problem):
        async with app.router.lifespan_context(app):
            pass
    monkeypatch.setattr(doctor, "is_up", lambda _: True)
    await doctor.examine(settings)
    assert problem in capsys.readouterr().out
