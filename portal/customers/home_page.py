"""Commercial's start page: who loses cover, who has not paid, and each with the act that solves it."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from desk.reading.commercial import read_commercial
from portal.frame.deps import At, DeskDep
from portal.frame.pages import page
from portal.frame.session import Registrar
from storage.terms.terms import bogota_date

router = APIRouter()

PLACE = "/inicio"
DONE = {
    "pagos": "Payment registered: what its contract covers by it goes on by itself.",
    "renovaciones": "Contract renewed: it covers its new days once they are paid.",
    "contratos": "Contract registered.",
}
"""What is said of a form of this page that was taken, by the last part of its address."""


@router.get(PLACE)
async def show(
    request: Request, visitor: Registrar, desk: DeskDep, at: At, hecho: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """The page; the forms on it are those of the contracts' page, which come back here."""
    found = await read_commercial(desk, at=at)
    return page(
        request,
        "customers/home.html",
        **vars(found),
        done=DONE.get(hecho),
        plans=list(desk.policy.plans),
        today=bogota_date(at),
        now=at,
        a_year_on=a_year_on,
        key=lambda: secrets.token_urlsafe(18),
    )


def a_year_on(day: date) -> date:
    """The same day of the next year; of a leap day the last of February."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)
