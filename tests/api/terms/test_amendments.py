"""Amendments over HTTP: previewed, applied once, kept on record; who is not amended keeps its terms (PLAN-15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from policy.terms.amendment import TermsChanged
from policy.time.calendar import Closure
from policy.time.holiday_list import HolidayChanges
from storage.case import views
from tests.api.office import BASE, Office
from tests.support.lives import bogota, policy

pytestmark = pytest.mark.rule("PLAN-15")

NEW_HOLIDAY = Closure(date(2026, 11, 26), "Día de la vida")
REASON = "La ley hace festivo el jueves 26 de noviembre."
HOLIDAYS = {"what": ["holidays"]}


def law(office: Office, *, minutes: int | None = None) -> str:
    """A policy file with a holiday more, as the API would read it when it starts; its version."""
    changed = replace(policy(), version="2026-12+law", holidays={"CO": HolidayChanges((NEW_HOLIDAY,))})
    if minutes is not None:
        changed = replace(changed, limits=((timedelta(minutes=minutes),) * 4,) * 3)
    office.app.state.desk = replace(office.app.state.desk, policy=changed)
    return changed.version


async def opened(office: Office, who: str = "contact") -> str:
    """Opened on Wednesday at 16:30; priority 4 has two hours at level 1: due on Thursday at 09:30 for Standard."""
    office.clock.at = bogota("16:30")
    return await office.open(who, proposed_priority=4)


async def preview(office: Office, **body: Any) -> dict[str, Any]:
    answer = await office.post("/amendments/preview", HOLIDAYS | body, "director")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def amend(office: Office, *numbers: str, key: str | None = None, **more: Any) -> dict[str, Any]:
    body = HOLIDAYS | {"numbers": list(numbers), "reason": REASON} | more
    answer = await office.post("/amendments", body, "director", key=key)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def level_limit(deadlines: list[dict[str, Any]]) -> tuple[str, str, str]:
    found = next(each for each in deadlines if each["what"] == "level_limit")
    return found["label"], found["before_at"], found["after_at"]


@pytest.mark.rule("PLAN-14")
async def test_a_new_holiday_moves_a_standard_cases_limit_by_a_business_day(office: Office) -> None:
    number = await opened(office)
    law(office)

    await amend(office, number)

    case = (await office.get(f"/cases/{number}")).json()
    assert case["clocks"]["level"]["due_at"] == "2026-11-27T14:30:00Z"
    assert case["next_hand_off_at"] == "2026-11-27T14:30:00Z"


async def test_without_an_amendment_nothing_moves(office: Office) -> None:
    number = await opened(office)
    law(office)

    case = (await office.get(f"/cases/{number}")).json()
    assert case["clocks"]["level"]["due_at"] == "2026-11-26T14:30:00Z"


async def test_the_preview_says_what_the_amendment_does(office: Office) -> None:
    number = await opened(office)
    version = law(office)

    told = await preview(office, numbers=[number])
    done = await amend(office, number, policy_version=told["policy_version"])

    [would], [did] = told["items"], done["outcomes"]
    assert (told["policy_version"], would["deadlines"]) == (version, did["deadlines"])
    assert level_limit(would["deadlines"]) == ("límite del nivel", "2026-11-26T14:30:00Z", "2026-11-27T14:30:00Z")


async def test_the_timeline_keeps_who_why_before_and_after(office: Office) -> None:
    number = await opened(office)
    version = law(office)
    await amend(office, number)

    fact = (await office.timeline(number, "contact"))[-1]

    assert (fact["kind"], fact["actor"]["role"], fact["data"]["to_version"]) == ("terms_amended", "director", version)
    assert fact["data"]["reason"] == REASON
    assert [each["what"] for each in fact["data"]["moved"]] == ["attention_limit", "level_limit"]


async def test_the_explanation_counts_before_by_the_old_hours_and_after_by_the_new(office: Office) -> None:
    """Amended on Thursday at 08:30, on the very day: what was counted until then stays counted."""
    number = await opened(office)
    law(office)
    office.clock.at = bogota("2026-11-26 08:30")
    await amend(office, number)
    office.clock.at = bogota("2026-11-27 08:20")

    level = (await office.get(f"/cases/{number}/clocks")).json()["level"]

    shown = [(each["from"], each["state"], each["why"]) for each in level["intervals"]]
    assert shown == [
        ("2026-11-25T21:30:00Z", "counted", "open"),
        ("2026-11-25T22:00:00Z", "closed", "night"),
        ("2026-11-26T13:00:00Z", "counted", "open"),
        ("2026-11-26T13:30:00Z", "closed", "Día de la vida"),
        ("2026-11-27T05:00:00Z", "closed", "night"),
        ("2026-11-27T13:00:00Z", "counted", "open"),
    ]
    assert level["spent_seconds"] == 80 * 60


@pytest.mark.rule("ESC-11")
async def test_a_shorter_matrix_that_is_past_already_moves_the_case_up_now(office: Office) -> None:
    number = await opened(office)
    law(office, minutes=20)
    office.clock.passes(minutes=25)

    told = await preview(office, what=["matrix"], numbers=[number])
    done = await amend(office, number, what=["matrix"])

    assert told["items"][0]["at_once"] == [{"what": "moves_up", "label": "sube de nivel ya"}]
    case = (await office.get(f"/cases/{number}")).json()
    assert (done["applied"], case["level"], case["clocks"]["level"]["limit_seconds"]) == (1, 2, 20 * 60)
    assert [fact["kind"] for fact in await office.timeline(number)][-2:] == ["terms_amended", "handed_off"]


async def test_holidays_move_no_deadline_of_attention_round_the_clock(office: Office) -> None:
    number = await opened(office, "premium_contact")
    law(office)

    told = await preview(office, numbers=[number])

    assert [each["deadlines"] for each in told["items"]] == [[]]


async def test_a_closed_case_takes_no_amendment(office: Office) -> None:
    number = await opened(office)
    await office.give(number, "withdrawal", "contact")
    law(office)

    told, done = await preview(office, numbers=[number]), await amend(office, number)

    assert told["items"][0]["problem"]["type"] == done["outcomes"][0]["problem"]["type"] == "urn:escala:case-closed"
    assert (done["refused"], done["applied"]) == (1, 0)


async def test_a_case_that_has_these_terms_is_unchanged(office: Office) -> None:
    number = await opened(office)

    told, done = await preview(office, numbers=[number]), await amend(office, number)

    assert (told["items"], told["unchanged"], done["unchanged"]) == ([], 1, 1)
    assert [fact["kind"] for fact in await office.timeline(number)] == ["case_opened"]


async def test_what_does_not_exist_is_refused_by_itself(office: Office) -> None:
    number = await opened(office)
    law(office)

    done = await amend(office, "MA-2026-999999", number)

    assert [each["outcome"] for each in done["outcomes"]] == ["refused", "applied"]
    assert done["outcomes"][0]["problem"]["type"] == "urn:escala:not-found"


async def test_all_open_cases_are_previewed_page_by_page(office: Office) -> None:
    numbers = [await opened(office) for _ in range(3)]
    await office.give(numbers[1], "withdrawal", "contact")
    law(office)

    first = await preview(office, all_open=True, limit=1)
    second = await preview(office, all_open=True, limit=1, cursor=first["next_cursor"])

    assert [each["number"] for each in first["items"] + second["items"]] == [numbers[0], numbers[2]]
    assert second["next_cursor"] is None


async def test_numbered_cases_are_previewed_all_at_once(office: Office) -> None:
    """A cursor beside them would be lost in silence."""
    body = HOLIDAYS | {"numbers": ["MA-2026-000001"], "cursor": "abc"}
    answer = await office.post("/amendments/preview", body, "director")
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:escala:page-of-chosen-cases")


@pytest.mark.parametrize("body", [{}, {"all_open": True, "numbers": ["MA-2026-000001"]}])
async def test_a_preview_is_of_some_or_of_all(office: Office, body: dict[str, Any]) -> None:
    answer = await office.post("/amendments/preview", HOLIDAYS | body, "director")
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:escala:amendment-target-unclear")


async def test_the_same_key_amends_once(office: Office) -> None:
    number = await opened(office)
    law(office)

    once, again = await amend(office, number, key="k"), await amend(office, number, key="k")

    assert once == again
    assert [fact["kind"] for fact in await office.timeline(number)].count("terms_amended") == 1


async def test_a_case_whose_terms_change_meanwhile_keeps_both_changes(office: Office) -> None:
    """Another director's amendment lands between the reading and the command: the second goes on from the first."""
    number = await opened(office)
    law(office, minutes=90)
    give = office.desk.command

    async def overtaken(number: str, command: Any, *, key: str) -> None:
        office.desk.command = give  # type: ignore[method-assign]
        await amend(office, number)
        await give(number, command, key=key)

    office.desk.command = overtaken  # type: ignore[method-assign]
    done = await amend(office, number, what=["matrix"], key="k")

    assert [each["outcome"] for each in done["outcomes"]] == ["applied"]
    terms = await views.terms(office.db, number)
    assert terms
    assert (NEW_HOLIDAY in terms.hours.closures, terms.limits[0][0]) == (True, timedelta(minutes=90))
    assert await amend(office, number, what=["matrix"], key="k") == done


async def test_a_case_whose_terms_never_rest_is_refused_by_name(office: Office) -> None:
    number = await opened(office)
    law(office)

    async def changed(number: str, command: Any, *, key: str) -> None:
        raise TermsChanged(number=number)

    office.desk.command = changed  # type: ignore[method-assign]
    [outcome] = (await amend(office, number))["outcomes"]

    assert (outcome["problem"]["type"], outcome["problem"]["rule"]) == ("urn:escala:terms-changed", "PLAN-15")


async def test_a_try_that_broke_off_goes_on_where_it_stopped(office: Office) -> None:
    """The engine went down after the first case: the same key takes the rest, and both are said to be applied."""
    numbers = [await opened(office), await opened(office)]
    law(office)
    body = HOLIDAYS | {"numbers": numbers, "reason": REASON}
    command, office.desk.command = office.desk.command, _once_only(office)  # type: ignore[method-assign]
    broken = await office.post("/amendments", body, "director", key="k")
    office.desk.down, office.desk.command = False, command  # type: ignore[method-assign]

    whole = await office.post("/amendments", body, "director", key="k")

    assert (broken.status_code, whole.status_code) == (503, 201)
    assert [each["outcome"] for each in whole.json()["outcomes"]] == ["applied", "applied"]
    assert [fact["kind"] for fact in await office.timeline(numbers[0])].count("terms_amended") == 1


def _once_only(office: Office) -> Any:
    give = office.desk.command

    async def command(number: str, command: Any, *, key: str) -> None:
        await give(number, command, key=key)
        office.desk.down = True

    return command


async def test_a_case_that_does_not_answer_is_pending_and_the_key_asks_again(office: Office) -> None:
    """Its workflow hangs, the others do not."""
    stuck, well = await opened(office), await opened(office)
    law(office)
    body = HOLIDAYS | {"numbers": [stuck, well], "reason": REASON}
    give, office.desk.command = office.desk.command, _hangs(office, stuck)  # type: ignore[method-assign]
    first = await office.post("/amendments", body, "director", key="k")
    office.desk.command = give  # type: ignore[method-assign]

    second = await office.post("/amendments", body, "director", key="k")

    assert (first.status_code, second.status_code) == (202, 201)
    assert [each["outcome"] for each in first.json()["outcomes"]] == ["pending", "applied"]
    assert (second.json()["applied"], second.json()["pending"]) == (2, 0)


def _hangs(office: Office, stuck: str) -> Any:
    from desk.problems import EngineUnavailable

    give = office.desk.command

    async def command(number: str, command: Any, *, key: str) -> None:
        if number == stuck:
            raise EngineUnavailable
        await give(number, command, key=key)

    return command


async def test_what_was_previewed_under_another_policy_file_is_not_applied(office: Office) -> None:
    number = await opened(office)
    told = await preview(office, numbers=[number])
    law(office)

    body = HOLIDAYS | {"numbers": [number], "reason": REASON, "policy_version": told["policy_version"]}
    answer = await office.post("/amendments", body, "director")

    assert (answer.status_code, answer.json()["type"]) == (422, "urn:escala:policy-changed")


async def test_a_reason_is_needed(office: Office) -> None:
    body = HOLIDAYS | {"numbers": [await opened(office)], "reason": " "}
    assert (await office.post("/amendments", body, "director")).json()["type"] == "urn:escala:reason-missing"


async def test_amendments_stay_on_record(office: Office) -> None:
    number = await opened(office)
    version = law(office)
    done = await amend(office, number)

    [listed] = (await office.get("/amendments", "admin")).json()["items"]
    shown = (await office.get(f"/amendments/{done['id']}", "admin")).json()

    assert (listed["reason"], listed["policy_version"], listed["applied"]) == (REASON, version, 1)
    assert (listed["by"], shown) == ({"role": "director", "id": "dora"}, done)


@pytest.mark.parametrize("who", ["contact", "agent", "commercial"])
async def test_amendments_are_the_directors_and_administrators(office: Office, who: str) -> None:
    body = HOLIDAYS | {"numbers": ["MA-2026-000001"], "reason": REASON}
    assert (await office.post("/amendments", body, who)).status_code == 403
    assert (await office.post("/amendments/preview", HOLIDAYS | {"all_open": True}, who)).status_code == 403
    assert (await office.client.get(f"{BASE}/amendments", headers=office.headers(who))).status_code == 403
