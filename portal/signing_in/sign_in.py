"""Signing in with a password, and out; and in whose name, where an address may act in several.

Answers are the same for addresses that exist and that do not, and take as long. Failures slow the account and the
address down, and a restart forgives none.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from desk.signing_in import passwords
from portal.frame.deps import At, DeskDep
from portal.frame.fields import Back, Text
from portal.frame.pages import forget_cookies, page, to
from portal.frame.session import AnyVisitor, PortalDep, Stamped, safe_path
from portal.signing_in.sign_in_throttle import TOO_MANY, act_as, begin, password_tries
from storage.signing_in import accounts, sessions
from storage.signing_in.accounts import Persona

router = APIRouter()

_WRONG = "The address or the password is not right."
_NO_ACCESS = "This address has no access at the moment. Your organization's administrator can tell you why."


@router.get("/ingreso")
async def show_sign_in(request: Request, visitor: AnyVisitor, volver: str = "/") -> Response:
    if visitor.persona:
        return to(safe_path(volver), visitor)
    return page(request, "signing_in/sign_in.html", back=safe_path(volver), email="", problem=None)


@router.post("/ingreso", dependencies=[Stamped])
async def sign_in(
    request: Request,
    visitor: AnyVisitor,
    desk: DeskDep,
    portal: PortalDep,
    at: At,
    email: Text,
    password: Text,
    back: Back = "/",
) -> Response:
    def again(problem: str, status: int = 422) -> Response:
        return page(
            request, "signing_in/sign_in.html", status=status, back=safe_path(back), email=email, problem=problem
        )

    tries = password_tries(request, portal, email)
    if not await tries.begin(desk, at=at):
        return again(TOO_MANY, 429)
    account = await accounts.by_mailbox(desk.database, email)
    if not await passwords.matches(password, account.password_hash if account else None):
        return again(_WRONG)
    assert account is not None
    assert account.password_hash is not None
    await tries.succeeded(desk, at=at)
    if not await accounts.personas(desk.database, account, policy=desk.policy, at=at):
        return again(_NO_ACCESS)
    if passwords.is_outdated(account.password_hash):
        await accounts.change(desk.database, account.id, password_hash=await passwords.hash_of(password))
    return await begin(request, visitor, account, desk, portal, at=at, back=back)


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
    await act_as(desk, visitor.session, chosen, answer, at=at)
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
