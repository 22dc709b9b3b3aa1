"""`escala open`, `show`, `tail` and `amend`: cases from a terminal, over the HTTP API alone: against any installation.

How an answer looks is terminal_view.py's; what the API means is its contract's.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import httpx
from rich.console import Console
from rich.progress import track

from cli import terminal_view
from cli.names import Names
from cli.shown_facts import ShownFact, shown_fact
from demo import access
from demo.first_case import FIRST_CASE, here
from settings import Settings
from storage.terms.policy_files import read_policy_file
from wording import console
from wording.language import learn

Json = dict[str, Any]

_PATIENCE = httpx.Timeout(10, read=30)
"""Longer than the stream's heartbeat, so that a connection that died is noticed."""
_COME_BACK_AFTER = 1.0
_POLL_EVERY = 2.0
_MOST_FOLLOWED = 1_000
_MOST_PREVIEWED = 200
_AMENDED_AT_ONCE = 25
"""Cases in one request: each is a turn of its own, and the bar moves."""
_OPEN = ("held", "new", "in_progress", "waiting_customer", "resolved")


@dataclass(frozen=True, kw_only=True)
class Entrance:
    """Where the API is, as whom we come, and what a first case may be opened for."""

    url: str
    token: str
    contact_id: str | None = None
    solution_id: str | None = None


def entrance(settings: Settings, *, url: str | None, token: str | None, as_whom: str) -> Entrance:
    """As the options say; what they leave out is this machine's, with the demonstration's token of that name.

    Plans are called as this machine's policy file calls them; one that it does not have by its id (PLAN-16).
    """
    learn("plan", read_policy_file(settings.policy_file).plan_names)
    known = access.read(settings.state_dir)
    if token is None and known is None:
        raise console.Stopped(console.NO_ACCESS)
    return Entrance(
        url=(url or (known.url if known else here(settings))).rstrip("/"),
        token=token or (known.secrets[as_whom] if known else ""),
        contact_id=known.contact_id if known and token is None else None,
        solution_id=known.solution_id if known and token is None else None,
    )


# -- commands ---------------------------------------------------------------------------------------------------------


def open_case(where: Entrance, body: Json, screen: Console) -> None:
    """Open a case, the demonstration's where `body` says nothing, and tell its number and what it was promised."""
    contact_id, solution_id = body.get("contact_id") or where.contact_id, body.get("solution_id") or where.solution_id
    if not (contact_id and solution_id):
        raise console.Stopped(console.NO_CONTACT_OR_SOLUTION)
    asked = {**FIRST_CASE, **body, "contact_id": contact_id, "solution_id": solution_id}
    with _api(where) as api:
        case = _post(api, "/cases", asked)
        if "status" not in case:  # 202: Temporal holds it, and its first turn is about to be recorded
            screen.print(console.case_is_opening(case["number"]))
            return
    screen.print(terminal_view.opened(case))


def show_case(where: Entrance, number: str, screen: Console) -> None:
    """Show a case: what it is, its clocks, what comes next and what happened."""
    with _api(where) as api:
        case, names = _get(api, _path(number)), Names(api)
        names.of(case["customer_id"])
        case, facts = names.put(case), list(_facts(api, number, names))
    screen.print(terminal_view.case(case))
    if case["visit"]:
        screen.print(terminal_view.visit(case["visit"]))
    screen.print(terminal_view.clocks(case))
    screen.print(terminal_view.next_steps(case))
    screen.print(terminal_view.timeline(facts))


def follow_case(where: Entrance, number: str, screen: Console, *, last: int = 10) -> None:
    """Print the case's last facts and then each new one, until it is closed."""
    with _api(where) as api:
        case, names = _get(api, _path(number)), Names(api)
        names.of(case["customer_id"])
        seen = 0
        for fact in list(_facts(api, number, names))[-last:]:
            screen.print(terminal_view.line(fact))
            seen = fact.seq
        while True:
            try:
                with _stream(api, number, seen) as stream:
                    if stream.status_code == httpx.codes.NO_CONTENT:
                        screen.print(console.case_is_closed(number))
                        return
                    _expect_success(stream)
                    for fact in _events(stream, names):
                        screen.print(terminal_view.line(fact))
                        seen = fact.seq
            except httpx.TransportError:
                screen.print(console.RECONNECTING, style="dim")
            _wait(_COME_BACK_AFTER)


def follow_all(where: Entrance, screen: Console) -> None:
    """Print what happens to any open case from now on, by asking the list every two seconds for changed turns."""
    with _api(where) as api:
        turns, began_at, more = _open_cases(api)
        screen.print(console.following(len(turns), more), style="dim")
        seen: dict[str, int] = {}
        names = Names(api)
        while True:
            _wait(_POLL_EVERY)
            try:
                now, _, _ = _open_cases(api)
                changed = [number for number, turn in now.items() if turns.get(number) != turn]
                closed = [number for number in turns if number not in now]
                fresh = [
                    (fact.at, number, fact)
                    for number in (*changed, *closed)
                    for fact in _facts(api, number, names, after=seen.get(number, 0))
                    if number in seen or number not in turns or fact.at >= began_at
                ]
            except httpx.TransportError:
                screen.print(console.RECONNECTING, style="dim")
                continue
            for _, number, fact in sorted(fresh, key=lambda each: each[:2]):
                screen.print(terminal_view.line(fact, number=number))
                seen[number] = fact.seq
            turns = now


def amend(where: Entrance, what: list[str], numbers: list[str] | None, reason: str | None, screen: Console) -> None:
    """Preview an amendment of these cases (None: all open ones) and, with a reason, apply it, some cases at a time.

    What is applied is what was previewed: the API refuses it under another policy file. To repeat it is harmless.
    """
    with _api(where) as api:
        found, unchanged, version = _prospects(api, what, numbers)
        screen.print(terminal_view.amendment_preview(found, unchanged, version))
        willing = [each["number"] for each in found if not each["problem"]]
        if reason is None or not willing:
            return
        made: list[Json] = []
        groups = [willing[place : place + _AMENDED_AT_ONCE] for place in range(0, len(willing), _AMENDED_AT_ONCE)]
        for some in track(groups, description=console.AMENDING, console=screen):
            body = {"what": what, "numbers": some, "reason": reason, "policy_version": version}
            made.append(_post(api, "/amendments", body))
    screen.print(terminal_view.amended(made))


def _prospects(api: httpx.Client, what: list[str], numbers: list[str] | None) -> tuple[list[Json], int, str]:
    """What would become of the cases, how many have these terms already, and under which policy file."""
    chosen: list[Json] = [{"all_open": True, "limit": _MOST_PREVIEWED}]
    if numbers is not None:
        places = range(0, len(numbers), _MOST_PREVIEWED)
        chosen = [{"numbers": numbers[place : place + _MOST_PREVIEWED]} for place in places]
    found: list[Json] = []
    unchanged, version = 0, ""
    while chosen:
        query = chosen.pop(0)
        page = _post(api, "/amendments/preview", {"what": what, **query})
        found += page["items"]
        unchanged, version = unchanged + page["unchanged"], page["policy_version"]
        if page["next_cursor"]:
            chosen.append({**query, "cursor": page["next_cursor"]})
    return found, unchanged, version


def _wait(seconds: float) -> None:
    time.sleep(seconds)


# -- the API ----------------------------------------------------------------------------------------------------------


@contextmanager
def _api(where: Entrance) -> Iterator[httpx.Client]:
    """A client whose failures are told in one sentence."""
    headers = {"Authorization": f"Bearer {where.token}", "Accept-Language": "es"}
    local = where.url.startswith(("http://127.0.0.1", "http://localhost"))  # no proxy stands before our own machine
    try:
        with httpx.Client(
            base_url=f"{where.url}/api/v1", headers=headers, timeout=_PATIENCE, trust_env=not local
        ) as client:
            yield client
    except (httpx.TransportError, httpx.InvalidURL):
        raise console.Stopped(console.api_unreachable(where.url), 1) from None


def _path(number: str) -> str:
    return f"/cases/{quote(number, safe='')}"


def _get(api: httpx.Client, path: str, **query: Any) -> Json:
    answer = api.get(path, params=query)
    _expect_success(answer)
    return _read(answer)


def _post(api: httpx.Client, path: str, body: Json) -> Json:
    answer = api.post(path, json=body, headers={"Idempotency-Key": f"cli-{secrets.token_hex(12)}"})
    _expect_success(answer)
    return _read(answer)


def _read(answer: httpx.Response) -> Json:
    try:
        read: Json = answer.json()
    except ValueError:
        raise console.Stopped(console.not_escala(str(answer.url)), 1) from None
    return read


def _expect_success(answer: httpx.Response) -> None:
    """Tell a refusal as the API words it, with the rule that it names."""
    if answer.is_success:
        return
    answer.read()
    try:
        problem = answer.json()
        detail, rule = str(problem["detail"]), problem.get("rule")
        wrong = [f"{each['path']}: {each['message']}" for each in problem.get("errors", ())]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise console.Stopped(console.http_error(answer.status_code, str(answer.url)), 1) from None
    raise console.Stopped(console.refused(detail, rule, wrong), 1)


def _facts(api: httpx.Client, number: str, names: Names, *, after: int = 0) -> Iterator[ShownFact]:
    names.of_case(number)
    cursor: str | None = str(after)
    while cursor is not None:
        page = _get(api, f"{_path(number)}/timeline", cursor=cursor)
        yield from map(shown_fact, names.put(page["items"]))
        cursor = page["next_cursor"]


def _open_cases(api: httpx.Client) -> tuple[dict[str, int], datetime, bool]:
    """The turns of the open cases, the newest first, the API's clock, and whether there are more than we follow."""
    turns: dict[str, int] = {}
    query: Json = {"status": _OPEN, "limit": 200}
    while True:
        answer = api.get("/cases", params=query)
        _expect_success(answer)
        page = _read(answer)
        turns |= {case["number"]: case["turn"] for case in page["items"]}
        if page["next_cursor"] is None or len(turns) >= _MOST_FOLLOWED:
            return turns, _clock_of(answer), page["next_cursor"] is not None
        query["cursor"] = page["next_cursor"]


def _clock_of(answer: httpx.Response) -> datetime:
    """The server's own clock: ours may be wrong, and nothing is told twice or left out for it."""
    return parsedate_to_datetime(answer.headers["date"]) if "date" in answer.headers else datetime.fromtimestamp(0, UTC)


@contextmanager
def _stream(api: httpx.Client, number: str, seen: int) -> Iterator[httpx.Response]:
    headers = {"Last-Event-ID": str(seen), "Accept": "text/event-stream"}
    with api.stream("GET", f"{_path(number)}/stream", headers=headers) as response:
        yield response


def _events(stream: httpx.Response, names: Names) -> Iterator[ShownFact]:
    """The facts of a stream of server-sent events, each as soon as it is whole."""
    data: list[str] = []
    for text in stream.iter_lines():
        if text.startswith("data:"):
            data.append(text[5:].removeprefix(" "))
        elif not text and data:
            yield shown_fact(names.put(json.loads("\n".join(data))))
            data = []
