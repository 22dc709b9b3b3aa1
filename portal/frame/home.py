"""The start: whoever comes without a wish is sent where their work is. And the language, for everybody."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Response

from api.http.deps import EdgeDep
from policy.case.case import Role
from portal.frame.pages import remember_language, to
from portal.frame.session import AnyVisit, SignedIn, Stamped, safe_path
from storage.signing_in import accounts
from wording.language import DEFAULT, LANGUAGES

router = APIRouter()

_STARTS = {Role.CONTACT: "/casos", Role.AGENT: "/cola", Role.DIRECTOR: "/cola"}


@router.get("/")
def start(visit: SignedIn) -> Response:
    return to(_STARTS.get(visit.role, "/clientes") if visit.role else "/ingreso", visit)


@router.post("/idioma", dependencies=[Stamped])
async def choose_language(
    visit: AnyVisit, edge: EdgeDep, language: Annotated[str, Form()], back: Annotated[str, Form()] = "/"
) -> Response:
    chosen = language if language in LANGUAGES else DEFAULT
    if visit.account and visit.persona:
        await accounts.change(edge.database, visit.account.id, language=chosen)
    answer = to(safe_path(back), visit)
    remember_language(answer, chosen)
    return answer
