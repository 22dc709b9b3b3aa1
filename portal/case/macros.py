"""Macros: several acts at once on a case, made on a page of their own, and previewed before any is done."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from desk import macros as use_case
from desk.commands.commands import give
from desk.commands.offers import AskedCommand
from desk.desk import Desk
from desk.idempotency import Begins, Done, FinalRefusal, once
from desk.placeholders import PLACEHOLDERS, check_placeholders
from desk.problems import NotFound
from desk.replies import hold
from policy.case.case import Role
from policy.case.decision import Decision
from policy.case.refusals import Refusal
from portal.case.canned import inserted
from portal.case.case_lines import group_names, names_of
from portal.case.case_request import AboutCase, CaseRequest
from portal.case.macro_acts import ACTS, MOST_ACTS, OFFER, TAGS, said
from portal.case.pager import came_from
from portal.case.tags import TagBody
from portal.frame.deps import At, DeskDep
from portal.frame.fields import Id
from portal.frame.pages import page, to
from portal.frame.session import ForWorkers, Stamped, Visitor, Worker
from portal.frame.submit import DONE, Refused, key_of, messages, read_body, refused_by, request_of, submit
from storage.case import intake
from storage.case.views import CaseRow
from storage.signing_in.accounts import digest_of
from storage.workbench import macros, tags
from storage.workbench.macros import Macro, TooManyMacros
from storage.workbench.tags import TooManyTags
from wording.facts.page import Teller
from wording.language import translate

router = APIRouter()

_PLACE = "/macros"


@dataclass(frozen=True, kw_only=True)
class Step:
    """An act of a macro on a case: what it is called, its words, and what it would do, or why not, or that it is done.

    None of the three: those before it were not taken.
    """

    label: str
    words: str
    value: str = ""
    told: tuple[str, ...] = ()
    refused: Refused | None = None
    is_done: bool = False


# -- making them ------------------------------------------------------------------------------------------------------


@router.get(_PLACE)
async def list_macros(request: Request, visitor: Worker, desk: DeskDep) -> Response:
    return await _list(request, visitor, desk)


@router.get(_PLACE + "/{macro_id}")
async def edit_macro(request: Request, visitor: Worker, desk: DeskDep, macro_id: Id) -> Response:
    return await _list(request, visitor, desk, edited=await _one(visitor, desk, macro_id))


@router.post(_PLACE, dependencies=[Stamped])
@router.post(_PLACE + "/{macro_id}", dependencies=[Stamped])
async def keep_macro(request: Request, visitor: Worker, desk: DeskDep, at: At) -> Response:
    """Make a new one, once for each form, or change one's own."""
    assert visitor.account
    form, mine = await request.form(), visitor.account.id
    macro_id = str(request.path_params.get("macro_id", ""))
    known = await _one(visitor, desk, macro_id) if macro_id else None
    if known is not None and known.account_id != mine:
        raise NotFound
    typed = Macro(
        id=known.id if known else f"mac_{digest_of(f'{mine}.{key_of(form)}')[:24]}",
        account_id=mine,
        shared="shared" in form,
        name=" ".join(str(form.get("name", "")).split())[:60],
        acts=sorted(_acts(form), key=lambda act: act["act"] == TAGS),
    )
    if problem := _problem(typed, visitor.language):
        return await _list(request, visitor, desk, edited=typed, problem=problem)
    try:
        await macros.keep(desk.database, typed, at=at)
    except TooManyMacros as refused:
        why = translate(refused.message, visitor.language, **refused.values)
        return await _list(request, visitor, desk, edited=typed, problem=why)
    return to(_PLACE, visitor)


@router.post(_PLACE + "/{macro_id}/eliminar", dependencies=[Stamped])
async def remove_macro(visitor: Worker, desk: DeskDep, macro_id: Id) -> Response:
    known = await _one(visitor, desk, macro_id)
    assert visitor.account
    # What somebody shared who has left would else stay for ever.
    is_director = visitor.role is Role.DIRECTOR
    await macros.remove(desk.database, known.id, account_id=visitor.account.id, shared_too=is_director)
    return to(_PLACE, visitor)


def _acts(form: FormData) -> list[dict[str, str]]:
    """The acts that the form says, in its order; a row without one is left out."""
    rows = [{name: str(form.get(f"{name}_{place}", "")).strip() for name in _FIELDS} for place in range(MOST_ACTS)]
    return [row for row in rows if row["act"] in ACTS]


_FIELDS = ("act", "value", "words")


def _problem(macro: Macro, language: str) -> str | None:
    """What is wrong with a macro, in words; the policy is asked when it meets a case."""
    if not macro.name or not macro.acts:
        return translate("A macro needs a name and at least one act.", language)
    for act in macro.acts:
        try:
            kind = TagBody if act["act"] == TAGS else OFFER[act["act"]].body
            body = read_body(kind, said(act["act"], act["value"], act["words"]))
            for words in body.model_dump().values():
                check_placeholders(words if isinstance(words, str) else "")
        except ValidationError as error:
            return f"{translate(ACTS[act['act']].label, language)}: {messages(error, language)}"
        except Refusal as refused:
            return translate(refused.message, language, **refused.values)
    return None


# -- giving one to a case ---------------------------------------------------------------------------------------------


@router.get("/casos/{number}/macros/{macro_id}", dependencies=[ForWorkers])
async def preview(about: AboutCase, macro_id: Id) -> Response:
    """What each act would do, and whether the case takes them all."""
    row, macro = await about.case(), await _one(about.visitor, about.desk, macro_id)
    key = secrets.token_urlsafe(18)
    asked = await _asked(about, row, macro, key)
    steps = await _prospect(about, macro, asked)
    return _shown(about, macro, steps, key=key)


@router.post("/casos/{number}/macros/{macro_id}", dependencies=[Stamped, ForWorkers])
async def apply(about: AboutCase, macro_id: Id) -> Response:
    """Do the acts in their order, or none of them. The same form again changes nothing more."""
    row, macro = await about.case(), await _one(about.visitor, about.desk, macro_id)
    key = key_of(await about.request.form())
    asked = await _asked(about, row, macro, key)
    if isinstance(asked, Refused):
        return _shown(about, macro, [_refused(macro, 0, asked, about.visitor.language)], key=key, status=422)
    first = asked[0].request if asked else None
    if first and await intake.begun(about.desk.database, scope=first.scope, key=first.key) is None:
        steps = await _prospect(about, macro, asked)
        if any(each.refused for each in steps):
            return _shown(about, macro, steps, key=key, status=422)
    done: list[Step] = []
    for place, each in enumerate(asked):
        outcome = await _given(about, each, is_last=place == len(asked) - 1)
        if isinstance(outcome, Refused):
            done.append(_refused(macro, place, outcome, about.visitor.language))
            return _shown(about, macro, done, key=key, status=outcome.status)
        done.append(_step(macro, place, about.visitor.language, is_done=True))
    for place, tag in _tags(macro):
        try:
            await tags.put(about.desk.database, row.number, tag, account_id=about.account.id, at=about.at)
        except TooManyTags as refused:
            done.append(_refused(macro, place, refused_by(about.visitor, refused), about.visitor.language))
            return _shown(about, macro, done, key=key, status=422)
        done.append(_step(macro, place, about.visitor.language, is_done=True))
    return to(f"/casos/{row.number}{came_from(about.request).query}", about.visitor)


async def _given(about: CaseRequest, asked: AskedCommand, *, is_last: bool) -> Done[None] | Refused:
    """Give the command; a reply that ends the macro is held until it may no longer be undone, as every reply is."""

    async def act() -> Done[None] | FinalRefusal:
        if is_last and asked.offer.path == "replies":
            return await once(about.desk, asked.request, asked.body, lambda: _hold(about, asked), DONE)
        return await once(about.desk, asked.request, asked.body, Begins(lambda: _give(about.desk, asked)), DONE)

    return await submit(about.visitor, act)


async def _hold(about: CaseRequest, asked: AskedCommand) -> None:
    await hold(about.desk, asked, account_id=about.account.id)


async def _give(desk: Desk, asked: AskedCommand) -> None:
    await give(desk, asked)


async def _asked(about: CaseRequest, row: CaseRow, macro: Macro, key: str) -> list[AskedCommand] | Refused:
    """The macro's commands on this case, with what stands in braces filled in; each under a key of its own."""
    visitor, found = about.visitor, []
    names = await names_of(about.desk.database, row.case.customer_id)
    try:
        for place, act in enumerate(_commands(macro)):
            offer = OFFER[act["act"]]
            body = read_body(offer.body, said(act["act"], act["value"], _filled(act["words"], row, names, visitor)))
            address = f"/casos/{row.number}/ordenes/{offer.path}"
            request = request_of(visitor, address, f"{key}-{place}", at=about.at)
            found.append(AskedCommand.of(visitor.principal, offer, row, body=body, request=request))
    except Refusal as refused:
        return refused_by(visitor, refused)
    except ValidationError as error:
        return Refused(422, messages(error, visitor.language))
    return found


def _filled(words: str, row: CaseRow, names: Mapping[str, str], visitor: Visitor) -> str:
    assert visitor.persona
    return inserted(words, case=row.case, names=names, agent=visitor.persona.name)


async def _prospect(about: CaseRequest, macro: Macro, asked: list[AskedCommand] | Refused) -> list[Step]:
    """What each act would do; from the one that is refused on, nothing."""
    language = about.visitor.language
    if isinstance(asked, Refused):
        return [_refused(macro, 0, asked, language)]
    tagging = [_step(macro, place, language) for place, _ in _tags(macro)]
    if not asked:
        return tagging
    found = await use_case.prospect(about.desk, asked, at=about.at)
    if isinstance(found, use_case.Refused):
        why = refused_by(about.visitor, found.why)
        return [
            _refused(macro, place, why, language) if place == found.place else _step(macro, place, language)
            for place in range(len(asked))
        ] + tagging
    teller = Teller(language, {}, group_names(about.desk.policy))
    return [
        _step(macro, place, language, words=_words_of(asked[place]), told=_told(decision, teller))
        for place, decision in enumerate(found)
    ] + tagging


def _commands(macro: Macro) -> list[Mapping[str, Any]]:
    return [act for act in macro.acts if act["act"] != TAGS]


def _tags(macro: Macro) -> list[tuple[int, str]]:
    """The tags that a macro puts, each with the act's place."""
    tagged = (act for act in macro.acts if act["act"] == TAGS)
    return [(place, TagBody(tag=act["value"]).tag) for place, act in enumerate(tagged, start=len(_commands(macro)))]


def _told(decision: Decision, teller: Teller) -> tuple[str, ...]:
    return tuple(teller.sentence(entry.fact) for entry in decision.entries)


def _words_of(asked: AskedCommand) -> str:
    """What the act says, as it will read on this case."""
    name = ACTS[asked.offer.path].words
    return str(getattr(asked.body, name)) if name else ""


def _step(macro: Macro, place: int, language: str, **more: Any) -> Step:
    act = macro.acts[place]
    return Step(
        **{"label": translate(ACTS[act["act"]].label, language), "words": act["words"], "value": act["value"], **more}
    )


def _refused(macro: Macro, place: int, why: Refused, language: str) -> Step:
    return _step(macro, place, language, refused=why)


# -- the pages --------------------------------------------------------------------------------------------------------


def _shown(about: CaseRequest, macro: Macro, steps: Sequence[Step], *, key: str, status: int = 200) -> Response:
    came = came_from(about.request)
    return page(
        about.request, "case/macro_preview.html", status=status, number=about.number, macro=macro, steps=steps, key=key,
        may=not any(each.refused for each in steps), back=f"/casos/{about.number}{came.query}",
    )  # fmt: skip


async def _one(visitor: Visitor, desk: Desk, macro_id: str) -> Macro:
    assert visitor.account
    known = await macros.get(desk.database, macro_id, account_id=visitor.account.id)
    if known is None:
        raise NotFound
    return known


async def _list(
    request: Request, visitor: Visitor, desk: Desk, *, edited: Macro | None = None, problem: str | None = None
) -> Response:
    """The list with a form: a new one's, or that of `edited`, with what was wrong with it (422) if anything."""
    assert visitor.account
    return page(
        request,
        "case/macros.html",
        status=422 if problem else 200,
        macros=await macros.listing(desk.database, visitor.account.id),
        me=visitor.account.id,
        edited=edited,
        problem=problem,
        kinds={path: translate(act.label, visitor.language) for path, act in ACTS.items()},
        most=MOST_ACTS,
        placeholders=PLACEHOLDERS,
        groups=[(group.id, group.name) for group in desk.policy.groups],
        key=secrets.token_urlsafe(18),
    )
