"""The start page, which sends each visitor to where their work is, and the choice of language."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Response

from policy.case.case import Role
from portal.frame.deps import DeskDep
from portal.frame.pages import remember_language, to
from portal.frame.session import AnyVisitor, SignedIn, Stamped, safe_path
from storage.signing_in import accounts
from wording.language import DEFAULT, LANGUAGES

router = APIRouter()

_STARTS = {Role.CONTACT: "/casos", Role.AGENT: "/cola", Role.DIRECTOR: "/cola", Role.COMMERCIAL: "/inicio"}


@router.get("/")
def start(visitor: SignedIn) -> Response:
    return to(_STARTS.get(visitor.role, "/clientes") if visitor.role else "/ingreso", visitor)


@router.post("/idioma", dependencies=[Stamped])
async def choose_language(
    visitor: AnyVisitor, desk: DeskDep, language: Annotated[str, Form()], back: Annotated[str, Form()] = "/"
) -> Response:
    chosen = language if language in LANGUAGES else DEFAULT
    if visitor.account and visitor.persona:
        await accounts.change(desk.database, visitor.account.id, language=chosen)
    answer = to(safe_path(back), visitor)
    remember_language(answer, chosen)
    return answer
