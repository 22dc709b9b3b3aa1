"""The names in an operation's query: one that the operation does not know is refused, as in a body.

A filter that is misspelt would else be no filter, and a list of all would pass for the answer.
"""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError


async def known_names(request: Request) -> None:
    """Refuse what the operation has no name for."""
    if not request.query_params:
        return
    if unknown := {*request.query_params} - {*_names(request.scope["route"].dependant)}:
        raise RequestValidationError([{"type": "extra_forbidden", "loc": ("query", each)} for each in sorted(unknown)])


KNOWN_NAMES = Depends(known_names)


def _names(operation: Dependant) -> Iterator[str]:
    for parameter in operation.query_params:
        yield parameter.alias
    for each in operation.dependencies:
        yield from _names(each)
