"""A case's tags: the desk's own words about it, put and taken off on its page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, ValidationError
from pydantic_core import PydanticCustomError

from desk.inputs import Body, Name
from portal.case.case_page import Typed, shown_refused
from portal.case.case_request import AboutCase
from portal.case.pager import came_from
from portal.frame.pages import to
from portal.frame.session import ForWorkers, Stamped
from portal.frame.submit import refused_by
from storage.workbench import tags
from storage.workbench.tags import TooManyTags

router = APIRouter(prefix="/casos/{number}/etiquetas", dependencies=[Stamped, ForWorkers])

LONGEST = 40


def _one_way(tag: str) -> str:
    """A tag as it is kept: in small letters, without a sign before it, so that nobody has two for one thing."""
    bare = " ".join(tag.lstrip("#").lower().split())
    if not 1 <= len(bare) <= LONGEST:
        raise PydanticCustomError("tag", "not a tag")
    return bare


class TagBody(Body):
    """A tag as it was typed."""

    tag: Annotated[Name, AfterValidator(_one_way)]


Typing = Annotated[str, Form(max_length=200)]


@router.post("")
async def put_tag(about: AboutCase, tag: Typing) -> Response:
    row = await about.case()
    try:
        await tags.put(about.desk.database, row.number, _read(tag), account_id=about.account.id, at=about.at)
    except TooManyTags as refused:
        why = refused_by(about.visitor, refused)
        return await shown_refused(about.request, about.visitor, row.number, why, Typed("tags"))
    return to(f"/casos/{row.number}{came_from(about.request).query}", about.visitor)


@router.post("/fin")
async def remove_tag(about: AboutCase, tag: Typing) -> Response:
    row = await about.case()
    await tags.remove(about.desk.database, row.number, _read(tag))
    return to(f"/casos/{row.number}{came_from(about.request).query}", about.visitor)


def _read(tag: str) -> str:
    try:
        return TagBody(tag=tag).tag
    except ValidationError as wrong:
        raise RequestValidationError(wrong.errors(include_input=False)) from None
