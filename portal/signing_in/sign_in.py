"""Signing in with a password, and out; and in whose name, where an address may act in several.

Failures slow the account and the address down, and a restart forgives none.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from desk.signing_in.problems import SignInProblem
from desk.signing_in.sign_in import act_as, with_password
from portal.frame.deps import At, DeskDep
from portal.frame.fields import Back, Text
from portal.frame.pages import forget_cookies, page, to
from portal.frame.session import AnyVisitor, Stamped, safe_path
from portal.signing_in.session_cookies import AtTheDoor, begin, hand_over
from portal.signing_in.sign_in_throttle import password_tries
from storage.signing_in import accounts, sessions
from storage.signing_in.accounts import Persona

router = APIRouter()


@router.get("/ingreso")
async def show_sign_in(request: Request, visitor: AnyVisitor, volver: str = "/") -> Response:
    if visitor.persona:
        return to(safe_path(volver), visitor)
    return page(request, "signing_in/sign_in.html", back=safe_path(volver), email="", problem=None)


@router.post("/ingreso", dependencies=[Stamped])
async def sign_in(arrival: AtTheDoor, email: Text, password: Text, back: Back = "/") -> Response:
    tries = password_tries(arrival.request, arrival.portal, email)
    try:
        account = await with_password(arrival.desk, email, password, tries, at=arrival.at)
    except SignInProblem as why:
        shown = {"back": safe_path(back), "email": email, "problem": why.message}
        return page(arrival.request, "signing_in/sign_in.html", status=why.status, **shown)
    return await begin(arrival, account, back=back)


@router.get("/ingreso/como")
async def show_personas(request: Request, visitor: AnyVisitor, desk: DeskDep, at: At, volver: str = "/") -> Response:
    if visitor.account is None or visitor.session is None or visitor.session.awaits_code:
        return to("/ingreso", visitor)
    found = await accounts.personas(desk.database, visitor.account, policy=desk.policy, at=at)
    return page(
        request, "signing_in/personas.html", back=safe_path(volver), personas={_name(each): each for each in found}
    )


@router.post("/ingreso/como", dependencies=[Stamped])
async def choose_persona(
    visitor: AnyVisitor, desk: DeskDep, at: At, name: Annotated[str, Form(max_length=300)], back: Back = "/"
) -> Response:
    if visitor.account is None or visitor.session is None or visitor.session.awaits_code:
        return to("/ingreso", visitor)
    found = await accounts.personas(desk.database, visitor.account, policy=desk.policy, at=at)
    chosen = next((each for each in found if _name(each) == name), None)
    if chosen is None:
        return to("/ingreso/como", visitor)
    answer = to(safe_path(back), visitor)
    hand_over(answer, await act_as(desk, visitor.session, chosen, at=at), visitor.session, at=at)
    return answer


def _name(persona: Persona) -> str:
    """A persona as the form names it: never its place in a list, which may have changed since."""
    return f"{persona.actor.role.value}/{persona.actor.id}"


@router.post("/salida", dependencies=[Stamped])
async def sign_out(visitor: AnyVisitor, desk: DeskDep, at: At) -> Response:
    if visitor.session:
        await sessions.end(desk.database, visitor.session.id, account_id=visitor.session.account_id, at=at)
    answer = to("/ingreso")
    forget_cookies(answer)
    return answer
