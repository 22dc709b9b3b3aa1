"""The cells of the matrix: for each route, who asks, and with which ids. They are made from the routes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import parse_qsl

from desk.reading.case import PARTS
from portal.case.case_page import DRAFTED
from tests.portal.matrix.routes import Route
from tests.portal.matrix.who_may import CONTACTS, EVERYBODY, NOBODY, ORDER_ROUTE, ORDERS, WHO_MAY
from tests.portal.matrix.world import INTERNAL
from tests.support.thoroughness import IS_LONG

T = TypeVar("T")
Ids = Mapping[str, Mapping[str, str]]

MALFORMED = ("%00", "x" * 300, "%F0%9F%92%A3'%3C%2e%2e")
MISSING: Mapping[str, str] = {
    "case": "MA-2026-999999",
    "customer": "cli-z",
    "contract": "con-z",
    "contact": "cnt-z",
    "solution": "sol-z",
    "file": "fil_00000000000000000000000000000000",
    "account": "acc-z",
    "session": "ses-z",
    "token": "tok-z",
    "reply": "can_z",
    "macro": "mac_z",
    "view": "vis_z",
    "amendment": "ame_z",
    "absence": "abs_z",
    "webhook": "whk_z",
    "delivery": "msg_z",
    "message": "mal_z",
    "call": "lla_z",
    "rota": "rot_z",
    "override": "ovr_z",
    "swap": "swp_z",
    "page": "MA-2026-999999.1",
    "feed": "cal_z",
    "link": "pgm_z.0",
    "secret": "direccion-de-nadie",
    "key": "llave-de-nadie",
    "place": "7",
    "asset": "nada.css",
}
KINDS: Mapping[str, str] = {
    "number": "case",
    "customer_id": "customer",
    "contract_id": "contract",
    "contact_id": "contact",
    "solution_id": "solution",
    "file_id": "file",
    "account_id": "account",
    "session_id": "session",
    "token_id": "token",
    "reply_id": "reply",
    "macro_id": "macro",
    "view_id": "view",
    "amendment_id": "amendment",
    "absence_id": "absence",
    "webhook_id": "webhook",
    "delivery_id": "delivery",
    "message_id": "message",
    "call_id": "call",
    "rota_id": "rota",
    "override_id": "override",
    "swap_id": "swap",
    "page_id": "page",
    "feed_id": "feed",
    "link": "link",
    "secret": "secret",
    "key": "key",
    "session": "place",
}
"""What each parameter of a path names. One that is not here, nor a choice, fails the matrix."""

CHOICES: Mapping[str, tuple[str, ...]] = {
    "part": (*PARTS, "all"),
    "composer": tuple(sorted(DRAFTED)),
    "path": ("escala.css",),
    "answer": ("aceptado", "rechazado", "retirado"),
}
_FEW = 4
"""Of so many choices in an ordinary run one is tried with ids that are not one's own; they differ by person."""
_NEEDED = {"/api/v1/sla/preview": "?plan=standard&priority=2&opened_at=2026-11-27T21:30:00Z"}
"""Without these in its query a route tells nothing."""

_OUR_OWN = {
    "reply": {"agent": "can_own", "director": "can_shared"},
    "macro": {"agent": "mac_own", "director": "mac_shared"},
    "view": {"agent": "vis_own"},
}
"""What belongs to one of us."""


@dataclass(frozen=True)
class Cell:
    """One question. `kind` says whose the ids in it are; `address` is asked, and `named` are the ids that it says."""

    route: Route
    who: str
    kind: str
    address: str
    named: tuple[str, ...] = ()
    choice: str = ""

    @property
    def may(self) -> bool:
        """Whether the route is for this person at all."""
        if self.route.name == ORDER_ROUTE:
            return self.who in ORDERS[self.choice]
        return self.who in WHO_MAY[self.route.name]

    def __str__(self) -> str:
        return f"{self.who} {self.kind}: {self.route.method} {self.address[:120]}"


def cells(route: Route, ids: Ids) -> Iterator[Cell]:
    """All cells of a route; ids that are not one's own are tried with a few of its choices, with all in a long run."""
    for who_place, who in enumerate(EVERYBODY):
        mine, other = ("b", "a") if who.endswith("_b") else ("a", "b")
        for place, choice in enumerate(_choices(route)):
            whole = IS_LONG or place % _FEW == who_place % _FEW
            for kind in _kinds(route, who_place) if whole else ("own",):
                both = ids[mine], ids[other]
                values = {each: _value(route, each, who, kind, choice, *both) for each in route.parameters}
                query = _NEEDED.get(route.path, "")
                if "cliente" in route.queries:  # whose it is stands in the query: the path's ids are that customer's
                    of = {"foreign": ids[other], "missing": MISSING}.get(kind, ids[mine])
                    query = f"?cliente={of['customer']}"
                yield Cell(route, who, kind, route.at(**values) + query, (*values.values(), *_said(query)), choice)
    yield from _asked(route, ids)


def _choices(route: Route) -> tuple[str, ...]:
    if route.name == ORDER_ROUTE:
        return tuple(ORDERS)
    return next((CHOICES[each] for each in route.parameters if each in CHOICES), ("",))


def _kinds(route: Route, who_place: int) -> tuple[str, ...]:
    """In an ordinary run, what is no such id at all is tried by a third of the people, another kind's by the next."""
    named = [each for each in route.parameters if each not in CHOICES]
    if not named:
        return ("own",)
    if route.name == ORDER_ROUTE:
        return ("own", "foreign", "missing")
    wrong = MALFORMED if route.method == "GET" and IS_LONG else MALFORMED[:1]
    more: tuple[str, ...] = ("internal", "loose") if "file_id" in named else ()
    more += ("foreign here", "missing here") if "cliente" in route.queries else ()
    if IS_LONG or who_place % 3 == 0:
        more += ("another kind's",)
    if IS_LONG or who_place % 3 == 1:
        more += tuple(f"malformed {n}" for n in range(len(wrong)))
    return ("own", "foreign", "missing", *more)


def _value(
    route: Route, parameter: str, who: str, kind: str, choice: str, mine: Mapping[str, str], other: Mapping[str, str]
) -> str:
    if parameter in CHOICES:
        return choice
    named = KINDS[parameter]
    if kind.startswith("malformed"):
        return MALFORMED[int(kind[-1])]
    if kind == "another kind's":
        return mine["case"] if named != "case" else mine["customer"]
    if kind in ("internal", "loose"):
        return mine[f"{kind}_file"]
    if kind.startswith("missing"):
        return MISSING[named]
    if named in ("view", "macro") or (named == "reply" and "deshacer" not in route.path):
        return _OUR_OWN[named].get(who, MISSING[named])
    if (named == "case" and "deshacer" in route.path) or "calificacion" in route.path or route.path.endswith("/rating"):
        return (mine if kind == "own" else other)["plain" if "deshacer" in route.path else "done"]
    if named == "place":
        return "1"
    return (mine if kind == "own" else other).get(named, MISSING[named])


# -- what is asked for in a query -------------------------------------------------------------------------------------


def _asked(route: Route, ids: Ids) -> Iterator[Cell]:
    """What is not theirs, what does not exist and nonsense in each parameter of the query."""
    if route.method != "GET" or route.name not in WHO_MAY:
        return
    for who in ("contact_a", "admin_a", "agent", "admin") if IS_LONG else ("contact_a", "agent"):
        own = ids["a"], ids["b"]
        values = {each: _value(route, each, who, "own", _choices(route)[0], *own) for each in route.parameters}
        for place, name in enumerate(route.queries):
            asked = [("malformed 0", MALFORMED[0])]
            if who in CONTACTS:
                asked += [each for group in _in_turn(_groups(ids), place) for each in group]
            for kind, value in asked:
                needed = _NEEDED.get(route.path, "?") + "&"
                yield Cell(route, who, f"{kind} as {name}", f"{route.at(**values)}{needed}{name}={value}", (value,))


def _groups(ids: Ids) -> list[list[tuple[str, str]]]:
    """What a contact might put into a query: what does not exist beside what is another customer's, of each kind."""
    named = [
        [(f"missing {each}", MISSING[each]), (f"foreign {each}", ids["b"][each])]
        for each in ("customer", "case", "contact", "file")
    ]
    words = [("missing word", "zzzzzzzz"), ("foreign word", "malagana"), ("own word", "tairona")]
    return [*named, words, [("missing secret", "zzzzzzzz"), ("foreign secret", INTERNAL)]]


def _in_turn(groups: list[T], place: int) -> list[T]:
    """All of them in a long run, else two, other ones for each place."""
    few = [groups[(2 * place + each) % len(groups)] for each in range(2)]
    return groups if IS_LONG else few


def _said(query: str) -> list[str]:
    return [value for _, value in parse_qsl(query.removeprefix("?"))]


__all__ = ["CHOICES", "KINDS", "MALFORMED", "MISSING", "NOBODY", "Cell", "cells"]
