"""Every route that the app serves, the API's and the pages'."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from fastapi.dependencies.models import Dependant
from pydantic import BaseModel

from tests.support.apps import app_at_rest

API = "/api/v1"


@dataclass(frozen=True)
class Route:
    """One method of one address. `queries` are the names of its query's parameters, `body` the JSON that it takes."""

    method: str
    path: str
    queries: tuple[str, ...] = ()
    body: type[BaseModel] | None = None

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(re.findall(r"\{(\w+)(?::path)?\}", self.path))

    @property
    def is_of_the_api(self) -> bool:
        return self.path.startswith(API)

    def at(self, **values: str) -> str:
        """Its address with these in the places of its parameters."""
        return re.sub(r"\{(\w+)(?::path)?\}", lambda found: values[found[1]], self.path)


@lru_cache(maxsize=1)
def routes() -> tuple[Route, ...]:
    """All of them, each method of an address for itself."""
    return tuple(sorted(_walk(app_at_rest().router.routes), key=lambda each: (each.path, each.method)))


def _walk(found: Iterable[Any]) -> Iterator[Route]:
    for each in found:
        if hasattr(each, "effective_candidates"):  # a router that was included
            yield from _walk(each.effective_candidates())
        elif type(each).__name__ == "PortalMount":
            yield from _walk(each.app.router.routes)
        elif not hasattr(each, "methods"):
            yield Route("GET", f"{each.path}/{{path:path}}")  # a folder of files
        else:
            queries = tuple(dict.fromkeys(_queries(each.dependant)))
            for method in sorted(each.methods or ()):
                yield Route(method, each.path, queries, _model_of(each))


def _queries(dependant: Dependant) -> Iterator[str]:
    yield from (each.alias for each in dependant.query_params)
    for deeper in dependant.dependencies:
        yield from _queries(deeper)


def _model_of(route: Any) -> type[BaseModel] | None:
    kind = route.body_field.field_info.annotation if route.body_field else None
    kinds = [kind, *getattr(kind, "__args__", ())]
    return next((each for each in kinds if isinstance(each, type) and issubclass(each, BaseModel)), None)
