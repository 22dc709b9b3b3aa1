"""The page with the form that opens a case: what support needs to know, and what will happen and when."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from fastapi import Request, Response
from starlette.datastructures import FormData

from desk.desk import Desk
from desk.opening_questions import ASKED
from desk.problems import EngineUnavailable, IdempotencyKeyReused
from desk.providers.incidents import known_now
from desk.reading.similar import Asked, SimilarCase, like_what_is_asked
from policy.case.case import Category, Channel, Level, Priority, Role
from policy.terms.terms import CoverKind, Terms
from policy.time.preview import Preview, preview
from portal.case.case_lines import group_names
from portal.frame.pages import answered, page, render
from portal.frame.session import Visitor
from portal.frame.submit import Refused, typed_in
from storage.cover import solutions
from storage.cover.solutions import Solution, SolutionKind
from storage.files import files
from storage.people import contacts
from storage.people.customers import Customer
from storage.terms.terms import CustomerSolution, terms_for
from storage.workbench import opening_drafts
from wording.figures import show_time
from wording.language import translate

PRIORITIES: Mapping[int, str] = {
    1: "The service cannot be used in production, and your operation is critically affected.",
    2: "The service is seriously affected.",
    3: "The service is partially affected.",
    4: "The problem neither affects nor degrades the service.",
}
"""What each priority means, in the policy's words (PRI-1..4)."""

_CHANGED = (
    "The form changed since you sent it before. Please look in the list of cases whether it is open already; if it is "
    "not, send it again."
)


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What a priority would be promised now (PLAN-5, ESC-1..3, ESC-6).

    `limits`: how long the first answer and each level may take, in words.
    """

    priority: int
    times: Preview
    limits: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class OpeningPage:
    """The form for a case of one customer, as one visitor sees it now."""

    request: Request
    visitor: Visitor
    desk: Desk
    customer: Customer
    at: datetime

    async def show(
        self, solution_id: str, *, status: int = 200, chosen: Mapping[str, str] = MappingProxyType({}), **more: Any
    ) -> Response:
        """The form, about one solution once it is chosen; `chosen` is what stands in it already, for one of ours.

        `more` stands in for what a new form says.
        """
        has = await solutions.of_customer(self.desk.database, self.customer.id)
        solution = next((each for each in has if each.id == solution_id), has[0] if len(has) == 1 else None)
        shown: dict[str, Any] = {
            "customer": self.customer,
            "is_ours": self.visitor.role is not Role.CONTACT,
            "solutions": has,
            "solution": solution,
            "chosen": chosen,
            "now": self.at,
            "refused": None,
            "typed": typed_in(),
            "kept": [],
            "key": secrets.token_urlsafe(18),
            "priorities": PRIORITIES,
            "asked": {category.value: its for category, its in ASKED.items()},
            "categories": [each.value for each in Category],
            "group_names": group_names(self.desk.policy),
        }
        if solution:
            shown |= await self._draft_of(solution)
            shown |= await self._about(solution)
        shown["typed"] = defaultdict(str, {**shown["typed"], **chosen})
        shown |= more
        shown["wrote"] = lambda names: any(shown["typed"][name] for name in names)
        shown["similar"] = await self._similar(solution, shown["typed"]) if solution else ()
        return page(self.request, "case/opening.html", status=status, **shown)

    async def show_similar(self, typed: Mapping[str, str]) -> Response:
        """The customer's cases that are like what is being typed, alone: for the script of a page that is open."""
        has = await solutions.of_customer(self.desk.database, self.customer.id)
        chosen = next((each for each in has if each.id == typed.get("solution_id")), None)
        found = await self._similar(chosen, typed) if chosen else ()
        shown = {"similar": found, "is_ours": self.visitor.role is not Role.CONTACT}
        part = render(self.request, self.visitor, "case/similar_own.html", **shown)
        return answered(Response(part, media_type="text/html"), self.visitor)

    async def again(self, form: FormData, kept: Sequence[str], refused: Refused) -> Response:
        """The form with what was typed. What was not refused for good is sent again under its own key."""
        if refused.name == IdempotencyKeyReused.name:
            refused = Refused(409, translate(_CHANGED, self.visitor.language))
        same_key: dict[str, Any] = {"key": str(form.get("key"))} if refused.status == EngineUnavailable.status else {}
        return await self.show(
            str(form.get("solution_id", "")),
            status=refused.status,
            refused=refused,
            typed=typed_in(form),
            kept=await files.sent_by(self.desk.database, self.visitor.principal.actor, kept),
            **same_key,
        )

    async def _similar(self, solution: Solution, typed: Mapping[str, str]) -> Sequence[SimilarCase]:
        title = typed.get("title", "")
        if not title.strip():
            return ()
        category = next((each for each in Category if each.value == typed.get("category")), None)
        asked = Asked(title=title, description=typed.get("description", ""), solution_id=solution.id, category=category)
        return await like_what_is_asked(self.desk, self.visitor.principal, self.customer.id, asked)

    async def _draft_of(self, solution: Solution) -> dict[str, Any]:
        assert self.visitor.account
        its = {"account_id": self.visitor.account.id, "solution_id": solution.id}
        draft = await opening_drafts.get(self.desk.database, **its)
        return {"has_draft": bool(draft), "typed": defaultdict(str, draft)}

    async def _about(self, solution: Solution) -> dict[str, Any]:
        """What is said beside the form: what is known of the provider, and what will happen."""
        db, customer_id, at = self.desk.database, self.customer.id, self.at
        of = CustomerSolution(customer_id=customer_id, solution_id=solution.id)
        terms = await terms_for(db, self.desk.policy, of, at=at)
        roster = await contacts.roster(db, customer_id) if self.visitor.role is not Role.CONTACT else []
        return {
            "terms": terms,
            "is_covered": terms.cover.kind is not CoverKind.NONE,
            "promises": _promises(terms, at=at),
            "incidents": await known_now(self.desk, solution, at=at),
            "is_equipment": solution.kind is SolutionKind.EQUIPMENT,
            "channels": [each.value for each in Channel],
            "contacts": [each for each in roster if each.is_active(at=at)],
        }


def _promises(terms: Terms, *, at: datetime) -> list[Promise]:
    if terms.cover.kind is CoverKind.NONE:
        return []
    return [
        Promise(
            priority=int(each),
            times=preview(terms=terms, priority=each, opened_at=at),
            limits=tuple(
                map(show_time, (terms.initial_attention_within, *(terms.limit(level, each) for level in Level)))
            ),
        )
        for each in Priority
    ]
