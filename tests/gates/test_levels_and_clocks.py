"""Priorities, levels and their clocks, over HTTP on the real service in skipped time: PRI-1 to PRI-5, ESC-1 to ESC-8.

Instants are Bogotá's and asserted to the second. Friday 2027-10-29 is followed by a weekend and by All Saints' Monday.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from tests.api.office import NEW_PREMIUM_CASE, PREMIUM
from tests.gates.conftest import Gate
from tests.gates.reading import case_of, done, facts, opened, refused, shown, told_of, when
from tests.support.lives import bogota
from tests.support.promises import ACROSS_LUNCH, AT_CLOSING_TIME, BEFORE_A_HOLIDAY, FRIDAY_AFTERNOON, Promise

MORNING = "2027-10-28 09:00"  # an ordinary Thursday
FRIDAY = "2027-10-29 11:30"
WHY = {"reason": "El problema está en la base de datos."}


class TestPriorities:
    @pytest.mark.parametrize(
        ("priority", "level_2_at"),
        [
            pytest.param(1, "09:30", marks=pytest.mark.rule("PRI-1")),
            pytest.param(2, "10:00", marks=pytest.mark.rule("PRI-2")),
            pytest.param(3, "10:00", marks=pytest.mark.rule("PRI-3")),
            pytest.param(4, "11:00", marks=pytest.mark.rule("PRI-4")),
        ],
    )
    async def test_are_four_and_each_has_its_limit(self, gate: Gate, priority: int, level_2_at: str) -> None:
        number = await opened(gate, MORNING, "premium", proposed_priority=priority)
        case = await case_of(gate.office, number)
        assert (case["priority"], case["next_hand_off_at"]) == (priority, shown(f"2027-10-28 {level_2_at}"))

    @pytest.mark.rule("PRI-1")
    @pytest.mark.rule("PRI-4")
    @pytest.mark.parametrize("priority", [0, 5])
    async def test_are_no_others(self, gate: Gate, priority: int) -> None:
        case = NEW_PREMIUM_CASE | {"proposed_priority": priority}
        answer = await gate.office.post("/cases", case, "premium_contact")
        refused(answer, 422, "invalid-input", None, "no son válidos")
        assert answer.json()["errors"][0]["path"] == "proposed_priority"

    @pytest.mark.rule("PRI-5")
    async def test_are_confirmed_or_changed_with_a_reason_that_the_customer_reads(self, gate: Gate) -> None:
        number = await opened(gate, MORNING)
        for priority, kind in ((2, "priority_confirmed"), (3, "priority_changed")):
            reason = f"Se revisó con su equipo: prioridad {priority}."
            done(await gate.office.give(number, "priority", priority=priority, reason=reason))
            [fact] = await facts(gate.office, number, kind, "contact")
            assert fact["data"]["reason"] == reason

    @pytest.mark.rule("PRI-5")
    async def test_are_not_set_without_a_reason_nor_by_the_customer(self, gate: Gate) -> None:
        number = await opened(gate, MORNING)
        silent = await gate.office.give(number, "priority", priority=1, reason=" ")
        refused(silent, 422, "reason-missing", "PRI-5", "Indique el motivo")
        answer = await gate.office.give(number, "priority", "contact", priority=1, reason="Urge.")
        refused(answer, 403, "role-not-allowed", None, "Mesa de Ayuda")
        assert (await case_of(gate.office, number))["priority"] == 2


class TestAnUntouchedCase:
    @pytest.mark.rule("ESC-1")
    @pytest.mark.rule("ESC-2")
    @pytest.mark.rule("ESC-3")
    @pytest.mark.rule("ESC-4")
    @pytest.mark.rule("ESC-5")
    @pytest.mark.rule("PLAN-4")
    @pytest.mark.rule("PLAN-5")
    @pytest.mark.parametrize(
        "promises",
        [ACROSS_LUNCH[:4], BEFORE_A_HOLIDAY[:4], AT_CLOSING_TIME[:4], FRIDAY_AFTERNOON[4:]],
        ids=["standard-lunch", "standard-holiday", "standard-weekend", "premium-weekend"],
    )
    async def test_moves_at_the_promised_instants(self, gate: Gate, promises: Sequence[Promise]) -> None:
        """One case of each priority, held against the table that was counted by hand, and against the preview."""
        numbers = [
            await opened(gate, promise.opened_at, promise.plan, proposed_priority=int(promise.priority))
            for promise in promises
        ]
        for number, promise in zip(numbers, promises, strict=True):
            case = await gate.until(number, promise.overdue_at)
            clocks = done(await gate.office.get(f"/cases/{number}/clocks"))
            moves = [each["due_at"] for each in clocks["hand_offs"]]
            promised = [promise.initial_attention_due_at, promise.level_2_at, promise.level_3_at, promise.overdue_at]
            lived = [case["clocks"]["initial_attention"]["due_at"], *moves, case["overdue_at"]]
            assert lived == [shown(at) for at in promised]
            asked = {"plan": promise.plan, "priority": int(promise.priority), "opened_at": case["opened_at"]}
            preview = done(await gate.office.get("/sla/preview", **asked))
            assert lived == [preview[name] for name in _PREVIEWED]

    @pytest.mark.rule("PLAN-1")
    @pytest.mark.rule("PLAN-4")
    @pytest.mark.rule("PLAN-14")
    @pytest.mark.rule("ESC-4")
    async def test_of_standard_stands_still_at_lunch_at_night_over_a_weekend_and_on_a_holiday(self, gate: Gate) -> None:
        number = await opened(gate, FRIDAY, proposed_priority=4)
        case = await gate.until(number, bogota("2027-11-02 08:30"))
        clocks = done(await gate.office.get(f"/cases/{number}/clocks"))
        assert _why(clocks["earlier_levels"][0]) == [
            (shown("2027-10-29 11:30"), "open"),
            (shown("2027-10-29 12:00"), "break"),
            (shown("2027-10-29 13:00"), "open"),
        ]
        assert _why(clocks["level"]) == [
            (shown("2027-10-29 16:30"), "open"),
            (shown("2027-10-29 17:00"), "night"),
            (shown("2027-10-30 00:00"), "weekend"),
            (shown("2027-11-01 00:00"), "Día de Todos los Santos"),
            (shown("2027-11-02 00:00"), "night"),
            (shown("2027-11-02 08:00"), "open"),
        ]
        level = case["clocks"]["level"]
        assert (case["level"], level["spent_seconds"], level["due_at"]) == (3, 3600, shown("2027-11-03 16:30"))

    @pytest.mark.rule("PLAN-1")
    @pytest.mark.rule("PLAN-4")
    @pytest.mark.rule("ESC-4")
    async def test_of_premium_never_stands_still(self, gate: Gate) -> None:
        number = await opened(gate, FRIDAY, "premium", proposed_priority=4)
        case = await gate.until(number, bogota("2027-10-30 07:30"))
        clocks = done(await gate.office.get(f"/cases/{number}/clocks"))
        assert [each["due_at"] for each in clocks["hand_offs"]] == [
            shown("2027-10-29 13:30"),
            shown("2027-10-29 15:30"),
        ]
        assert {why for _, why in _why(clocks["level"])} == {"open"}
        assert case["overdue_at"] == shown("2027-10-30 07:30")


class TestALimit:
    @pytest.mark.rule("ESC-5")
    async def test_moves_the_case_on_unassigned_and_tells_both_levels_and_the_customer(self, gate: Gate) -> None:
        number = await opened(gate, MORNING, "premium", proposed_priority=1)
        done(await gate.office.give(number, "claim"))
        case = await gate.until(number, bogota("2027-10-28 09:30"))
        assert (case["level"], case["assignee"], case["next_hand_off_at"]) == (2, None, shown("2027-10-28 10:00"))
        assert await told_of(gate.office, number, "handed_off") == {
            "level:1",
            "level:2",
            "agent:ana",
            f"contact:contact-{PREMIUM}",
        }

    @pytest.mark.rule("ESC-1")
    @pytest.mark.rule("ESC-2")
    @pytest.mark.rule("ESC-3")
    @pytest.mark.rule("ESC-5")
    async def test_brings_the_case_to_a_level_that_its_own_people_serve(self, gate: Gate) -> None:
        """Help Desk, the specialists, the director: each takes what is at its level."""
        number = await opened(gate, MORNING, "premium")
        for level, (stranger, owner) in enumerate(
            (("specialist", "agent"), ("agent", "specialist"), ("specialist", "director")), start=1
        ):
            answer = await gate.office.give(number, "claim", stranger)
            refused(answer, 422, "level-not-served", "ESC-5", f"no atiende el nivel {level}")
            case = done(await gate.office.give(number, "claim", owner))
            assert (case["level"], bool(case["assignee"])) == (level, True)
            await gate.office.give(number, "hand-offs", owner, **WHY)

    @pytest.mark.rule("ESC-6")
    async def test_of_level_3_makes_the_case_overdue_and_is_told_again_after_each_period(self, gate: Gate) -> None:
        """Priority 1: level 3 has an hour, from 10:00."""
        number = await opened(gate, MORNING, "premium", proposed_priority=1)
        before = await gate.until(number, bogota("2027-10-28 10:59"))
        case = await gate.until(number, bogota("2027-10-28 13:00"))
        assert (before["overdue"], case["overdue"], case["overdue_at"]) == (False, True, shown("2027-10-28 11:00"))
        again = [(each["due_at"], each["data"]["periods"]) for each in await facts(gate.office, number, _AGAIN)]
        assert again == [(shown("2027-10-28 12:00"), 1), (shown("2027-10-28 13:00"), 2)]
        for kind in ("case_overdue", _AGAIN):
            assert await told_of(gate.office, number, kind) == {"director", f"administrators:{PREMIUM}"}

    @pytest.mark.rule("ESC-6")
    async def test_of_level_3_is_told_no_more_once_the_case_is_resolved(self, gate: Gate) -> None:
        number = await opened(gate, MORNING, "premium", proposed_priority=1)
        await gate.until(number, bogota("2027-10-28 11:30"))
        done(await gate.office.give(number, "resolution", "director", summary="Se amplió la cuota."))
        case = await gate.until(number, bogota("2027-10-28 14:00"))
        assert (case["overdue"], await facts(gate.office, number, _AGAIN)) == (False, [])


class TestByHand:
    @pytest.mark.rule("ESC-7")
    @pytest.mark.rule("PLAN-6")
    @pytest.mark.parametrize("plan", ["standard", "premium"])
    async def test_a_case_moves_up_one_level_at_a_time_under_both_plans(self, gate: Gate, plan: str) -> None:
        number = await opened(gate, MORNING, plan)
        moved = done(await gate.office.give(number, "hand-offs", **WHY))
        assert (moved["level"], moved["next_hand_off_at"]) == (2, shown("2027-10-28 10:00"))
        highest = done(await gate.office.give(number, "hand-offs", "specialist", **WHY))
        assert (highest["level"], highest["next_hand_off_at"]) == (3, None)
        due_at = {"standard": "2027-10-28 14:00", "premium": "2027-10-28 13:00"}[plan]
        assert highest["clocks"]["level"]["due_at"] == shown(due_at)

    @pytest.mark.rule("ESC-7")
    async def test_a_case_moves_up_neither_without_a_reason_nor_beyond_level_3(self, gate: Gate) -> None:
        number = await opened(gate, MORNING)
        silent = await gate.office.give(number, "hand-offs", reason="")
        refused(silent, 422, "reason-missing", "ESC-7", "el cliente lo verá")
        for who in ("agent", "specialist"):
            done(await gate.office.give(number, "hand-offs", who, **WHY))
        beyond = await gate.office.give(number, "hand-offs", "director", **WHY)
        refused(beyond, 409, "already-at-highest-level", "ESC-7", "ya está en el nivel 3")

    @pytest.mark.rule("ESC-8")
    @pytest.mark.rule("PLAN-6")
    async def test_sideways_to_a_group_keeps_the_levels_clock_running(self, gate: Gate) -> None:
        number = await opened(gate, MORNING, "premium")
        done(await gate.office.give(number, "claim"))
        await gate.until(number, bogota("2027-10-28 09:20"))
        case = done(await gate.office.give(number, "transfers", group="sig", **WHY))
        assert (case["level"], case["group"], case["assignee"]) == (1, "sig", None)
        assert (case["clocks"]["level"]["state"], case["next_hand_off_at"]) == ("running", shown("2027-10-28 10:00"))
        assert case["clocks"]["level"]["spent_seconds"] in range(1200, 1230)

    @pytest.mark.rule("ESC-8")
    @pytest.mark.rule("PLAN-6")
    async def test_straight_to_level_3_starts_its_clock(self, gate: Gate) -> None:
        number = await opened(gate, MORNING, "premium")
        case = done(await gate.office.give(number, "transfers", level=3, **WHY))
        [moved] = await facts(gate.office, number, "handed_off")
        assert (moved["data"]["from_level"], moved["data"]["cause"], case["level"]) == (1, "functional", 3)
        assert case["clocks"]["level"]["due_at"] == shown("2027-10-28 13:00")

    @pytest.mark.rule("ESC-8")
    @pytest.mark.rule("PLAN-6")
    @pytest.mark.parametrize("to", [{"group": "sig"}, {"level": 3}], ids=["sideways", "level-3"])
    async def test_functional_escalation_is_refused_for_standard_and_says_why(
        self, gate: Gate, to: dict[str, Any]
    ) -> None:
        number = await opened(gate, MORNING)
        answer = await gate.office.give(number, "transfers", **WHY, **to)
        refused(answer, 422, "functional-escalation-not-in-plan", "ESC-8", "El plan Estándar solo contempla")
        assert "es propio del plan Premium" in answer.json()["detail"]
        assert (await case_of(gate.office, number))["level"] == 1

    @pytest.mark.rule("ESC-8")
    @pytest.mark.parametrize(
        ("to", "name", "says"),
        [
            ({"group": "magos"}, "unknown-group", "No existe un grupo especialista llamado magos"),
            ({"group": "sig", "level": 3}, "transfer-target-unclear", "indique solo uno de los dos"),
            ({"level": 2}, "transfer-target-unclear", "directamente al nivel 3"),
            ({}, "transfer-target-unclear", "indique solo uno de los dos"),
        ],
    )
    async def test_functional_escalation_goes_to_a_known_group_or_to_level_3(
        self, gate: Gate, to: dict[str, Any], name: str, says: str
    ) -> None:
        number = await opened(gate, MORNING, "premium")
        refused(await gate.office.give(number, "transfers", **WHY, **to), 422, name, "ESC-8", says)


class TestAnotherPriority:
    @pytest.mark.rule("ESC-11")
    async def test_keeps_the_time_used_and_sets_the_new_limit(self, gate: Gate) -> None:
        """Priority 4 has two hours, priority 2 one: the twenty minutes used stay used."""
        number = await opened(gate, MORNING, "premium", proposed_priority=4)
        await gate.until(number, bogota("2027-10-28 09:20"))
        case = done(await gate.office.give(number, "priority", priority=2, **WHY))
        assert (case["level"], case["next_hand_off_at"]) == (1, shown("2027-10-28 10:00"))
        assert case["clocks"]["level"]["limit_seconds"] == 3600

    @pytest.mark.rule("ESC-11")
    async def test_whose_limit_is_past_already_moves_the_case_up_now(self, gate: Gate) -> None:
        """Standard, priority 4, at 14:15 after lunch: 1 h 15 min used of two hours, and priority 1 has 30 minutes."""
        number = await opened(gate, "2027-10-28 12:00", proposed_priority=4)
        await gate.until(number, bogota("2027-10-28 14:15"))
        case = done(await gate.office.give(number, "priority", priority=1, **WHY))
        [moved] = await facts(gate.office, number, "handed_off")
        changed_at = await when(gate.office, number, "priority_changed")
        assert (moved["data"]["cause"], moved["at"], case["level"]) == ("priority", shown(changed_at), 2)
        assert case["next_hand_off_at"] == shown(changed_at + timedelta(minutes=30))

    @pytest.mark.rule("ESC-11")
    async def test_is_not_set_on_a_closed_case(self, gate: Gate) -> None:
        number = await opened(gate, MORNING)
        done(await gate.office.give(number, "withdrawal", "contact"))
        answer = await gate.office.give(number, "priority", priority=1, **WHY)
        refused(answer, 409, "case-closed", None, "está cerrado")


_PREVIEWED = ("initial_attention_due_at", "level_2_at", "level_3_at", "overdue_at")
_AGAIN = "overdue_repeated"


def _why(story: dict[str, Any]) -> list[tuple[str, str]]:
    """From when on, and why, a clock counted or did not."""
    return [(each["from"], each["why"]) for each in story["intervals"]]
