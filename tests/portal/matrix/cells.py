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
_HALF: Mapping[str, int] = {"agent": 0, "director": 1, "contact_a": 0, "contact_b": 1, "admin_a": 1}
"""Which half of the choices somebody tries in an ordinary run: those who are alike share them out."""
_OF_US = ("agent", "admin", "director", "commercial")
"""The first of us who may use a route asks it for what does not exist: none of us has things of another customer."""
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
    """All cells of a route: everybody asks it with ids of their own, and in an ordinary run those with others' whom
    they are for: each contact who may use it, one who may perhaps not, and the first of us who may.
    """
    for who in EVERYBODY:
        mine, other = ("b", "a") if who.endswith("_b") else ("a", "b")
        for place, choice in enumerate(_choices(route)):
            for kind in _kinds(route, who, place):
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


def _kinds(route: Route, who: str, place: int) -> tuple[str, ...]:
    """Of whom the ids are that somebody tries with a route's choice at this place; all of them in a long run."""
    named = [each for each in route.parameters if each not in CHOICES]
    if route.name == ORDER_ROUTE:
        few = _FEW if who in ORDERS[tuple(ORDERS)[place]] else 2 * _FEW
        in_turn = IS_LONG or place % few == EVERYBODY.index(who) % few
        return ("own", "foreign", "missing") if in_turn else ("own",)
    if not named:
        return ("own",)
    here: tuple[str, ...] = ("internal", "loose") if "file_id" in named else ()
    here += ("foreign here", "missing here") if "cliente" in route.queries else ()
    theirs = ("own", "foreign", "missing", *here)
    if IS_LONG:
        wrong = MALFORMED if route.method == "GET" else MALFORMED[:1]
        return (*theirs, "another kind's", *(f"malformed {n}" for n in range(len(wrong))))
    if len(_choices(route)) > 1:
        return _kinds_in_turn(theirs, who, place)
    may = WHO_MAY.get(route.name, CONTACTS)
    first = next((each for each in _OF_US if each in may), None)
    if who == "contact_a":
        return (*theirs, "malformed 0") if first else (*theirs, "another kind's", "malformed 0")
    if who in CONTACTS & may:
        return theirs
    if who == first:
        return ("own", "missing", "another kind's", "malformed 0")
    return ("own",)


def _kinds_in_turn(theirs: tuple[str, ...], who: str, place: int) -> tuple[str, ...]:
    """Each choice is tried by half of the people, and by a quarter with ids that are not their own."""
    turn = EVERYBODY.index(who)
    if place % _FEW == turn % _FEW:
        return (*theirs, *(("another kind's",), ("malformed 0",), ())[turn % 3])
    return ("own",) if place % 2 == _HALF.get(who, turn % 2) else ()


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
        if not IS_LONG and who not in WHO_MAY[route.name]:
            continue  # they are sent away before their query is read, which the cells above hold
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
