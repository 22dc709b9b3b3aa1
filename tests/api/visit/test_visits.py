"""Visits on site over HTTP: what is refused by name, what the case shows, and what is on record of a visit (ONS)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from httpx import Response
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from desk.inputs import Money
from policy.case.case import Channel
from storage.signing_in import accounts
from storage.signing_in.accounts import NewAccount
from tests.api.given import BODIES, QUOTE, VISIT, exhaust_channels, give, ready_for, who_gives
from tests.api.office import AGENTS, Office


def told(answer: Response) -> tuple[int, str, str | None]:
    body = answer.json()
    return answer.status_code, str(body.get("type", "")).removeprefix("urn:escala:"), body.get("rule")


def pesos(amount: Any, currency: str = "COP") -> dict[str, Any]:
    return {"amount": amount, "currency": currency}


async def asked(office: Office, number: str, command: str, /, **changes: Any) -> Response:
    return await office.give(number, command, who_gives(command), **BODIES[command] | changes)


class TestARequest:
    @pytest.mark.rule("ONS-1")
    @pytest.mark.parametrize(
        ("place", "name"),
        [
            ({"city_code": "11001"}, "visit-inside-bogota"),
            ({"city_code": "25175", "city_name": "Santa Fe de Bogotá, D.C."}, "visit-inside-bogota"),
            ({"city_code": "25175", "city_name": "b o g o t a"}, "visit-inside-bogota"),
            ({"city_code": "05001", "city_name": "BOGOTÁ"}, "visit-inside-bogota"),
            ({"city_code": "98001", "city_name": "Macondo"}, "unknown-department"),
            ({"city_code": "5001"}, "municipality-code-malformed"),
            ({"city_code": ""}, "municipality-code-malformed"),
            ({"city_code": "25999"}, "unknown-municipality"),
            ({"city_code": "25999", "city_name": "Chía"}, "unknown-municipality"),
            ({"city_code": "25999", "city_name": "Sta. Fe de Bogotá"}, "visit-inside-bogota"),
        ],
    )
    async def test_is_refused_where_no_visit_goes(self, office: Office, place: dict[str, str], name: str) -> None:
        number = await ready_for(office, "visits")
        assert told(await asked(office, number, "visits", **place)) == (422, name, "ONS-1")

    @pytest.mark.rule("ONS-1")
    async def test_takes_an_unlisted_municipality_by_the_name_given(self, office: Office) -> None:
        number = await ready_for(office, "visits")
        answer = await asked(office, number, "visits", city_code="25175", city_name="  Chía ")
        assert answer.json()["visit"]["city_code"] == "25175"
        assert (await office.get(f"/cases/{number}/visit")).json()["place"] == "Chía, Cundinamarca"

    @pytest.mark.rule("ONS-4")
    async def test_is_refused_with_the_channels_still_to_try(self, office: Office) -> None:
        number = await office.open("premium_contact")
        await office.give(number, "attempts", channel="phone", outcome="no_answer", summary="Nadie contestó.")
        await office.give(number, "attempts", channel="chat", outcome="solved", summary="Por ahora carga.")
        answer = await asked(office, number, "visits")
        assert told(answer) == (422, "remote-channels-not-exhausted", "ONS-4")
        assert "plataforma web, chat y correo electrónico" in answer.json()["detail"]

    @pytest.mark.parametrize(
        ("field", "name", "rule"), [("address", "text-missing", "ONS-1"), ("reason", "reason-missing", "ONS-4")]
    )
    async def test_says_where_and_why(self, office: Office, field: str, name: str, rule: str) -> None:
        number = await ready_for(office, "visits")
        assert told(await asked(office, number, "visits", **{field: " "})) == (422, name, rule)

    async def test_keeps_place_and_address_out_of_the_engine(self, office: Office) -> None:
        number = await ready_for(office, "visits")
        await asked(office, number, "visits", address="Carrera 50 # 41-20")
        command = repr(list(office.desk.heard.values())[-1])
        assert "05001" in command
        assert not any(words in command for words in ("Medellín", "Carrera", VISIT["reason"]))


class TestMoney:
    @pytest.mark.rule("ONS-2")
    @pytest.mark.parametrize("amount", ["0", "-1", "-350000", "0.00"])
    @pytest.mark.parametrize(
        ("command", "field", "name"),
        [("visits/approval", "quote", "quote-not-positive"), ("visits/expenses", "amount", "expense-not-positive")],
    )
    async def test_is_above_zero(self, office: Office, command: str, field: str, name: str, amount: str) -> None:
        number = await ready_for(office, command)
        assert told(await asked(office, number, command, **{field: pesos(amount)})) == (422, name, "ONS-2")

    @pytest.mark.rule("ONS-2")
    async def test_an_approval_has_a_quote(self, office: Office) -> None:
        number = await ready_for(office, "visits/approval")
        assert told(await asked(office, number, "visits/approval", quote=None)) == (422, "quote-not-positive", "ONS-2")

    @pytest.mark.parametrize(
        ("amount", "message"),
        [
            (350000, "como texto"),
            (350000.5, "como texto"),
            (True, "como texto"),
            (None, "como texto"),
            ("", "como texto"),
            ("3.5e5", "como texto"),
            ("NaN", "como texto"),
            ("Infinity", "como texto"),
            ("350.000,00", "como texto"),
            ("350.000", "como texto"),
            ("350000.000", "como texto"),
            ("$ 350000", "como texto"),
            ("٣٥", "como texto"),
            ("350000.50", "sin centavos"),
            ("1" * 13, "12 dígitos"),
            ("-" + "9" * 5000, "12 dígitos"),
            ("0" * 13, "12 dígitos"),
        ],
    )
    async def test_is_a_text_of_whole_pesos(self, office: Office, amount: Any, message: str) -> None:
        number = await office.open("premium_contact")
        answer = await asked(office, number, "visits/approval", quote=pesos(amount))
        assert told(answer)[:2] == (422, "invalid-input")
        [error] = answer.json()["errors"]
        assert error["path"] == "quote.amount"
        assert message in error["message"]

    @given(st.from_regex(r"-?[0-9]{0,14}(\.0{0,3}5?)?", fullmatch=True))
    def test_is_published_as_it_is_accepted(self, amount: str) -> None:
        """The schema's pattern takes what the API takes, and nothing else."""
        pattern = Money.model_json_schema()["properties"]["amount"]["pattern"]
        try:
            Money(amount=amount, currency="COP")  # type: ignore[arg-type]
            is_accepted = True
        except ValidationError:
            is_accepted = False
        assert is_accepted is bool(re.search(pattern, amount))

    @pytest.mark.parametrize("quote", [pesos("350000", "USD"), pesos("350000", "cop"), {"amount": "1"}, "350000"])
    async def test_is_colombian(self, office: Office, quote: Any) -> None:
        number = await office.open("premium_contact")
        assert told(await asked(office, number, "visits/approval", quote=quote))[:2] == (422, "invalid-input")

    async def test_with_no_cents_is_whole(self, office: Office) -> None:
        number = await ready_for(office, "visits/approval")
        visit = (await asked(office, number, "visits/approval", quote=pesos("350000.00"))).json()["visit"]
        assert visit["quote"] == QUOTE


class TestBothAgreements:
    @pytest.mark.rule("ONS-3")
    @pytest.mark.parametrize("who", ["premium_contact", "agent", "specialist", "commercial", "admin"])
    async def test_only_the_director_approves(self, office: Office, who: str) -> None:
        number = await ready_for(office, "visits/approval")
        answer = await office.give(number, "visits/approval", who, **BODIES["visits/approval"])
        assert told(answer) == (403, "director-decides", "ONS-3")

    @pytest.mark.rule("ONS-3")
    @pytest.mark.parametrize("command", ["visits/acceptance", "visits/sign-off"])
    @pytest.mark.parametrize("who", ["agent", "director", "commercial", "admin"])
    async def test_only_the_customer_accepts_and_signs_off(self, office: Office, command: str, who: str) -> None:
        number = await ready_for(office, command)
        assert told(await office.give(number, command, who, **BODIES[command])) == (403, "customer-decides", "ONS-3")

    async def test_of_another_customer_nobody_decides(self, office: Office) -> None:
        number = await ready_for(office, "visits/acceptance")
        answer = await office.give(number, "visits/acceptance", "contact", **BODIES["visits/acceptance"])
        assert answer.status_code == 404

    @pytest.mark.rule("ONS-3")
    async def test_acceptance_comes_second(self, office: Office) -> None:
        number = await ready_for(office, "visits/approval")
        assert told(await asked(office, number, "visits/acceptance")) == (409, "visit-not-approved", "ONS-3")

    @pytest.mark.rule("ONS-3")
    async def test_a_refusal_has_a_reason(self, office: Office) -> None:
        number = await ready_for(office, "visits/approval")
        no = {"approved": False, "quote": None}
        assert told(await asked(office, number, "visits/approval", **no))[1] == "reason-missing"
        refused = await asked(office, number, "visits/approval", **no, reason="Se puede resolver de forma remota.")
        assert refused.json()["visit"]["step"] == "refused"

    @pytest.mark.rule("ONS-3")
    async def test_a_refusal_quotes_nothing(self, office: Office) -> None:
        """Whichever of the two was meant, the other is not lost in silence."""
        number = await ready_for(office, "visits/approval")
        answer = await asked(office, number, "visits/approval", approved=False, reason="Se resuelve de forma remota.")
        assert told(answer) == (422, "quote-of-refused-visit", "ONS-3")

    @pytest.mark.rule("ONS-3")
    async def test_what_the_customer_says_with_its_yes_is_kept(self, office: Office) -> None:
        number = await ready_for(office, "visits/acceptance")
        await asked(office, number, "visits/acceptance", reason="Que sea antes del viernes.")
        accepted = (await office.timeline(number))[-1]
        assert (accepted["kind"], accepted["data"]["reason"]) == ("visit_accepted", "Que sea antes del viernes.")
        [visit] = (await office.get(f"/cases/{number}/visits")).json()["items"]
        assert "Que sea antes del viernes." in str(visit)

    @pytest.mark.rule("ONS-2")
    async def test_the_customer_accepts_the_amount_that_it_read(self, office: Office) -> None:
        number = await ready_for(office, "visits/acceptance")
        answer = await asked(office, number, "visits/acceptance", amount=pesos("320000"))
        assert told(answer) == (422, "amount-changed", "ONS-2")
        visit = (await asked(office, number, "visits/acceptance")).json()["visit"]
        at = "2026-11-25T14:00:00Z"
        assert visit["accepted"] == {"amount": QUOTE, "by": "contact-premium-1", "at": at}

    @pytest.mark.rule("ONS-3")
    async def test_the_customer_may_decline(self, office: Office) -> None:
        number = await ready_for(office, "visits/acceptance")
        for reason in (None, "   "):
            answer = await asked(office, number, "visits/acceptance", accepted=False, amount=None, reason=reason)
            assert answer.status_code == 422
            assert answer.json()["type"] in ("urn:escala:reason-missing", "urn:escala:invalid-input")
        why = {"accepted": False, "amount": None, "reason": "Lo resolvemos con personal propio."}
        case = (await asked(office, number, "visits/acceptance", **why)).json()
        assert (case["visit"]["step"], case["waits"], case["status"]) == ("declined", [], "in_progress")

    async def test_yes_and_no_are_booleans(self, office: Office) -> None:
        number = await ready_for(office, "visits/approval")
        assert told(await asked(office, number, "visits/approval", approved="yes"))[1] == "invalid-input"


class TestTheDate:
    @pytest.mark.rule("ONS-5")
    @pytest.mark.parametrize(
        ("changes", "name"),
        [
            ({"engineer_id": "nadie"}, "agent-unknown"),
            ({"engineer_id": None}, "engineer-missing"),
            ({"starts_at": "2026-11-25T13:59:59Z"}, "visit-date-past"),
            ({"starts_at": "2099-01-05T14:00:00Z"}, "visit-date-too-far"),
        ],
    )
    async def test_needs_an_engineer_and_lies_ahead(self, office: Office, changes: dict[str, Any], name: str) -> None:
        number = await ready_for(office, "visits/schedule")
        assert told(await asked(office, number, "visits/schedule", **changes)) == (422, name, "ONS-5")

    @pytest.mark.rule("ONS-5")
    async def test_is_moved_by_the_customer_with_the_engineer_it_has(self, office: Office) -> None:
        number = await ready_for(office, "visits/start")
        later = {"starts_at": "2026-12-04T14:00:00Z"}
        visit = (await office.give(number, "visits/schedule", "premium_contact", **later)).json()["visit"]
        assert (visit["starts_at"], visit["engineer_id"], visit["invitations"]) == ("2026-12-04T14:00:00Z", "ana", 2)

    @pytest.mark.rule("ONS-5")
    @pytest.mark.parametrize(
        ("who", "engineer", "answer"),
        [
            ("specialist", None, (422, "agent-disabled", "ONS-5")),
            ("specialist", "eva", (200, "", None)),
            ("premium_contact", None, (200, "", None)),
        ],
    )
    async def test_is_not_moved_by_support_with_an_engineer_who_is_shut_out_by_now(
        self, office: Office, who: str, engineer: str | None, answer: tuple[int, str, str | None]
    ) -> None:
        """The customer moves it all the same: whom support sends is support's to say, and its queue is told."""
        number = await ready_for(office, "visits/start")
        ana = NewAccount(id="acc-ana", email=AGENTS["agent"].email, name="Ana")
        await accounts.create(office.db, ana, at=office.clock())
        await accounts.disable(office.db, ana.id, at=office.clock())
        date = {"starts_at": "2026-12-04T14:00:00Z"} | ({"engineer_id": engineer} if engineer else {})
        assert told(await office.give(number, "visits/schedule", who, **date)) == answer

    @pytest.mark.rule("ONS-5")
    @pytest.mark.parametrize("engineer", ["eva", "nadie"])
    async def test_whom_the_customer_may_not_choose(self, office: Office, engineer: str) -> None:
        """And is not told which names there are."""
        number = await ready_for(office, "visits/start")
        date = BODIES["visits/schedule"] | {"engineer_id": engineer}
        answer = await office.give(number, "visits/schedule", "premium_contact", **date)
        assert told(answer) == (403, "engineer-chosen-by-support", "ONS-5")

    @pytest.mark.rule("ONS-5")
    @pytest.mark.parametrize("command", ["visits/schedule", "visits/cancellation"])
    async def test_stands_once_the_visit_has_started(self, office: Office, command: str) -> None:
        number = await ready_for(office, "visits/report")
        assert told(await asked(office, number, command)) == (409, "visit-already-started", "ONS-5")

    @pytest.mark.rule("ONS-5")
    @pytest.mark.parametrize("who", ["agent", "premium_contact"])
    async def test_is_called_off_by_either_side_with_or_without_a_word(self, office: Office, who: str) -> None:
        number = await ready_for(office, "visits/cancellation")
        path = f"/cases/{number}/visits/cancellation"
        first = await office.post(path, None, who, key="k")
        again = await office.post(path, {"reason": None}, who, key="k")
        assert (first.json()["visit"]["step"], again.json()) == ("cancelled", first.json())


class TestOutOfOrder:
    @pytest.mark.rule("ONS-5")
    @pytest.mark.parametrize("command", [name for name in BODIES if name.startswith("visits/")])
    async def test_without_a_visit_nothing_is_possible(self, office: Office, command: str) -> None:
        number = await office.open("premium_contact")
        assert told(await asked(office, number, command)) == (409, "no-visit-open", "ONS-5")

    @pytest.mark.rule("ONS-5")
    @pytest.mark.parametrize("command", ["schedule", "start", "expenses", "report", "sign-off"])
    async def test_no_step_comes_before_the_agreements(self, office: Office, command: str) -> None:
        number = await ready_for(office, "visits/acceptance")
        assert told(await asked(office, number, f"visits/{command}")) == (409, "visit-out-of-order", "ONS-5")

    @pytest.mark.rule("ONS-5")
    async def test_one_visit_at_a_time(self, office: Office) -> None:
        number = await ready_for(office, "visits/approval")
        assert told(await asked(office, number, "visits")) == (409, "visit-already-open", "ONS-5")

    @pytest.mark.rule("ONS-5")
    @pytest.mark.parametrize("command", ["resolution", "withdrawal", "out-of-scope", "duplicate-of"])
    async def test_the_case_does_not_end_under_a_visit_that_goes_on(self, office: Office, command: str) -> None:
        """Nor, but for its resolution, before the signature: no answer asks to cancel what has started."""
        number = await ready_for(office, "visits/report")
        assert told(await asked(office, number, command)) == (409, "visit-goes-on", "ONS-5")
        await give(office, number, "visits/report")
        refused = (409, "visit-not-signed-off", "ONS-5")
        answer = await asked(office, number, command)
        assert answer.json().get("status") == "resolved" if command == "resolution" else told(answer) == refused

    @pytest.mark.rule("ONS-5")
    @pytest.mark.parametrize("command", ["resolution", "withdrawal", "out-of-scope", "duplicate-of"])
    async def test_the_case_does_not_end_under_an_agreed_visit(self, office: Office, command: str) -> None:
        number = await ready_for(office, "visits/start")
        assert told(await asked(office, number, command)) == (409, "visit-under-way", "ONS-5")


class TestExpenses:
    @pytest.mark.rule("ONS-2")
    @pytest.mark.parametrize(
        ("receipt", "name"), [("", "receipt-missing"), (" fe-1 ", "receipt-used-twice"), ("FE-2", "")]
    )
    async def test_have_a_receipt_each(self, office: Office, receipt: str, name: str) -> None:
        number = await ready_for(office, "visits/expenses")
        await give(office, number, "visits/expenses")
        answer = await asked(office, number, "visits/expenses", receipt_reference=receipt)
        assert told(answer)[1] == name

    @pytest.mark.rule("ONS-2")
    async def test_above_the_quote_are_decided_on_anew(self, office: Office) -> None:
        number = await ready_for(office, "visits/sign-off")
        case = (await asked(office, number, "visits/expenses", amount=pesos("410000"))).json()
        assert case["visit"]["excess"]["amount"] == pesos("410000")
        assert case["visit"]["borne_by_customer"] == QUOTE
        assert told(await asked(office, number, "visits/sign-off")) == (409, "excess-undecided", "ONS-2")
        accepted = (await asked(office, number, "visits/acceptance", amount=pesos("410000"))).json()["visit"]
        assert (accepted["excess"], accepted["borne_by_customer"]) == (None, pesos("410000"))


class TestTheRecord:
    @pytest.mark.rule("ONS-5")
    async def test_has_all_that_was_said_decided_and_spent(self, office: Office) -> None:
        number = await ready_for(office, "visits/sign-off")
        await give(office, number, "visits/expenses")
        told = (await office.get(f"/cases/{number}/visit", "premium_contact")).json()
        assert (told["place"], told["address"]) == ("Medellín, Antioquia", VISIT["address"])
        assert [(each["kind"], each["by"]["id"]) for each in told["decisions"]] == [
            ("visit_approved", "dora"),
            ("visit_accepted", "contact-premium-1"),
        ]
        [expense] = told["expenses"]
        assert (expense["concept"], expense["amount"], expense["receipt_reference"]) == (
            "Tiquetes",
            pesos("120000"),
            "FE-1",
        )
        assert (told["report"]["found"], told["cancellation"]) == ("Una fuente de poder quemada.", None)

    @pytest.mark.rule("ONS-4")
    async def test_proves_to_the_director_that_the_channels_are_exhausted(self, office: Office) -> None:
        number = await ready_for(office, "visits/approval")
        channels = (await office.get(f"/cases/{number}/visit", "director")).json()["channels"]
        assert {each["channel"]: each["exhausted"] for each in channels} == dict.fromkeys(
            [each.value for each in Channel], True
        )
        [attempt] = channels[0]["attempts"]
        assert (attempt["outcome"], attempt["summary"], attempt["at"]) == (
            "not_solved",
            BODIES["attempts"]["summary"],
            "2026-11-25T14:00:00Z",
        )

    async def test_does_not_show_the_proof_to_the_customer(self, office: Office) -> None:
        number = await ready_for(office, "visits/approval")
        assert (await office.get(f"/cases/{number}/visit", "premium_contact")).json()["channels"] is None

    async def test_is_of_the_last_visit(self, office: Office) -> None:
        number = await ready_for(office, "visits/cancellation")
        await give(office, number, "visits/cancellation")
        cancelled = (await office.get(f"/cases/{number}/visit")).json()
        await asked(office, number, "visits", address="Calle 8 # 3-14")
        told = (await office.get(f"/cases/{number}/visit")).json()
        assert (cancelled["cancellation"]["cancelled_by"], told["cancellation"]) == ("support", None)
        assert (told["visit"]["number"], told["address"]) == (2, "Calle 8 # 3-14")

    async def test_is_not_there_without_a_visit_nor_for_others(self, office: Office) -> None:
        own, foreign = await office.open(), await ready_for(office, "visits/approval")
        assert (await office.get(f"/cases/{own}/visit", "contact")).status_code == 404
        assert (await office.get(f"/cases/{foreign}/visit", "contact")).status_code == 404


@pytest.mark.rule("ONS-5")
class TestEveryVisit:
    async def test_of_a_case_is_listed_in_order_each_as_it_was_shown(self, office: Office) -> None:
        """One that was signed off, one that was called off, and one that is asked for."""
        number, seen = await ready_for(office, "visits/sign-off"), []
        await give(office, number, "visits/expenses")
        for command in ("visits/sign-off", "visits/cancellation", None):
            if command == "visits/cancellation":
                for step in ("visits", "visits/approval", "visits/acceptance", "visits/schedule", "visits/expenses"):
                    await give(office, number, step)
            await give(office, number, command or "visits")
            seen.append((await office.get(f"/cases/{number}/visit")).json())
        listed = (await office.get(f"/cases/{number}/visits")).json()
        assert listed == {"items": seen, "next_cursor": None}
        assert [each["visit"]["step"] for each in seen] == ["signed_off", "cancelled", "requested"]

    async def test_is_its_own_customers_to_read(self, office: Office) -> None:
        """Without what is told to support alone; a foreign case is not there, and one without visits has none."""
        number = await ready_for(office, "visits/approval")
        theirs = (await office.get(f"/cases/{number}/visits", "premium_contact")).json()["items"]
        assert [(each["visit"]["number"], each["channels"]) for each in theirs] == [(1, None)]
        assert (await office.get(f"/cases/{number}/visits", "contact")).status_code == 404
        own = await office.open()
        assert (await office.get(f"/cases/{own}/visits", "contact")).json()["items"] == []


async def test_a_repeated_request_is_one_visit(office: Office) -> None:
    number = await ready_for(office, "visits")
    answers = [await office.post(f"/cases/{number}/visits", VISIT, key="k") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert [fact["kind"] for fact in await office.timeline(number)].count("visit_requested") == 1


async def test_a_standard_customer_exhausts_its_only_channel(office: Office) -> None:
    number = await office.open()
    await office.give(number, "attempts", channel="web", outcome="not_solved", summary="Sigue igual.")
    assert told(await office.give(number, "visits", "contact", **VISIT))[0] == 200


@pytest.mark.parametrize("command", [name for name in BODIES if name.startswith("visits")])
async def test_unknown_fields_are_refused(office: Office, command: str) -> None:
    number = await office.open("premium_contact")
    answer = await asked(office, number, command, urgent=True)
    assert [error["path"] for error in answer.json()["errors"]] == ["urgent"]


async def test_the_case_shows_its_visit(office: Office) -> None:
    number = await ready_for(office, "visits/start")
    case = (await office.get(f"/cases/{number}")).json()
    assert (case["waiting_for"], case["waits"], case["clocks"]["level"]["state"]) == ("visit", ["visit"], "paused")
    assert case["visit"] | {"accepted": None} == {
        "number": 1,
        "step": "scheduled",
        "city_code": "05001",
        "requested_at": "2026-11-25T14:00:00Z",
        "due_at": "2026-12-03T14:00:00Z",
        "remind_at": "2026-12-02T14:00:00Z",
        "approved_by": "dora",
        "quote": QUOTE,
        "accepted": None,
        "starts_at": "2026-12-03T14:00:00Z",
        "engineer_id": "ana",
        "invitations": 1,
        "started_at": None,
        "expenses": pesos("0"),
        "borne_by_customer": pesos("0"),
        "excess": None,
        "excess_declined": False,
    }


async def test_exhausting_takes_the_attempts_of_this_case(office: Office) -> None:
    await exhaust_channels(office, await office.open("premium_contact"))
    other = await office.open("premium_contact")
    assert told(await asked(office, other, "visits"))[1] == "remote-channels-not-exhausted"
