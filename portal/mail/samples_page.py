"""The page of every notice with sample data, in both languages, for administrators: how it reads, and how it looks.

A letter's HTML stands in a frame that may run and reach nothing; its one style is let in by its digest.
"""

from __future__ import annotations

import base64
import hashlib
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from activities.mail.html_letter import STYLE
from desk.reading import notice_samples
from policy.case.case import Role
from portal.frame.deps import At, DeskDep
from portal.frame.pages import CONTENT_SECURITY_POLICY, page
from portal.frame.session import PortalDep, only
from wording.language import LANGUAGES

router = APIRouter(prefix="/avisos/ejemplos")

_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = CONTENT_SECURITY_POLICY.replace("style-src 'self'", f"style-src 'self' 'sha256-{_DIGEST}'")
"""The pages' own policy, and the letters' style beside it."""


Place = Annotated[int, Query(ge=0, le=10_000)]


@router.get("", dependencies=[Depends(only(Role.ADMIN))])
async def show(request: Request, desk: DeskDep, portal: PortalDep, at: At, aviso: Place = 0) -> Response:
    link = portal.settings.public_url or ""
    found, chosen = notice_samples.sample(desk, aviso, link=link, at=at)
    shown = page(
        request,
        "mail/samples.html",
        groups=groupby(enumerate(found), key=lambda each: each[1].group),
        chosen=chosen,
        place=aviso,
        letters=[(each, chosen.letters[each], chosen.page(each)) for each in LANGUAGES],
    )
    shown.headers["Content-Security-Policy"] = POLICY
    return shown
