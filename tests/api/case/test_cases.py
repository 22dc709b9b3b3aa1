"""Opening, reading and listing cases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from api.http.bodies import show_instant
from policy.people.contacts import RosterEntry
from storage.case import views
from storage.people import contacts
from storage.people.contacts import NewContact
from tests.api.office import NEW_CASE, PREMIUM, STANDARD, Office
from tests.support.lives import bogota, policy


class TestOpening:
    async def test_answers_the_case_and_where_it_is(self, office: Office) -> None:
        answer = await office.post("/cases", NEW_CASE, "contact")
        case = answer.json()
        assert (answer.status_code, case["number"]) == (201, "MA-2026-000001")
        assert answer.headers["location"] == "/api/v1/cases/MA-2026-000001"
        assert (case["status"], case["level"], case["plan"], case["cover"]) == ("new", 1, "standard", "contract")

    @pytest.mark.rule("ESC-1")
    @pytest.mark.rule("PLAN-5")
    async def test_shows_both_clocks_and_the_next_hand_off(self, office: Office) -> None:
        case = (await office.post("/cases", NEW_CASE, "contact")).json()
        assert case["clocks"]["level"] == {
            "state": "running",
            "due_at": "2026-11-25T15:00:00Z",
            "limit_seconds": 3600,
            "spent_seconds": 0,
            "warn_at": "2026-11-25T14:45:00Z",
        }
        assert case["clocks"]["initial_attention"]["due_at"] == "2026-11-25T15:00:00Z"
        assert (case["next_hand_off_at"], case["visit"], case["provider_case"]) == ("2026-11-25T15:00:00Z", None, None)

    @pytest.mark.rule("REQ-4")
    async def test_an_agent_opens_on_behalf_of_a_contact_who_called(self, office: Office) -> None:
        premium = {"contact_id": f"contact-{PREMIUM}", "solution_id": f"solution-{PREMIUM}"}
        case = (await office.post("/cases", NEW_CASE | premium | {"channel": "phone"}, "agent")).json()
        assert (case["channel"], case["customer_id"], case["contact_id"]) == ("phone", PREMIUM, f"contact-{PREMIUM}")

    @pytest.mark.rule("REQ-7")
    @pytest.mark.rule("PLAN-7")
    async def test_refuses_a_channel_that_the_plan_does_not_hold(self, office: Office) -> None:
        answer = await office.post("/cases", NEW_CASE | {"channel": "phone"}, "agent")
        assert (answer.status_code, answer.json()["rule"]) == (422, "PLAN-7")
        assert "plataforma web" in answer.json()["detail"]

    @pytest.mark.rule("REQ-7")
    async def test_does_not_keep_a_refusal_whose_sender_could_not_be_told(self, office: Office) -> None:
        """The same key asks again, and then the engine takes it."""
        office.desk.down = True
        first = await office.post("/cases", NEW_CASE | {"channel": "phone"}, "agent", key="k")
        office.desk.down = False
        again = await office.post("/cases", NEW_CASE | {"channel": "phone"}, "agent", key="k")
        assert (first.status_code, again.status_code, len(office.desk.redirected)) == (503, 422, 1)

    @pytest.mark.rule("REQ-5")
    @pytest.mark.parametrize("analysis", ["", " \n\t ", None])
    async def test_refuses_an_empty_prior_analysis(self, office: Office, analysis: str | None) -> None:
        case = {name: value for name, value in NEW_CASE.items() if name != "prior_analysis"}
        answer = await office.post(
            "/cases", case | ({} if analysis is None else {"prior_analysis": analysis}), "contact"
        )
        assert (answer.status_code, answer.json()["rule"]) == (422, "REQ-5")

    async def test_reserves_and_starts_nothing_when_the_policy_refuses(self, office: Office) -> None:
        await office.post("/cases", NEW_CASE | {"title": ""}, "contact")
        assert await office.open() == "MA-2026-000001"

    @pytest.mark.rule("REQ-1")
    async def test_refuses_a_contact_whom_the_customer_did_not_name(self, office: Office) -> None:
        answer = await office.post("/cases", NEW_CASE | {"contact_id": "nobody"}, "agent")
        told = answer.json()
        assert (answer.status_code, told["type"], told["rule"]) == (422, "urn:escala:contact-not-authorized", "REQ-1")

    @pytest.mark.rule("REQ-3")
    async def test_refuses_a_contact_before_the_day_of_its_written_notice(self, office: Office) -> None:
        late = RosterEntry(
            name="Luz",
            email="luz@cliente.example",
            is_system_administrator=True,
            notice_reference="Carta 18",
            notified_on=bogota("2026-11-26 00:00").date(),
            can_sign_in=True,
        )
        await contacts.add(office.db, STANDARD, NewContact("late", late), policy=policy(), at=office.clock())
        answer = await office.post("/cases", NEW_CASE | {"contact_id": "late"}, "agent")
        assert answer.json()["type"] == "urn:escala:contact-not-authorized"

    async def test_refuses_a_solution_of_another_customer(self, office: Office) -> None:
        answer = await office.post("/cases", NEW_CASE | {"solution_id": f"solution-{PREMIUM}"}, "agent")
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:escala:solution-unknown")

    @pytest.mark.parametrize("field", ["contact_id", "solution_id"])
    async def test_hides_from_a_contact_what_is_of_another_customer(self, office: Office, field: str) -> None:
        answer = await office.post("/cases", NEW_CASE | {field: f"{field[:-3]}-{PREMIUM}"}, "contact")
        assert answer.status_code == 404

    async def test_is_accepted_while_the_engine_holds_it_and_no_worker_has_recorded_it(self, office: Office) -> None:
        office.desk.slow = True
        answer = await office.post("/cases", NEW_CASE, "contact", key="k")
        assert (answer.status_code, answer.json()) == (202, {"number": "MA-2026-000001"})
        office.desk.slow = False
        again = await office.post("/cases", NEW_CASE, "contact", key="k")
        assert (again.status_code, again.json()["number"]) == (201, "MA-2026-000001")

    @pytest.mark.rule("ESC-5")
    async def test_counts_from_the_instant_of_the_first_try(self, office: Office) -> None:
        office.desk.down = True
        received_at = office.clock()
        first = await office.post("/cases", NEW_CASE, "contact", key="k")
        office.desk.down = False
        office.clock.passes(minutes=10)
        case = (await office.post("/cases", NEW_CASE, "contact", key="k")).json()
        assert (first.status_code, case["opened_at"]) == (503, show_instant(received_at))
        assert case["clocks"]["level"]["spent_seconds"] == 600


class TestReading:
    async def test_counts_the_clocks_as_of_the_request(self, office: Office) -> None:
        number = await office.open()
        office.clock.passes(minutes=25)
        case = (await office.get(f"/cases/{number}")).json()
        assert case["clocks"]["level"]["spent_seconds"] == 25 * 60

    async def test_does_not_count_backwards_where_the_workers_clock_is_ahead(self, office: Office) -> None:
        number = await office.open()
        office.clock.passes(minutes=-1)
        assert (await office.get(f"/cases/{number}")).json()["clocks"]["level"]["spent_seconds"] == 0

    @pytest.mark.rule("ESC-9")
    async def test_shows_the_providers_case(self, office: Office) -> None:
        number = await office.open()
        await office.give(number, "provider-escalations", provider="google", provider_case="58120034")
        case = (await office.get(f"/cases/{number}")).json()
        assert case["provider_case"] == {"provider": "google", "number": "58120034"}

    @pytest.mark.parametrize("number", ["MA-2026-999999", "nothing", "MA-2026-00000١", "%00"])
    async def test_of_an_unknown_number_is_404(self, office: Office, number: str) -> None:
        answer = await office.get(f"/cases/{number}")
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:escala:not-found")

    async def test_works_while_the_engine_is_down(self, office: Office) -> None:
        number = await office.open()
        office.desk.down = True
        assert (await office.get(f"/cases/{number}")).status_code == 200


class TestListing:
    async def test_goes_from_page_to_page(self, office: Office) -> None:
        numbers = [await office.open() for _ in range(3)]
        first = (await office.get("/cases", limit=2, sort="number")).json()
        second = (await office.get("/cases", limit=2, sort="number", cursor=first["next_cursor"])).json()
        assert [each["number"] for each in first["items"] + second["items"]] == numbers
        assert second["next_cursor"] is None

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"status": "new"}, 1),
            ({"status": ["new", "in_progress"]}, 2),
            ({"assignee": "ana"}, 1),
            ({"plan": "premium"}, 0),
            ({"level": 1, "priority": 2}, 2),
            ({"overdue": "true"}, 0),
            ({"customer_id": PREMIUM}, 0),
            ({"q": "MAPA"}, 2),
            ({"due_before": "2026-11-25T14:00:00Z"}, 0),
            ({"due_before": "2026-11-25T11:00:00-05:00"}, 2),
        ],
    )
    async def test_filters(self, office: Office, query: dict[str, str], found: int) -> None:
        await office.open()
        await office.give(await office.open(), "claim")
        assert len((await office.get("/cases", **query)).json()["items"]) == found

    async def test_shows_contacts_their_own_customers_cases_alone(self, office: Office) -> None:
        own, _ = await office.open(), await office.open("premium_contact")
        assert [each["number"] for each in (await office.get("/cases", "contact")).json()["items"]] == [own]
        assert (await office.get("/cases", "contact", customer_id=PREMIUM)).json()["items"] == []

    async def test_refuses_a_cursor_of_another_list(self, office: Office) -> None:
        for _ in range(2):
            await office.open()
        cursor = (await office.get("/cases", limit=1)).json()["next_cursor"]
        answer = await office.get("/cases", limit=1, plan="standard", cursor=cursor)
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:escala:invalid-cursor")


class TestTheTimeline:
    async def test_tells_the_facts_in_order_with_their_words(self, office: Office) -> None:
        number = await office.open()
        await office.give(number, "replies", body="Lo estamos revisando.")
        facts = await office.timeline(number)
        assert [(fact["seq"], fact["kind"]) for fact in facts] == [
            (1, "case_opened"),
            (2, "reply_sent"),
            (3, "initial_attention_given"),
        ]
        assert facts[0]["data"]["title"] == NEW_CASE["title"]
        assert facts[1]["actor"] == {"role": "agent", "id": "ana", "on_behalf_of": None}

    async def test_hides_internal_facts_from_contacts(self, office: Office) -> None:
        number = await office.open()
        await office.give(number, "notes", body="Ojo con este cliente.")
        assert [fact["kind"] for fact in await office.timeline(number, "contact")] == ["case_opened"]
        assert [fact["kind"] for fact in await office.timeline(number)] == ["case_opened", "note_added"]

    async def test_says_durations_in_seconds_and_lateness(self, office: Office) -> None:
        number = await office.open()
        office.clock.passes(minutes=20)
        await office.give(number, "priority", priority=4, reason="Afecta a pocos.")
        changed = (await office.timeline(number))[-1]
        assert (changed["data"]["spent_seconds"], changed["late_seconds"]) == (1200, None)

    async def test_is_read_in_pages(self, office: Office) -> None:
        number = await office.open()
        await office.give(number, "replies", body="Sí.")
        first = (await office.get(f"/cases/{number}/timeline", limit=2)).json()
        second = (await office.get(f"/cases/{number}/timeline", limit=2, cursor=first["next_cursor"])).json()
        assert [fact["seq"] for fact in first["items"] + second["items"]] == [1, 2, 3]
        assert second["next_cursor"] is None


class TestTheClocks:
    @pytest.mark.rule("ESC-10")
    async def test_explain_every_interval_and_add_up(self, office: Office) -> None:
        number = await office.open(proposed_priority=4)
        office.clock.passes(minutes=20)
        await office.give(number, "information-requests", body="¿Cuál navegador?")
        office.clock.passes(minutes=30)
        told = (await office.get(f"/cases/{number}/clocks")).json()
        assert [(each["state"], each["why"], each["seconds"]) for each in told["level"]["intervals"]] == [
            ("counted", "open", 1200),
            ("paused", "information", 1800),
        ]
        assert told["level"]["intervals"][1]["label"] == "en espera de la respuesta del cliente"
        assert told["level"]["spent_seconds"] == 1200
        assert told["level"]["intervals"][0]["from"] == "2026-11-25T14:00:00Z"

    @pytest.mark.rule("ESC-15")
    async def test_show_each_hand_off_with_its_due_instant_and_lateness(self, office: Office) -> None:
        number = await office.open(proposed_priority=1)
        office.clock.passes(minutes=42)
        await office.desk.settle(number)
        [moved] = (await office.get(f"/cases/{number}/clocks")).json()["hand_offs"]
        assert (moved["from_level"], moved["to_level"], moved["cause"]) == (1, 2, "limit")
        assert (moved["due_at"], moved["late_seconds"]) == ("2026-11-25T14:30:00Z", 720)

    async def test_of_a_held_case_are_none(self, office: Office) -> None:
        office.clock.at = bogota("2028-02-01 09:00")
        number = await office.open()
        told = (await office.get(f"/cases/{number}/clocks")).json()
        assert (told["initial_attention"], told["level"], told["hand_offs"]) == (None, None, [])

    async def test_whole_seconds_add_up_over_odd_intervals(self, office: Office) -> None:
        office.clock.passes(microseconds=700_001)
        number = await office.open(proposed_priority=4)
        for _ in range(3):
            office.clock.passes(seconds=10.6)
            await office.give(number, "information-requests", body="¿Y?")
            office.clock.passes(seconds=3.7)
            await office.give(number, "answers", "contact", body="Eso.")
        office.clock.passes(seconds=0.9)
        level = (await office.get(f"/cases/{number}/clocks")).json()["level"]
        assert (
            sum(each["seconds"] for each in level["intervals"] if each["state"] == "counted") == level["spent_seconds"]
        )
        assert level["spent_seconds"] == 32


async def test_the_row_is_read_after_the_turn_is_recorded(office: Office) -> None:
    """A caller reads its own write."""
    number = await office.open()
    answered = (await office.give(number, "claim")).json()
    row = await views.case(office.db, number)
    assert row is not None
    assert (answered["assignee"], answered["turn"]) == (row.case.assignee, row.case.turn)
    assert row.case.last_at - office.clock() <= timedelta(0)
