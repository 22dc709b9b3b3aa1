"""A customer's cases: the open ones by what is due next, then what is solved and closed. It follows what happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BeforeValidator, Field

from desk.desk import Desk
from desk.inputs import clean
from desk.reading.my_cases import MyCasesAsked, read_my_cases
from policy.case.case import Role
from portal.customers.my_cases_news import CustomerNews
from portal.frame.deps import DeskDep
from portal.frame.pages import answered, page, render, to
from portal.frame.session import Contact, SignedIn, Visitor
from portal.queue.list_news import news_of

router = APIRouter()

Sought = Annotated[str, BeforeValidator(clean), Field(max_length=200), Query()]
Place = Annotated[str, Query(max_length=500, pattern=r"^[A-Za-z0-9_-]*$")]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the address asks for: cases with these words, or that missed a promise; from which places of both on."""

    q: Sought = ""
    missed: Annotated[Literal["true", ""], Query()] = ""
    abiertos: Place = ""
    cerrados: Place = ""


AskedDep = Annotated[Asked, Depends()]


@router.get("/casos")
async def show(request: Request, visitor: SignedIn, desk: DeskDep, asked: AskedDep) -> Response:
    if visitor.role is not Role.CONTACT:
        return to("/cola", visitor)
    return page(request, "customers/my_cases.html", **await _shown(desk, visitor, asked))


@router.get("/casos/lista")
async def show_list(
    request: Request,
    visitor: SignedIn,
    desk: DeskDep,
    asked: AskedDep,
    huella: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """The list alone, for the page that shows it already; nothing (204) where it shows what is so."""
    if visitor.role is not Role.CONTACT:
        return to("/cola", visitor)
    shown = await _shown(desk, visitor, asked)
    if huella == shown["mark"]:
        return answered(Response(status_code=204), visitor)
    return answered(
        Response(render(request, visitor, "customers/my_cases_list.html", **shown), media_type="text/html"), visitor
    )


@router.get("/casos/eventos")
async def follow(request: Request, visitor: Contact, desk: DeskDep) -> Response:
    """That something happened in a case of the customer's own, each time that it does."""
    customer_id = visitor.principal.customer_id
    assert customer_id is not None, "a contact is a customer's"
    return news_of(CustomerNews, request, desk).stream(request, desk, visitor, customer_id)


async def _shown(desk: Desk, visitor: Visitor, asked: Asked) -> dict[str, Any]:
    customer_id = visitor.principal.customer_id
    assert customer_id is not None, "a contact is a customer's"
    assert visitor.account
    q, opened, done = asked.q, asked.abiertos, asked.cerrados
    wanted = MyCasesAsked(
        customer_id=customer_id,
        account_id=visitor.account.id,
        q=q or None,
        missed=bool(asked.missed) or None,
        going_from=opened or None,
        over_from=done or None,
    )
    found = await read_my_cases(desk, wanted)
    shown = {"mark": found.mark, "now": found.at, "q": q, "missed": wanted.missed, "opened": opened, "done": done}
    return {**vars(found), **shown, "filters": urlencode({"q": q, "missed": asked.missed})}
