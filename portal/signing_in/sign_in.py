"""Signing in with a password, and out; and in whose name, where an address may act in several.

Answers are the same for addresses that exist and that do not, and take as long. Failures slow the account and the
address down, and a restart forgives none.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from api.http.deps import At, EdgeDep
from desk.signing_in import passwords
from portal.frame.fields import Back, Text
from portal.frame.pages import forget_cookies, page, to
from portal.frame.session import AnyVisit, PortalDep, Stamped, safe_path
from portal.signing_in.sign_in_throttle import TOO_MANY, act_as, begin, password_tries
from storage.signing_in import accounts, sessions
from storage.signing_in.accounts import Persona

router = APIRouter()

_WRONG = "The address or the password is not right."
_NO_ACCESS = "This address has no access at the moment. Your organization's administrator can tell you why."


@router.get("/ingreso")
async def show_sign_in(request: Request, visit: AnyVisit, volver: str = "/") -> Response:
    if visit.persona:
        return to(safe_path(volver), visit)
    return page(request, "sign_in.html", back=safe_path(volver), email="", problem=None)


@router.post("/ingreso", dependencies=[Stamped])
async def sign_in(
    request: Request,
    visit: AnyVisit,
    edge: EdgeDep,
    portal: PortalDep,
    at: At,
    email: Text,
    password: Text,
    back: Back = "/",
) -> Response:
    def again(problem: str, status: int = 422) -> Response:
        return page(request, "sign_in.html", status=status, back=safe_path(back), email=email, problem=problem)

    tries = password_tries(request, portal, email)
    if not await tries.begin(edge, at=at):
        return again(TOO_MANY, 429)
    account = await accounts.by_mailbox(edge.database, email)
    if not await passwords.matches(password, account.password_hash if account else None):
        return again(_WRONG)
    assert account is not None
    assert account.password_hash is not None
    await tries.succeeded(edge, at=at)
    if not await accounts.personas(edge.database, account, policy=edge.policy, at=at):
        return again(_NO_ACCESS)
    if passwords.is_outdated(account.password_hash):
        await accounts.change(edge.database, account.id, password_hash=await passwords.hash_of(password))
    return await begin(request, visit, account, edge, portal, at=at, back=back)


@router.get("/ingreso/como")
async def show_personas(request: Request, visit: AnyVisit, edge: EdgeDep, at: At, volver: str = "/") -> Response:
    if visit.account is None or visit.session is None or visit.session.awaits_code:
        return to("/ingreso", visit)
    found = await accounts.personas(edge.database, visit.account, policy=edge.policy, at=at)
    return page(request, "personas.html", back=safe_path(volver), personas={_name(each): each for each in found})


@router.post("/ingreso/como", dependencies=[Stamped])
async def choose_persona(
    visit: AnyVisit, edge: EdgeDep, at: At, name: Annotated[str, Form(max_length=300)], back: Back = "/"
) -> Response:
    if visit.account is None or visit.session is None or visit.session.awaits_code:
        return to("/ingreso", visit)
    found = await accounts.personas(edge.database, visit.account, policy=edge.policy, at=at)
    chosen = next((each for each in found if _name(each) == name), None)
    if chosen is None:
        return to("/ingreso/como", visit)
    answer = to(safe_path(back), visit)
    await act_as(edge, visit.session, chosen, answer, at=at)
    return answer


def _name(persona: Persona) -> str:
    """A persona as the form names it: never its place in a list, which may have changed since."""
    return f"{persona.actor.role.value}/{persona.actor.id}"


@router.post("/salida", dependencies=[Stamped])
async def sign_out(visit: AnyVisit, edge: EdgeDep, at: At) -> Response:
    if visit.session:
        await sessions.end(edge.database, visit.session.id, account_id=visit.session.account_id, at=at)
    answer = to("/ingreso")
    forget_cookies(answer)
    return answer
