"""The page that asks for a second factor at signing in: a code of the half minute, or a recovery code."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from desk.signing_in.problems import SignInProblem
from desk.signing_in.second_factor import SecondFactor
from portal.frame.fields import Back, Text
from portal.frame.pages import page, to
from portal.frame.session import AnyVisitor, Stamped, safe_path
from portal.signing_in.session_cookies import AtTheDoor, begin
from portal.signing_in.sign_in_throttle import address_key

router = APIRouter()


@router.get("/ingreso/codigo")
async def show_code(request: Request, visitor: AnyVisitor, volver: str = "/") -> Response:
    if visitor.session is None or not visitor.session.awaits_code:
        return to("/ingreso", visitor)
    return page(request, "signing_in/code.html", back=safe_path(volver), problem=None)


@router.post("/ingreso/codigo", dependencies=[Stamped])
async def give_code(arrival: AtTheDoor, code: Text, back: Back = "/") -> Response:
    account, session = arrival.visitor.account, arrival.visitor.session
    if account is None or session is None or not session.awaits_code:
        return to("/ingreso", arrival.visitor)
    factor = SecondFactor(arrival.desk, arrival.portal.keys, account)
    try:
        await factor.check(code, address_key(arrival.request), at=arrival.at)
    except SignInProblem as why:
        shown = {"back": safe_path(back), "problem": why.message}
        return page(arrival.request, "signing_in/code.html", status=why.status, **shown)
    return await begin(arrival, account, back=back, code_given=True)
