"""A case on one page: what was said, its clocks and why they stand where they stand, its visit, and what one may do.

The page is shown whole, and in parts that a script puts in place when something happened (`/partes/...`). What is
being typed stands in the part `composer`, which is never replaced under somebody's hands.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from api.case import clocks
from api.case.timeline import is_for
from api.visit import visit_record
from desk.access import visible_case
from desk.desk import Desk
from desk.files.downloads import files_of
from desk.problems import NotFound
from desk.providers import incidents
from policy.case.case import Actor, Case, ClosingReason, Role, Status
from policy.case.commands import ClaimCase
from policy.case.lifecycle import ALLOWED, ROLES
from policy.case.rating import may_rate
from policy.people.groups import serves
from portal.case.canned import inserted
from portal.case.case_lines import group_names, lines, names_of
from portal.case.clock_stories import stories
from portal.case.countdowns import countdowns
from portal.case.municipality_choice import suggested
from portal.frame.deps import At, DeskDep, desk_of
from portal.frame.pages import answered, page, render, to
from portal.frame.session import SignedIn, Visitor
from storage.case import duplicates, ratings, views
from storage.cover import solutions
from storage.people import agents, contacts, customers
from storage.people.agents import Agent
from storage.visit import municipalities
from storage.workbench import canned_replies, drafts, pending_replies, presence
from wording.language import translate

router = APIRouter()

PARTS = ("header", "presence", "conversation", "pending", "composer", "actions", "clocks", "side")
COMPOSERS = frozenset({"replies", "notes", "information-requests", "answers"})
"""The commands whose words are composed at the conversation's end, and kept as drafts until they are sent."""
DRAFTED = COMPOSERS | {
    "attempts/summary",
    "diagnosis/summary",
    "out-of-scope/reason",
    "remote-sessions/end/summary",
    "reopening/reason",
    "resolution/summary",
    "visits/reason",
    "visits/report/done",
    "visits/report/found",
}
"""Every text that is kept as a draft while it is written: a composer's by its command, others by command and field."""
WITH_FILES = "con-archivos"
WORKERS = (Role.AGENT, Role.DIRECTOR)
_SOLVED = (ClosingReason.CONFIRMED, ClosingReason.UNANSWERED)


@dataclass(frozen=True)
class Typed:
    """What somebody had typed into a form that was refused: which command, and its fields."""

    order: str
    values: dict[str, str] = field(default_factory=dict)

    def get(self, order: str, name: str, otherwise: str = "") -> str:
        return self.values.get(name, otherwise) if order == self.order else otherwise


@router.get("/casos/{number}")
async def show_case(
    request: Request,
    visitor: SignedIn,
    desk: DeskDep,
    at: At,
    number: str,
    plantilla: str = "",
    deshecha: str = "",
) -> Response:
    """The page. Whoever serves customers is seen there by the others.

    `plantilla` is a canned reply to begin with, `deshecha` says of a reply that was undone that it had files.
    """
    row = await visible_case(desk, visitor.principal, number)
    page_id = secrets.token_urlsafe(12)
    if visitor.role in WORKERS and visitor.account and visitor.persona:
        await presence.here(
            desk.database,
            number=row.number,
            page=page_id,
            account_id=visitor.account.id,
            name=visitor.persona.name,
            writing=False,
            at=at,
        )
    told = undone_with_files(visitor) if deshecha == WITH_FILES else {}
    return await case_page(request, visitor, number, page_id=page_id, plantilla=plantilla, **told)


@router.get("/casos/{number}/partes/{part}")
async def show_part(request: Request, visitor: SignedIn, number: str, part: str) -> Response:
    """One part of the page, or all of them (`all`)."""
    if part not in (*PARTS, "all"):
        raise NotFound
    return answered(Response(await shown_part(request, visitor, number, part), media_type="text/html"), visitor)


async def case_page(request: Request, visitor: Visitor, number: str, *, status: int = 200, **more: Any) -> Response:
    """The whole page; `more` is what a refused form has to say."""
    return page(request, "case/page.html", status=status, **await _shown(request, visitor, number, **more))


async def shown_part(request: Request, visitor: Visitor, number: str, part: str, **more: Any) -> str:
    """One part of the page, or all of them, one after the other."""
    shown = await _shown(request, visitor, number, **more)
    names = PARTS if part == "all" else (part,)
    return "".join(render(request, visitor, f"case/parts/{name}.html", **shown) for name in names)


async def shown_after(request: Request, visitor: Visitor, number: str, order: str) -> Response:
    """What is shown when an order was taken: the form's part anew for a script, else the page."""
    if "hx-request" not in request.headers:
        return to(f"/casos/{number}", visitor)
    part = part_of(order)
    done = translate("Done.", visitor.language)
    fresh = await shown_part(request, visitor, number, part, done=done, told_at=part)
    return answered(Response(fresh, media_type="text/html", headers={"HX-Trigger": "hecho"}), visitor)


async def shown_refused(
    request: Request, visitor: Visitor, number: str, status: int, sentence: str, rule: str | None, typed: Typed
) -> Response:
    """What is shown when an order was refused: why, with everything that was typed."""
    part = part_of(typed.order)
    refused = {"problem": sentence, "rule": rule, "typed": typed, "told_at": part}
    if "hx-request" not in request.headers:
        return await case_page(request, visitor, number, status=status, **refused)
    shown = await shown_part(request, visitor, number, part, **refused)
    return answered(Response(shown, 422, media_type="text/html"), visitor)


def part_of(order: str) -> str:
    """The part of the page where an order's form stands."""
    return "composer" if order in COMPOSERS else "actions"


def drafts_of(order: str) -> list[str]:
    """The drafts that an order uses up."""
    return [each for each in DRAFTED if each == order or each.rpartition("/")[0] == order]


def undone_with_files(visitor: Visitor) -> dict[str, Any]:
    """What a page has to say once a reply with files is a draft again: a draft holds words alone."""
    said = translate("The reply is a draft again. Please choose its files again.", visitor.language)
    return {"done": said, "told_at": "composer"}


async def _shown(
    request: Request, visitor: Visitor, number: str, *, plantilla: str = "", **more: Any
) -> dict[str, Any]:
    desk = desk_of(request)
    db, principal, at = desk.database, visitor.principal, desk.clock()
    row = await visible_case(desk, principal, number)
    case, number = row.case, row.number
    at = max(at, case.last_at)
    terms = await views.terms(db, number)
    assert terms is not None
    facts = [each for each in await views.timeline(db, number) if is_for(principal, each)]
    is_ours = principal.customer_id is None
    names = await names_of(db, case.customer_id)
    groups = group_names(desk.policy)
    told = lines(facts, names, visitor.language, await files_of(desk, number, facts), groups)
    people = await contacts.roster(db, case.customer_id)
    staff = await agents.listing(db) if is_ours else ()
    explained = await clocks.explain_clocks(row, desk, at, visitor.language)
    return {
        "row": row,
        "case": case,
        "terms": terms,
        "now": at,
        "lines": told,
        "said": [line for line in told if line.is_said],
        "last_seq": facts[-1].seq if facts else 0,
        "countdowns": list(countdowns(case, terms, at=at)),
        "stories": stories(explained, terms.hours, visitor.language),
        "steps": _steps(case),
        "can": can(case, principal.actor),
        "is_ours": is_ours,
        "viewer": Actor(principal.actor.role, principal.actor.id),
        "names": names,
        "group_names": groups,
        "drafted": DRAFTED,
        "drafts_of": drafts_of,
        "key": lambda: secrets.token_urlsafe(18),
        "page_id": secrets.token_urlsafe(12),
        "customer": await customers.get(db, case.customer_id),
        "solution": await solutions.get(db, case.solution_id),
        "visit_record": await visit_record.read_visit(row, principal, desk) if case.visit else None,
        "incidents": await incidents.of_case(desk, case, at=at),
        "agents": staff,
        "assignable": [each for each in staff if _serves(each, case)],
        "contacts": people,
        "asked_by": next((each for each in people if each.id == case.contact_id), None),
        "municipalities": suggested(municipalities.capitals().values()),
        "rating": (await ratings.of_cases(db, [number])).get(number),
        "may_rate": may_rate(case, principal.actor.role, at=at),
        "duplicates": await duplicates.of_case(db, number, customer_id=case.customer_id),
        "problem": None,
        "rule": None,
        "done": None,
        "told_at": "",
        "typed": Typed(""),
        **await _bench(desk, visitor, case, names, plantilla, at=at),
        **more,
    }


async def _bench(
    desk: Desk, visitor: Visitor, case: Case, names: dict[str, str], plantilla: str, *, at: datetime
) -> dict[str, Any]:
    """What one keeps beside the case: one's drafts, and for those who serve customers what the others do there."""
    assert visitor.account
    account_id, db = visitor.account.id, desk.database
    kept = await drafts.of_case(db, account_id=account_id, number=case.number)
    bench: dict[str, Any] = {"drafts": kept, "is_worker": visitor.role in WORKERS, "present": [], "pending": []}
    bench |= {"canned": (), "me": account_id}
    if not bench["is_worker"]:
        return bench
    here = (await presence.at_cases(db, [case.number], at=at)).get(case.number, ())
    bench["present"] = [each for each in here if each.account_id != account_id]
    bench["pending"] = (await pending_replies.of_cases(db, [case.number])).get(case.number, ())
    bench["canned"] = await canned_replies.listing(db, account_id)
    if plantilla:
        chosen = await canned_replies.get(db, plantilla, account_id=account_id)
        if chosen:
            words = inserted(chosen.body, case=case, names=names, agent=visitor.persona.name if visitor.persona else "")
            bench["drafts"] = kept | {"replies": "\n\n".join(filter(None, (kept.get("replies"), words)))}
    return bench


# -- what is shown ----------------------------------------------------------------------------------------------------


def can(case: Case, by: Actor) -> frozenset[str]:
    """The commands that the case's state and the role allow, by name; the policy may still refuse one by a rule.

    An agent is offered to take what its levels and groups serve.
    """
    allowed = frozenset(
        command.__name__
        for command, roles in ROLES.items()
        if by.role in roles and case.status in ALLOWED.get(command, ())
    )
    if by.role is Role.AGENT and not serves(by.levels, by.groups, level=case.level, group=case.group):
        return allowed - {ClaimCase.__name__}
    return allowed


def _serves(agent: Agent, case: Case) -> bool:
    """Whether the case can be assigned to this agent."""
    return agent.is_director or serves(agent.levels, agent.groups, level=case.level, group=case.group)


def _steps(case: Case) -> Sequence[tuple[str, str]]:
    """The step tracker: each step and whether it is done, present, to come, or was not needed.

    A case that ended otherwise than solved ends with its closing reason; without a clock it never came to a level.
    """
    ended_otherwise = case.closing_reason is not None and case.closing_reason not in _SOLVED
    last = str(case.closing_reason) if ended_otherwise else "resolved"
    names = ("received", "level 1", "level 2", "level 3", last)
    reached = 0 if case.level_clock is None else int(case.level)
    if case.status in (Status.RESOLVED, Status.CLOSED):
        levels = ["done" if level <= reached else "not needed" for level in range(4)]
        return list(zip(names, [*levels, "present"], strict=True))
    states = ["done" if place < reached else "present" if place == reached else "to come" for place in range(5)]
    return list(zip(names, states, strict=True))
