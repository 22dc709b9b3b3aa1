"""A visitor's request about one case: what the handlers of a case's addresses are called with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from desk.access import visible_case
from desk.desk import Desk
from portal.frame.deps import At, DeskDep
from portal.frame.session import SignedIn, Visitor
from storage.case.views import CaseRow
from storage.signing_in.accounts import Account


@dataclass(frozen=True, kw_only=True)
class CaseRequest:
    """A request about the case of this number, which the visitor may not be able to see."""

    request: Request
    visitor: Visitor
    desk: Desk
    at: datetime
    number: str

    @property
    def account(self) -> Account:
        assert self.visitor.account is not None
        return self.visitor.account

    async def case(self) -> CaseRow:
        """The case. NotFound where there is none that this visitor may see."""
        return await visible_case(self.desk, self.visitor.principal, self.number)


async def case_request(request: Request, visitor: SignedIn, desk: DeskDep, at: At, number: str) -> CaseRequest:
    return CaseRequest(request=request, visitor=visitor, desk=desk, at=at, number=number)


AboutCase = Annotated[CaseRequest, Depends(case_request)]
"""For the routes below `/casos/{number}`. One that is for some roles says so beside it: `dependencies=[ForWorkers]`."""
