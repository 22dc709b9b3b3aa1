"""The start: whoever comes without a wish is sent where their work is. And the language, for everybody."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Response

from escala.api.deps import EdgeDep
from escala.language import DEFAULT, LANGUAGES
from escala.policy.case import Role
from escala.portal.pages import remember_language, to
from escala.portal.session import AnyVisit, SignedIn, Stamped, safe_path
from escala.storage import accounts

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
