"""Lives brought in from another desk: true to the instant, once, whole or not at all."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from demo.importing import (
    AFTER_THE_CUT_OVER,
    KEY_TAKEN,
    OUT_OF_ORDER,
    UNKNOWN_CONTACT,
    UNKNOWN_DUPLICATE,
    UNKNOWN_SOLUTION,
    CutOver,
    Imported,
    Life,
    NotImported,
    Step,
    import_lives,
    words,
)
from policy.case import commands as c
from policy.case.case import Level, Plan, Priority, Status
from policy.case.commands import Command
from policy.case.lifecycle import open_case
from storage.case import ledger, views
from storage.cover import contracts, solutions
from storage.cover.contracts import NewContract
from storage.cover.solutions import Solution, SolutionKind
from storage.engine.database import Database
from storage.engine.tables import contents, facts, reservations
from tests.demo.conftest import NotingDesk
from tests.storage.desk import Desk as Registry
from tests.support.lives import (
    ANSWER,
    ASK,
    CLAIM,
    CONFIRM,
    HELP_DESK,
    REOPEN,
    RESOLVE,
    WITHDRAW,
    WORDS,
    after,
    bogota,
    opening,
    policy,
    turns,
)

CUT_OVER = bogota("12:00")
NOTE = c.AddNote(by=HELP_DESK, body=WORDS)


def reply(body: str = "Lo estamos revisando.") -> Command:
    return c.SendReply(by=HELP_DESK, body=words(body))


def life(key: str = "OTRA-1", at: str = "09:00", *steps: tuple[str, Command], **changes: Any) -> Life:
    """A serious case of the customer, opened at `at`, and what followed."""
    said = {"title": words("No carga"), "description": words("Desde hoy."), "prior_analysis": words("Reiniciamos.")}
    asked = opening(at, Priority.SERIOUS, **{"number": "", **said, **changes})
    return Life(key=key, opening=asked, steps=tuple(Step(bogota(when), command) for when, command in steps))


@pytest.fixture
async def db(db: Database) -> Database:
    """The database with a Standard customer, its contact and its solution."""
    await Registry(db).furnish()
    await contract(db, Plan.STANDARD)
    return db


async def contract(db: Database, plan: Plan, starts: date = date(2026, 1, 1), ends: date = date(2027, 12, 31)) -> None:
    await contracts.create(
        db,
        NewContract(
            id=f"contract-{plan}", customer_id="customer-1", plan=plan, starts_on=starts, ends_on=ends, paid=True
        ),
        at=bogota("2026-11-02 08:00"),
    )


async def bring(db: Database, desk: NotingDesk, *lives: Life) -> Imported:
    return await import_lives(lives, CutOver("otra-mesa", CUT_OVER), database=db, policy=policy(), desk=desk)


async def kinds(db: Database, number: str) -> list[str]:
    return [row.fact.kind for row in await views.timeline(db, number)]


async def how_many(db: Database, *tables: Any) -> list[int]:
    async with db.read() as connection:
        return [await connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


class TestALife:
    async def test_is_what_the_policy_makes_of_it(self, db: Database, desk: NotingDesk) -> None:
        """Nobody touched the case again after 9:20: it moved up at 10:00 and at 11:00, as it would have here."""
        found = await bring(db, desk, life("OTRA-1", "09:00", ("09:10", CLAIM), ("09:20", reply())))

        [number] = found.adopted
        row = await views.case(db, number)
        assert row is not None
        assert (row.case.status, row.case.level, row.case.assignee) == (Status.IN_PROGRESS, Level.DIRECTOR, None)
        assert (await kinds(db, number))[:4] == ["case_opened", "case_claimed", "reply_sent", "initial_attention_given"]
        moved = [fact for fact in await views.timeline(db, number) if fact.fact.kind == "handed_off"]
        assert [fact.at for fact in moved] == [bogota("10:00"), bogota("11:00")]

    async def test_is_recorded_as_the_worker_would_have_done_it(self, db: Database, desk: NotingDesk) -> None:
        """The state is that of a life which was lived here, each clock rung on its instant."""
        steps = (("09:10", CLAIM), ("09:20", ASK), ("11:00", ANSWER))
        [number] = (await bring(db, desk, life("OTRA-1", "09:00", *steps))).adopted

        state, terms = desk.adopted[number]
        rang = [fact.due_at for fact in await views.timeline(db, number) if fact.due_at]
        lived_here = open_case(opening("09:00", number=number), terms=terms).case
        assert rang == [bogota("11:25"), bogota("11:40")]
        assert state == after(lived_here, *steps, *rang, terms=terms)

    @pytest.mark.rule("WAR-4")
    @pytest.mark.parametrize(("serial_number", "adopted"), [("SN 48213", 1), (None, 0), ("SN-1", 0)])
    async def test_about_equipment_names_its_serial_number(
        self, db: Database, desk: NotingDesk, serial_number: str | None, adopted: int
    ) -> None:
        tracker = Solution(
            id="tracker",
            customer_id="customer-1",
            name="Rastreador",
            kind=SolutionKind.EQUIPMENT,
            serial_number="SN-48213",
        )
        await solutions.create(db, tracker, at=bogota("2026-11-02 08:00"))
        found = await bring(db, desk, life(solution_id="tracker", serial_number=serial_number))

        assert (len(found.adopted), len(found.refused)) == (adopted, 1 - adopted)
        assert all(case.is_equipment for case, _ in desk.adopted.values())

    async def test_has_no_lateness_in_the_past(self, db: Database, desk: NotingDesk) -> None:
        [number] = (await bring(db, desk, life())).adopted

        by_itself = [fact for fact in await views.timeline(db, number) if fact.due_at]
        assert len(by_itself) >= 5
        assert all(fact.at == fact.due_at for fact in by_itself)

    async def test_goes_on_from_its_state_at_the_cut_over(self, db: Database, desk: NotingDesk) -> None:
        [number] = (await bring(db, desk, life())).adopted

        case, terms = desk.adopted[number]
        assert case == (await views.case(db, number)).case  # type: ignore[union-attr]
        assert terms == await views.terms(db, number)
        assert case.next_wake_at is not None
        assert case.next_wake_at > CUT_OVER

    async def test_that_ended_needs_no_workflow(self, db: Database, desk: NotingDesk) -> None:
        found = await bring(db, desk, life("OTRA-1", "09:00", ("09:20", RESOLVE), ("09:40", CONFIRM)))

        assert (found.adopted, len(found.closed)) == ([], 1)
        assert desk.adopted == {}

    async def test_tells_nobody_of_the_past(self, db: Database, desk: NotingDesk) -> None:
        """A customer must not be written to about last week."""
        [number] = (await bring(db, desk, life("OTRA-1", "09:00", ("09:20", reply())))).adopted

        assert (await views.notices(db, case_number=number)).items == []

    async def test_keeps_its_words(self, db: Database, desk: NotingDesk) -> None:
        [number] = (await bring(db, desk, life("OTRA-1", "09:00", ("09:20", reply("Ya lo vemos."))))).adopted

        told = {row.fact.kind: list(row.words.values()) for row in await views.timeline(db, number)}
        assert told["case_opened"][0] == "No carga"
        assert told["reply_sent"] == ["Ya lo vemos."]

    async def test_has_the_terms_of_the_day_it_was_opened(self, db: Database, desk: NotingDesk) -> None:
        """The contract of that day, although the customer has another one by now (PLAN-15)."""
        await contract(db, Plan.PREMIUM, date(2025, 1, 1), date(2025, 12, 31))
        old = life("OTRA-1", "2025-12-29 09:00", ("2025-12-29 09:20", WITHDRAW))
        [number] = (await bring(db, desk, old)).closed

        terms = await views.terms(db, number)
        assert number.startswith("MA-2025-")
        assert terms is not None
        assert terms.plan == Plan.PREMIUM

    async def test_is_numbered_in_the_order_of_opening(self, db: Database, desk: NotingDesk) -> None:
        found = await bring(db, desk, life("B", "10:00"), life("A", "09:00"))

        titles = [(await views.timeline(db, number))[0].at for number in found.adopted]
        assert found.adopted == sorted(found.adopted)
        assert titles == [bogota("09:00"), bogota("10:00")]

    async def test_may_be_a_duplicate_of_another_that_comes_with_it(self, db: Database, desk: NotingDesk) -> None:
        duplicate = life("B", "09:30", ("09:40", c.CloseAsDuplicate(by=HELP_DESK, of="A")))
        found = await bring(db, desk, duplicate, life("A", "09:00"))

        row = await views.case(db, found.closed[0])
        assert row is not None
        assert row.case.duplicate_of == found.adopted[0]


class TestTheSameImportAgain:
    LIVES = (
        life("A", "09:00", ("09:10", CLAIM), ("09:20", reply())),
        life("B", "09:05", ("09:20", c.RequestInformation(by=HELP_DESK, body=words("¿Cuál?")))),
        life("C", "09:10", ("09:20", WITHDRAW)),
    )

    async def test_changes_nothing(self, db: Database, desk: NotingDesk) -> None:
        first = await bring(db, desk, *self.LIVES)
        held = await how_many(db, facts, contents, reservations)

        again = await bring(db, desk, *self.LIVES)

        assert again == first
        assert await how_many(db, facts, contents, reservations) == held

    @pytest.mark.parametrize("recorded", range(11))
    async def test_finishes_what_a_crash_left(
        self, db: Database, desk: NotingDesk, monkeypatch: pytest.MonkeyPatch, recorded: int
    ) -> None:
        """Whichever turn it was killed after, the timelines are those of an import that was not."""
        left = recorded
        record = ledger.record

        async def record_some(*arguments: Any, **named: Any) -> Any:
            nonlocal left
            if left == 0:
                raise KeyboardInterrupt
            left -= 1
            return await record(*arguments, **named)

        with monkeypatch.context() as killed:
            killed.setattr(ledger, "record", record_some)
            with pytest.raises(KeyboardInterrupt):
                await bring(db, desk, *self.LIVES)
        found = await bring(db, desk, *self.LIVES)

        assert [await kinds(db, number) for number in (*found.adopted, *found.closed)] == [
            [
                *("case_opened", "case_claimed", "reply_sent", "initial_attention_given"),
                *("clock_warned", "handed_off", "clock_warned", "handed_off"),
            ],
            ["case_opened", "information_requested", "initial_attention_given"],
            ["case_opened", "case_closed"],
        ]
        assert set(desk.adopted) == set(found.adopted)

    async def test_leaves_alone_what_went_on_since(self, db: Database, desk: NotingDesk) -> None:
        """The workflow records turns of its own after the cut-over; they are not the import's to touch."""
        [number] = (await bring(db, desk, life())).adopted
        case, terms = desk.adopted[number]
        for decision in turns(case, ("12:10", NOTE), terms=terms):
            await ledger.record(db, decision)
        known = await views.case(db, number)

        await bring(db, desk, life())

        assert await views.case(db, number) == known


class TestALifeThatDoesNotHold:
    @pytest.mark.parametrize(
        ("wrong", "step", "reason"),
        [
            (life("X", "09:00", ("09:10", CLAIM), ("09:20", CLAIM)), 2, "ya está asignado a agent-1"),
            (life("X", "09:00", ("09:10", REOPEN)), 1, "aún no se ha resuelto"),
            (life("X", "09:00", prior_analysis=words("")), 0, "analizó"),
            (life("X", "09:00", ("09:30", reply()), ("09:20", reply())), 2, OUT_OF_ORDER),
            (life("X", "09:00", ("12:01", reply())), 1, AFTER_THE_CUT_OVER),
            (life("X", "12:01"), 0, AFTER_THE_CUT_OVER),
            (life("X", contact_id="nobody"), 0, UNKNOWN_CONTACT),
            (life("X", solution_id="nothing"), 0, UNKNOWN_SOLUTION),
            (life("X", "09:00", ("09:10", c.CloseAsDuplicate(by=HELP_DESK, of="Z"))), 1, UNKNOWN_DUPLICATE),
        ],
    )
    async def test_is_reported_with_its_step_and_leaves_no_trace(
        self, db: Database, desk: NotingDesk, wrong: Life, step: int, reason: str
    ) -> None:
        found = await bring(db, desk, wrong)

        [refused] = found.refused
        assert (refused.key, refused.step) == ("X", step)
        assert reason in refused.reason
        assert await how_many(db, facts, contents, reservations) == [0, 0, 0]

    async def test_does_not_keep_the_others_out(self, db: Database, desk: NotingDesk) -> None:
        found = await bring(db, desk, life("X", "09:00", ("09:10", REOPEN)), life("A", "09:30"))

        assert (len(found.adopted), [each.key for each in found.refused]) == (1, ["X"])

    async def test_takes_its_duplicates_with_it(self, db: Database, desk: NotingDesk) -> None:
        duplicate = life("B", "09:30", ("09:40", c.CloseAsDuplicate(by=HELP_DESK, of="X")))
        found = await bring(db, desk, life("X", "09:00", ("09:10", REOPEN)), duplicate)

        assert found.refused[1] == NotImported("B", 1, UNKNOWN_DUPLICATE)

    async def test_is_one_whose_key_is_taken(self, db: Database, desk: NotingDesk) -> None:
        found = await bring(db, desk, life("A", "09:00"), life("A", "09:30"))

        assert (len(found.adopted), found.refused) == (1, [NotImported("A", 0, KEY_TAKEN)])


def test_words_are_counted_as_they_are_written() -> None:
    assert words("¿Ñandú?").characters == 7
