"""Visits, remote sessions, providers and equipment over HTTP on the real service in skipped time.

Each rule is refused and accepted: ONS-1 to ONS-6, WAR-4, ESC-9 and ESC-10.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import Response

from policy.case.case import Channel
from tests.api.given import BODIES, QUOTE, VISIT, equipment, give, path_of, ready_for, tonight, who_gives
from tests.api.office import NEW_PREMIUM_CASE, Office
from tests.gates.conftest import Gate

LOW = {"proposed_priority": 4}


@pytest.fixture
async def gate(gate: Gate) -> Gate:
    """An office that is not behind the engine's clock, whenever this test runs."""
    gate.office.clock.at = max(gate.office.clock.at, datetime.now(UTC).replace(microsecond=0) + timedelta(days=1))
    return gate


def told(answer: Response) -> tuple[int, str, str | None]:
    body = answer.json()
    return answer.status_code, str(body.get("type", "")).removeprefix("urn:escala:"), body.get("rule")


def about(seconds: int) -> Any:
    """The engine's clock goes on by what the test itself takes."""
    return pytest.approx(seconds, abs=15)


def pesos(amount: int) -> dict[str, str]:
    return {"amount": str(amount), "currency": "COP"}


async def ask(office: Office, number: str, command: str, who: str | None = None, /, **changes: Any) -> Response:
    return await office.give(number, path_of(command), who or who_gives(command), **BODIES[command] | changes)


async def visit(office: Office, number: str) -> dict[str, Any]:
    return dict((await office.get(f"/cases/{number}")).json()["visit"])


async def kinds(office: Office, number: str) -> list[str]:
    return [fact["kind"] for fact in await office.timeline(number)]


async def scheduled(gate: Gate) -> str:
    """A case with a visit on a day that is agreed."""
    number = await ready_for(gate.office, "visits/schedule")
    await agree_on(gate, number, days=7)
    return number


async def agree_on(gate: Gate, number: str, *, days: int, who: str = "agent") -> dict[str, Any]:
    starts_at = (gate.office.clock.at + timedelta(days=days)).isoformat()
    engineer = {"engineer_id": "ana"} if who == "agent" else {}
    answer = await gate.office.give(number, "visits/schedule", who, starts_at=starts_at, **engineer)
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["visit"])


class TestARequest:
    @pytest.mark.rule("ONS-1")
    async def test_goes_outside_bogota(self, gate: Gate) -> None:
        number = await ready_for(gate.office, "visits")
        for place in ({"city_code": "11001"}, {"city_code": "25175", "city_name": "Bogotá D. C."}):
            assert told(await ask(gate.office, number, "visits", **place)) == (422, "visit-inside-bogota", "ONS-1")
        unknown = await ask(gate.office, number, "visits", city_code="98001", city_name="Macondo")
        assert told(unknown) == (422, "unknown-department", "ONS-1")
        assert (await ask(gate.office, number, "visits")).json()["visit"]["city_code"] == "05001"

    @pytest.mark.rule("ONS-4")
    async def test_comes_once_every_channel_of_the_plan_was_tried_in_vain(self, gate: Gate) -> None:
        number = await gate.office.open("premium_contact")
        for channel in (each for each in Channel if each is not Channel.PHONE):
            await gate.office.give(number, "attempts", **BODIES["attempts"] | {"channel": channel.value})
        refused = await ask(gate.office, number, "visits", "premium_contact")
        assert told(refused) == (422, "remote-channels-not-exhausted", "ONS-4")
        assert refused.json()["detail"].endswith("teléfono.")
        await gate.office.give(number, "attempts", **BODIES["attempts"])
        assert (await ask(gate.office, number, "visits", "premium_contact")).json()["visit"]["step"] == "requested"

    @pytest.mark.rule("ONS-5")
    async def test_is_one_at_a_time_also_when_both_sides_ask_at_once(self, gate: Gate) -> None:
        number = await ready_for(gate.office, "visits")
        both = await asyncio.gather(*(ask(gate.office, number, "visits", who) for who in ("agent", "premium_contact")))
        assert sorted(told(answer)[:2] for answer in both) == [(200, ""), (409, "visit-already-open")]


class TestBothAgreements:
    @pytest.mark.rule("ONS-3")
    async def test_come_in_order_and_from_each_side(self, gate: Gate) -> None:
        number = await ready_for(gate.office, "visits/approval")
        assert told(await ask(gate.office, number, "visits/acceptance")) == (409, "visit-not-approved", "ONS-3")
        assert told(await ask(gate.office, number, "visits/approval", "agent")) == (403, "director-decides", "ONS-3")
        await give(gate.office, number, "visits/approval")
        by_us = await ask(gate.office, number, "visits/acceptance", "director")
        assert told(by_us) == (403, "customer-decides", "ONS-3")
        await give(gate.office, number, "visits/acceptance")
        assert (await visit(gate.office, number))["step"] == "agreed"

    @pytest.mark.rule("ONS-3")
    @pytest.mark.parametrize("step", ["visits/approval", "visits/acceptance"])
    async def test_are_reminded_of_at_half_and_lapse_at_the_limit(self, gate: Gate, step: str) -> None:
        number = await ready_for(gate.office, step)
        waiting = await visit(gate.office, number)
        await gate.until(number, waiting["remind_at"])
        assert (await kinds(gate.office, number)).count("visit_reminded") == 1
        case = await gate.until(number, waiting["due_at"])
        assert (case["visit"]["step"], case["waits"]) == ("lapsed", [])
        assert case["clocks"]["level"]["state"] != "paused"
        assert told(await ask(gate.office, number, step)) == (409, "no-visit-open", "ONS-5")

    @pytest.mark.rule("ONS-3")
    async def test_each_side_may_decline(self, gate: Gate) -> None:
        number = await ready_for(gate.office, "visits/approval")
        no = {"approved": False, "quote": None, "reason": "Se puede resolver de forma remota."}
        assert (await ask(gate.office, number, "visits/approval", **no)).json()["visit"]["step"] == "refused"
        for command in ("visits", "visits/approval"):
            await give(gate.office, number, command)
        no = {"accepted": False, "reason": "Lo haremos con personal propio."}
        declined = await ask(gate.office, number, "visits/acceptance", **no)
        assert (declined.json()["visit"]["number"], declined.json()["visit"]["step"]) == (2, "declined")

    @pytest.mark.rule("ONS-3")
    async def test_an_acceptance_and_a_cancellation_at_once_have_one_outcome(self, gate: Gate) -> None:
        number = await ready_for(gate.office, "visits/acceptance")
        accepted, cancelled = await asyncio.gather(
            ask(gate.office, number, "visits/acceptance"), ask(gate.office, number, "visits/cancellation")
        )
        assert cancelled.status_code == 200
        assert told(accepted)[:2] in ((200, ""), (409, "no-visit-open"))
        assert (await visit(gate.office, number))["step"] == "cancelled"


class TestTheMoney:
    @pytest.mark.rule("ONS-2")
    async def test_is_quoted_and_accepted_in_writing(self, gate: Gate) -> None:
        number = await ready_for(gate.office, "visits/approval")
        refused = await ask(gate.office, number, "visits/approval", quote=pesos(0))
        assert told(refused) == (422, "quote-not-positive", "ONS-2")
        await give(gate.office, number, "visits/approval")
        misread = await ask(gate.office, number, "visits/acceptance", amount=pesos(349_999))
        assert told(misread) == (422, "amount-changed", "ONS-2")
        accepted = (await ask(gate.office, number, "visits/acceptance")).json()["visit"]["accepted"]
        assert (accepted["amount"], accepted["by"]) == (QUOTE, "contact-premium-1")

    @pytest.mark.rule("ONS-2")
    async def test_above_the_quote_is_accepted_anew(self, gate: Gate) -> None:
        number = await ready_for(gate.office, "visits/sign-off")
        await ask(gate.office, number, "visits/expenses", amount=pesos(300_000))
        over = await ask(gate.office, number, "visits/expenses", amount=pesos(100_000), receipt_reference="FE-2")
        assert over.json()["visit"]["excess"]["amount"] == pesos(400_000)
        again = await ask(gate.office, number, "visits/expenses", receipt_reference="FE-2")
        assert told(again) == (422, "receipt-used-twice", "ONS-2")
        assert told(await ask(gate.office, number, "visits/sign-off")) == (409, "excess-undecided", "ONS-2")
        await ask(gate.office, number, "visits/acceptance", amount=pesos(400_000))
        done = (await ask(gate.office, number, "visits/sign-off")).json()["visit"]
        assert (done["step"], done["borne_by_customer"]) == ("signed_off", pesos(400_000))

    @pytest.mark.rule("ONS-2")
    async def test_above_the_quote_is_not_the_customers_without_an_answer(self, gate: Gate) -> None:
        number = await ready_for(gate.office, "visits/sign-off")
        over = (await ask(gate.office, number, "visits/expenses", amount=pesos(400_000))).json()["visit"]
        lapsed = (await gate.until(number, over["excess"]["decide_by"]))["visit"]
        assert (lapsed["excess"], lapsed["excess_declined"], lapsed["borne_by_customer"]) == (None, True, QUOTE)
        assert (await ask(gate.office, number, "visits/sign-off")).json()["visit"]["step"] == "signed_off"


class TestTheVisit:
    @pytest.mark.rule("ONS-5")
    async def test_is_moved_by_both_sides_made_reported_on_and_signed_off(self, gate: Gate) -> None:
        number = await scheduled(gate)
        assert told(await ask(gate.office, number, "visits/report")) == (409, "visit-out-of-order", "ONS-5")
        await agree_on(gate, number, days=8, who="premium_contact")
        moved = await agree_on(gate, number, days=9)
        assert moved["invitations"] == 3
        await gate.until(number, moved["starts_at"])
        for command in ("visits/start", "visits/report", "visits/sign-off"):
            await give(gate.office, number, command)
        record = (await gate.office.get(f"/cases/{number}/visit", "premium_contact")).json()
        assert (record["visit"]["step"], record["report"]["by"]["id"]) == ("signed_off", "ana")

    @pytest.mark.rule("ONS-5")
    @pytest.mark.parametrize(("who", "side"), [("agent", "support"), ("premium_contact", "customer")])
    async def test_is_called_off_by_either_side_before_it_starts(self, gate: Gate, who: str, side: str) -> None:
        number = await scheduled(gate)
        await ask(gate.office, number, "visits/expenses")
        await ask(gate.office, number, "visits/cancellation", who)
        record = (await gate.office.get(f"/cases/{number}/visit", who)).json()
        borne = record["cancellation"][f"borne_by_{side}"]
        assert (record["cancellation"]["cancelled_by"], borne) == (side, pesos(120_000))
        assert told(await ask(gate.office, number, "visits/start")) == (409, "no-visit-open", "ONS-5")

    @pytest.mark.rule("ONS-5")
    async def test_is_not_called_off_once_it_started(self, gate: Gate) -> None:
        number = await ready_for(gate.office, "visits/report")
        for who in ("agent", "premium_contact"):
            refused = await ask(gate.office, number, "visits/cancellation", who)
            assert told(refused) == (409, "visit-already-started", "ONS-5")

    @pytest.mark.rule("ONS-5")
    async def test_is_signed_off_by_silence_at_the_limit(self, gate: Gate) -> None:
        number = await ready_for(gate.office, "visits/sign-off")
        case = await gate.until(number, (await visit(gate.office, number))["due_at"])
        assert case["visit"]["step"] == "signed_off"
        [signed_off] = [each for each in await gate.office.timeline(number) if each["kind"] == "visit_signed_off"]
        assert (signed_off["actor"]["role"], signed_off["data"]["unanswered"]) == ("system", True)

    @pytest.mark.rule("ONS-5")
    async def test_keeps_its_case_from_ending(self, gate: Gate) -> None:
        number = await scheduled(gate)
        assert told(await ask(gate.office, number, "resolution")) == (409, "visit-under-way", "ONS-5")
        await give(gate.office, number, "visits/cancellation")
        assert (await ask(gate.office, number, "resolution")).json()["status"] == "resolved"


class TestWaitingForTheCustomer:
    @pytest.mark.rule("ESC-10")
    async def test_for_information_pauses_the_level_and_never_the_attention(self, gate: Gate) -> None:
        """A question answers the customer, so the initial attention that never pauses is that of a quote below."""
        number = await gate.office.open("premium_contact", **LOW)
        await gate.skip(number, minutes=30)
        await give(gate.office, number, "information-requests")
        again = await ask(gate.office, number, "information-requests")
        assert told(again)[:2] == (409, "already-waiting")
        paused = await gate.skip(number, days=3)
        assert (paused["level"], paused["clocks"]["level"]["spent_seconds"]) == (1, about(1800))
        await give(gate.office, number, "answers")
        running = await gate.skip(number, minutes=89)
        assert (running["level"], running["clocks"]["level"]["state"]) == (1, "running")
        assert (await gate.skip(number, minutes=2))["level"] == 2

    @pytest.mark.rule("ESC-10")
    async def test_for_its_decision_on_a_quote_pauses_the_level_alone(self, gate: Gate) -> None:
        number = await gate.office.open("premium_contact", **LOW)
        for channel in Channel:
            tried = BODIES["attempts"] | {"channel": channel.value, "outcome": "no_answer"}
            await gate.office.give(number, "attempts", **tried)
        await give(gate.office, number, "visits")
        await gate.skip(number, minutes=10)
        await give(gate.office, number, "visits/approval")
        waiting = await gate.skip(number, hours=1)
        assert (waiting["status"], waiting["waits"]) == ("waiting_customer", ["quote"])
        assert (waiting["clocks"]["level"]["state"], waiting["clocks"]["level"]["spent_seconds"]) == (
            "paused",
            about(600),
        )
        assert waiting["clocks"]["initial_attention"]["state"] == "missed"
        await give(gate.office, number, "visits/acceptance")
        case = await gate.skip(number, minutes=10)
        assert (case["clocks"]["level"]["state"], case["clocks"]["level"]["spent_seconds"]) == ("running", about(1200))

    @pytest.mark.rule("ESC-10")
    async def test_from_the_agreement_on_a_date_until_the_visit_starts_pauses_the_level(self, gate: Gate) -> None:
        number = await ready_for(gate.office, "visits/schedule")
        before = (await gate.skip(number, minutes=5))["clocks"]["level"]
        assert before["state"] == "running"
        agreed = await agree_on(gate, number, days=7)
        waiting = await gate.until(number, datetime.fromisoformat(agreed["starts_at"]) - timedelta(minutes=1))
        spent = about(before["spent_seconds"])
        assert (waiting["waits"], waiting["clocks"]["level"]["spent_seconds"]) == (["visit"], spent)
        await give(gate.office, number, "visits/start")
        case = await gate.skip(number, minutes=5)
        assert (case["waits"], case["clocks"]["level"]["spent_seconds"]) == ([], about(before["spent_seconds"] + 300))

    @pytest.mark.rule("ESC-10")
    async def test_for_a_visit_that_support_does_not_start_ends_at_its_date(self, gate: Gate) -> None:
        """The next hour counts, and hands the case on; another day needs another date (ONS-5)."""
        number = await ready_for(gate.office, "visits/schedule")
        agreed = await agree_on(gate, number, days=7)
        missed = await gate.until(number, agreed["starts_at"])
        assert (missed["waits"], missed["clocks"]["level"]["state"]) == ([], "running")
        assert "visit_missed" in await kinds(gate.office, number)
        moved_up = await gate.until(number, missed["next_hand_off_at"])
        assert moved_up["level"] == 2
        await gate.skip(number, days=1)
        for who in ("agent", "director"):
            refused = await ask(gate.office, number, "visits/start", who)
            assert told(refused) == (409, "not-the-visits-day", "ONS-5")

    @pytest.mark.rule("ESC-16")
    async def test_for_information_ends_after_five_business_days(self, gate: Gate) -> None:
        """Reminded twice, then resolved as unanswered, reopened, and closed so the second time."""
        number = await gate.office.open("premium_contact", **LOW)
        await give(gate.office, number, "information-requests")
        asked = (await gate.office.get(f"/cases/{number}")).json()
        [wait] = (await gate.office.get(f"/cases/{number}/clocks")).json()["waits"]
        assert (wait["for"], wait["until"], len(wait["reminders_at"])) == ("information", asked["answer_by"], 2)
        await gate.until(number, wait["reminders_at"][1])
        assert (await kinds(gate.office, number)).count("information_reminded") == 2
        resolved = await gate.until(number, asked["answer_by"])
        assert (resolved["status"], resolved["waits"], resolved["answer_by"]) == ("resolved", [], None)
        assert (await ask(gate.office, number, "reopening")).json()["status"] == "in_progress"
        await give(gate.office, number, "information-requests")
        again = (await gate.office.get(f"/cases/{number}")).json()["answer_by"]
        reopen_until = (await gate.until(number, again))["reopen_until"]
        closed = await gate.until(number, reopen_until)
        assert (closed["status"], closed["closing_reason"]) == ("closed", "unanswered")

    @pytest.mark.rule("ESC-10")
    async def test_for_the_signature_pauses_the_level_and_lets_the_case_be_resolved(self, gate: Gate) -> None:
        """And to be signed off afterwards, by the customer alone (ONS-5)."""
        number = await ready_for(gate.office, "visits/sign-off")
        waiting = await gate.skip(number, hours=3)
        assert (waiting["level"], waiting["waits"]) == (1, ["sign_off"])
        assert (await ask(gate.office, number, "resolution")).json()["status"] == "resolved"
        signed = (await ask(gate.office, number, "visits/sign-off")).json()
        assert (signed["status"], signed["visit"]["step"]) == ("resolved", "signed_off")

    @pytest.mark.rule("ONS-5")
    async def test_for_a_visit_ends_by_its_engineer_or_the_director_alone(self, gate: Gate) -> None:
        """The specialist was not sent."""
        number = await ready_for(gate.office, "visits/schedule")
        await give(gate.office, number, "visits/schedule", starts_at=tonight(gate.office))
        refused = await ask(gate.office, number, "visits/start", "specialist")
        assert told(refused) == (403, "not-the-engineer", "ONS-5")
        assert (await ask(gate.office, number, "visits/start", "director")).json()["visit"]["step"] == "started"


class TestAProvider:
    @pytest.mark.rule("ESC-9")
    async def test_is_involved_with_its_case_number_and_the_level_clock_runs_on(self, gate: Gate) -> None:
        number = await gate.office.open("premium_contact", **LOW)
        refused = await ask(gate.office, number, "provider-updates")
        assert told(refused) == (409, "provider-not-involved", "ESC-9")
        case = (await ask(gate.office, number, "provider-escalations")).json()
        assert case["provider_case"] == {"provider": "google", "number": "58120034"}
        case = await gate.skip(number, minutes=30)
        assert (case["clocks"]["level"]["state"], case["clocks"]["level"]["spent_seconds"]) == ("running", about(1800))
        assert (await ask(gate.office, number, "provider-updates")).status_code == 200
        assert (await gate.skip(number, minutes=91))["level"] == 2

    @pytest.mark.rule("ESC-9")
    async def test_is_involved_for_both_plans_by_support_alone(self, gate: Gate) -> None:
        number = await gate.office.open()
        assert told(await ask(gate.office, number, "provider-escalations", "contact"))[0] == 403
        assert told(await ask(gate.office, number, "provider-escalations"))[0] == 200


class TestARemoteSession:
    @pytest.mark.rule("ONS-6")
    async def test_starts_with_the_consent_of_the_customer(self, gate: Gate) -> None:
        number = await gate.office.open("premium_contact")
        for consent, name in (("", "consent-missing"), ("contact-standard-1", "consent-by-stranger")):
            refused = await ask(gate.office, number, "remote-sessions", consented_by=consent)
            assert told(refused) == (422, name, "ONS-6")
        session = (await ask(gate.office, number, "remote-sessions")).json()["remote_session"]
        assert (session["tool"], session["consented_by"]) == ("Chrome Remote Desktop", "contact-premium-1")

    @pytest.mark.rule("ONS-6")
    async def test_has_its_start_its_end_and_what_was_done_on_record(self, gate: Gate) -> None:
        number = await ready_for(gate.office, "remote-sessions/{session}/end")
        await gate.skip(number, minutes=20)
        await give(gate.office, number, "remote-sessions/{session}/end")
        again = await ask(gate.office, number, "remote-sessions/{session}/end")
        assert told(again) == (409, "remote-session-not-open", "ONS-6")
        facts = {fact["kind"]: fact for fact in await gate.office.timeline(number)}
        started, ended = facts["remote_session_started"], facts["remote_session_ended"]
        lasted = datetime.fromisoformat(ended["at"]) - datetime.fromisoformat(started["at"])
        assert timedelta(minutes=20) <= lasted < timedelta(minutes=21)
        assert ended["data"]["summary"] == BODIES["remote-sessions/{session}/end"]["summary"]


class TestEquipment:
    @pytest.mark.rule("WAR-4")
    async def test_is_claimed_where_we_supplied_it_with_its_serial_number(self, gate: Gate) -> None:
        theirs = NEW_PREMIUM_CASE | await equipment(gate.office, supplied_by_us=False)
        refused = await gate.office.post("/cases", theirs, "premium_contact")
        assert told(refused) == (422, "equipment-not-supplied-by-us", "WAR-4")
        ours = NEW_PREMIUM_CASE | await equipment(gate.office)
        for serial_number, name in ((None, "serial-number-missing"), ("SN-1", "serial-number-unknown")):
            refused = await gate.office.post("/cases", ours | {"serial_number": serial_number}, "premium_contact")
            assert told(refused) == (422, name, "WAR-4")
        assert (await gate.office.post("/cases", ours, "premium_contact")).status_code == 201

    @pytest.mark.rule("WAR-4")
    async def test_is_diagnosed_by_a_specialist(self, gate: Gate) -> None:
        number = await ready_for(gate.office, "diagnosis")
        refused = await ask(gate.office, number, "diagnosis", "agent")
        assert told(refused) == (403, "specialist-diagnoses", "WAR-4")
        assert (await ask(gate.office, number, "diagnosis")).json()["status"] == "in_progress"

    @pytest.mark.rule("WAR-4")
    async def test_is_denied_with_its_reason_for_any_other_cause(self, gate: Gate) -> None:
        number = await ready_for(gate.office, "diagnosis")
        denied = await ask(gate.office, number, "diagnosis", cause="misuse", summary="Tiene señales de un golpe.")
        assert (denied.json()["status"], denied.json()["closing_reason"]) == ("closed", "not_covered")
        closed = (await gate.office.timeline(number, "premium_contact"))[-1]
        assert closed["data"]["words"] == "Tiene señales de un golpe."

    @pytest.mark.rule("WAR-4")
    async def test_is_resolved_only_with_a_diagnosis(self, gate: Gate) -> None:
        number = await ready_for(gate.office, "diagnosis")
        assert told(await ask(gate.office, number, "resolution")) == (409, "diagnosis-missing", "WAR-4")
        await give(gate.office, number, "diagnosis")
        assert (await ask(gate.office, number, "resolution")).json()["status"] == "resolved"

    @pytest.mark.rule("WAR-4")
    async def test_is_asked_about_without_any(self, gate: Gate) -> None:
        """A question about a piece of equipment claims nothing of it."""
        number = await gate.office.open("premium_contact", category="question", **await equipment(gate.office))
        assert (await ask(gate.office, number, "resolution")).json()["status"] == "resolved"


async def test_a_repeated_command_happens_once(gate: Gate) -> None:
    number = await ready_for(gate.office, "visits")
    answers = await asyncio.gather(*(gate.office.post(f"/cases/{number}/visits", VISIT, key="k") for _ in range(4)))
    assert {answer.status_code for answer in answers} == {200}
    assert (await kinds(gate.office, number)).count("visit_requested") == 1
