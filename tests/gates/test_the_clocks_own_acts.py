"""What clocks do by themselves, over HTTP on the real service in skipped time: ESC-12 to ESC-15, PLAN-5.

Instants are Bogotá's and asserted to the second. Friday 2027-10-29 is followed by a weekend and by All Saints' Monday.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.api.given import BODIES
from tests.gates.conftest import Gate
from tests.gates.reading import case_of, done, facts, opened, refused, shown, told_of, when
from tests.support.lives import bogota

MORNING = "2027-10-28 09:00"  # an ordinary Thursday
FRIDAY = "2027-10-29 11:30"
SOLVED = {"summary": "Se amplió la cuota."}
AGAIN = {"reason": "Sigue en blanco."}


def tried(channel: str, outcome: str) -> dict[str, Any]:
    return BODIES["attempts"] | {"channel": channel, "outcome": outcome}


class TestInitialAttention:
    @pytest.mark.rule("ESC-12")
    @pytest.mark.rule("PLAN-5")
    @pytest.mark.parametrize(
        ("command", "body"),
        [
            ("replies", BODIES["replies"]),
            ("information-requests", BODIES["information-requests"]),
            ("attempts", tried("phone", "not_solved")),
            ("attempts", tried("chat", "not_solved")),
        ],
        ids=["reply", "question", "call", "chat"],
    )
    async def test_is_met_by_a_human_answer_that_the_customer_sees(
        self, gate: Gate, command: str, body: dict[str, Any]
    ) -> None:
        number = await opened(gate, MORNING, "premium")
        clock = done(await gate.office.give(number, command, **body))["clocks"]["initial_attention"]
        [given] = await facts(gate.office, number, "initial_attention_given", "premium_contact")
        assert (clock["state"], given["at"]) == ("met", shown(MORNING))
        assert given["data"] == {"due_at": shown("2027-10-28 09:30"), "in_time": True}

    @pytest.mark.rule("ESC-12")
    async def test_is_met_by_nothing_else(self, gate: Gate) -> None:
        """Not by the acknowledgement, nor by being taken, a note, a new priority, an e-mail, a call nobody answered."""
        number = await opened(gate, MORNING, "premium")
        for command, body in (
            ("claim", {}),
            ("notes", BODIES["notes"]),
            ("priority", BODIES["priority"] | {"priority": 4}),
            ("attempts", tried("email", "not_solved")),
            ("attempts", tried("phone", "no_answer")),
        ):
            case = done(await gate.office.give(number, command, **body))
            assert case["clocks"]["initial_attention"]["state"] == "running", command
        assert (await case_of(gate.office, number))["first_answered_at"] is None

    @pytest.mark.rule("ESC-12")
    @pytest.mark.rule("PLAN-5")
    @pytest.mark.parametrize(("plan", "due_at"), [("standard", "2027-11-02 08:30"), ("premium", "2027-10-29 17:00")])
    async def test_that_came_too_late_is_missed_for_good(self, gate: Gate, plan: str, due_at: str) -> None:
        """Asked for on Friday at 16:30: a business hour is over on Tuesday, half an hour at once."""
        number = await opened(gate, "2027-10-29 16:30", plan, proposed_priority=4)
        await gate.until(number, bogota(due_at) + timedelta(minutes=1))
        clock = done(await gate.office.give(number, "replies", **BODIES["replies"]))["clocks"]["initial_attention"]
        [missed] = await facts(gate.office, number, "initial_attention_missed")
        assert (clock["state"], clock["due_at"], missed["due_at"]) == ("missed", shown(due_at), shown(due_at))
        [given] = await facts(gate.office, number, "initial_attention_given")
        assert given["data"]["in_time"] is False

    @pytest.mark.rule("ESC-12")
    async def test_is_given_by_support_alone_and_with_words(self, gate: Gate) -> None:
        number = await opened(gate, MORNING, "premium")
        by_the_customer = await gate.office.give(number, "replies", "premium_contact", **BODIES["replies"])
        refused(by_the_customer, 403, "role-not-allowed", None, "Su rol no permite esta operación")
        refused(
            await gate.office.give(number, "replies", body=" "), 422, "text-missing", "ESC-12", "no puede quedar vacío"
        )


class TestWarnings:
    @pytest.mark.rule("ESC-13")
    @pytest.mark.parametrize(
        ("plan", "attention_at", "level_at"),
        [("standard", "13:15", "14:00"), ("premium", "11:52:30", "13:00")],
    )
    async def test_come_at_three_quarters_of_each_clock(
        self, gate: Gate, plan: str, attention_at: str, level_at: str
    ) -> None:
        """From 11:30, with lunch at twelve: of an hour or 30 minutes of attention, and of two hours at the level."""
        number = await opened(gate, FRIDAY, plan, proposed_priority=4)
        done(await gate.office.give(number, "claim"))
        await gate.until(number, bogota(f"2027-10-29 {level_at}"))
        warned = [(each["data"]["clock"], each["due_at"]) for each in await facts(gate.office, number, "clock_warned")]
        assert warned == [
            ("initial_attention", shown(f"2027-10-29 {attention_at}")),
            ("level", shown(f"2027-10-29 {level_at}")),
        ]
        assert await told_of(gate.office, number, "clock_warned") == {"level:1", "agent:ana"}

    @pytest.mark.rule("ESC-13")
    async def test_do_not_come_for_what_was_given_before_nor_to_the_customer(self, gate: Gate) -> None:
        number = await opened(gate, MORNING, "premium", proposed_priority=4)
        done(await gate.office.give(number, "replies", **BODIES["replies"]))
        await gate.until(number, bogota("2027-10-28 10:30"))
        assert [each["data"]["clock"] for each in await facts(gate.office, number, "clock_warned")] == ["level"]
        assert await facts(gate.office, number, "clock_warned", "premium_contact") == []


class TestASolution:
    @pytest.mark.rule("ESC-14")
    async def test_stops_the_clocks_and_is_confirmed(self, gate: Gate) -> None:
        number = await opened(gate, FRIDAY)
        case = done(await gate.office.give(number, "resolution", **SOLVED))
        assert (case["status"], case["next_hand_off_at"], case["level"]) == ("resolved", None, 1)
        later = await gate.until(number, bogota("2027-11-03 10:00"))
        assert (later["clocks"]["level"]["state"], later["clocks"]["level"]["spent_seconds"]) == ("stopped", 0)
        closed = done(await gate.office.give(number, "confirmation", "contact"))
        assert (closed["status"], closed["closing_reason"]) == ("closed", "confirmed")

    @pytest.mark.rule("ESC-14")
    async def test_that_fails_goes_back_to_its_level_with_the_time_that_was_left(self, gate: Gate) -> None:
        """Level 2 of priority 4 has two hours; half an hour of them is used when the customer reopens days later."""
        number = await opened(gate, MORNING, "premium", proposed_priority=4)
        done(await gate.office.give(number, "hand-offs", reason="Es del servidor."))
        await gate.until(number, bogota("2027-10-28 09:30"))
        resolved = done(await gate.office.give(number, "resolution", "specialist", **SOLVED))
        assert resolved["clocks"]["level"]["spent_seconds"] in range(1800, 1830)
        await gate.until(number, bogota("2027-11-02 15:00"))
        case = done(await gate.office.give(number, "reopening", "premium_contact", **AGAIN))
        used = await when(gate.office, number, "case_resolved") - bogota(MORNING)
        due_at = await when(gate.office, number, "case_reopened") + timedelta(hours=2) - used
        assert (case["level"], case["status"], case["next_hand_off_at"]) == (2, "in_progress", shown(due_at))

    @pytest.mark.rule("ESC-14")
    @pytest.mark.parametrize("plan", ["standard", "premium"])
    async def test_without_an_answer_closes_the_case_after_five_business_days(self, gate: Gate, plan: str) -> None:
        """Tuesday 2 to Friday 5 November and Monday 8: All Saints' Monday is no business day, under either plan."""
        number = await opened(gate, FRIDAY, plan)
        until = done(await gate.office.give(number, "resolution", **SOLVED))["reopen_until"]
        before = await gate.until(number, bogota("2027-11-08 16:59"))
        case = await gate.until(number, bogota("2027-11-08 17:00"))
        assert (until, before["status"]) == (shown("2027-11-08 17:00"), "resolved")
        assert (case["status"], case["closing_reason"]) == ("closed", "unanswered")
        [closed] = await facts(gate.office, number, "case_closed")
        assert (closed["due_at"], closed["actor"]["role"]) == (until, "system")
        late = await gate.office.give(
            number, "reopening", "contact" if plan == "standard" else "premium_contact", **AGAIN
        )
        refused(late, 409, "case-closed", None, "abra un caso nuevo")

    @pytest.mark.rule("ESC-14")
    async def test_is_given_before_it_is_confirmed_and_ends_the_work(self, gate: Gate) -> None:
        number = await opened(gate, MORNING)
        for command, body in (("confirmation", {}), ("reopening", AGAIN)):
            early = await gate.office.give(number, command, "contact", **body)
            refused(early, 409, "case-not-resolved", "ESC-14", "aún no se ha resuelto")
        done(await gate.office.give(number, "resolution", **SOLVED))
        refused(await gate.office.give(number, "claim"), 409, "case-resolved-already", "ESC-14", "está resuelto")
        silent = await gate.office.give(number, "reopening", "contact", reason="")
        refused(silent, 422, "reason-missing", "ESC-14", "Indique el motivo")


class TestAnOutage:
    @pytest.mark.rule("ESC-15")
    async def test_over_a_due_instant_makes_the_hand_off_late_and_the_next_clock_on_time(self, gate: Gate) -> None:
        """The worker stops a second before the limit; the customer's time counted on."""
        number = await opened(gate, MORNING, "premium", proposed_priority=1)
        limit_at = bogota("2027-10-28 09:30")
        await gate.until(number, limit_at - timedelta(seconds=1))
        async with gate.down():
            skipping = asyncio.create_task(gate.until(number, limit_at))
            await gate.passed(number, limit_at)
        case = await skipping
        [moved] = await facts(gate.office, number, "handed_off")
        assert (case["level"], moved["due_at"]) == (2, shown(limit_at))
        assert datetime.fromisoformat(moved["at"]) > limit_at
        assert case["next_hand_off_at"] == shown("2027-10-28 10:00")

    @pytest.mark.rule("ESC-15")
    async def test_of_hours_is_made_up_in_order_with_its_lateness_on_record(self, gate: Gate) -> None:
        """A case that was received four hours and a half before anybody served it."""
        began_at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=4, minutes=30)
        number = await opened(gate, began_at, "premium", proposed_priority=1)
        gate.office.clock.at = datetime.now(UTC)
        case = await gate.until(number, gate.office.clock.at)
        made_up = [each for each in await gate.office.timeline(number) if each["kind"] in _DUE]
        minutes = [_minutes(each["due_at"], began_at) for each in made_up]
        assert list(zip((each["kind"] for each in made_up), minutes, strict=True)) == [
            ("initial_attention_missed", 30),
            ("handed_off", 30),
            ("handed_off", 60),
            ("case_overdue", 120),
            ("overdue_repeated", 180),
        ]
        assert made_up[-1]["data"]["periods"] == 2
        assert all(each["late_seconds"] // 60 == 270 - due for each, due in zip(made_up, minutes, strict=True))
        assert case["overdue_at"] == shown(began_at + timedelta(hours=2))

    @pytest.mark.rule("ESC-15")
    async def test_that_does_not_come_leaves_no_lateness(self, gate: Gate) -> None:
        number = await opened(gate, MORNING, "premium", proposed_priority=1)
        await gate.until(number, bogota("2027-10-28 10:00"))
        assert {each["late_seconds"] for each in await facts(gate.office, number, "handed_off")} <= {0, 1}


_DUE = {"initial_attention_missed", "handed_off", "case_overdue", "overdue_repeated"}


def _minutes(label: str, since_at: datetime) -> float:
    return (datetime.fromisoformat(label) - since_at) / timedelta(minutes=1)
