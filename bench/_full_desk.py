"""A desk with very many cases, for the benches: filled once and kept, of which each run gets a copy.

The cases are put into the tables at once, not lived: one case that the policy lived lends its state to all. A fifth are
open, unless told otherwise. What they say is of a few words that half of all have and of twenty thousand that get rarer
and rarer, as words are. One more case is lived, with a conversation and a visit that waits for its customer.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import insert, text

from bench._desk import WORDS, furnish
from policy.case.case import Category, Channel, Level, Plan, Priority, Status
from policy.terms.terms import CoverKind
from storage.case.ledger import title_key
from storage.engine import codec
from storage.engine.columns import NEVER, UNDATED
from storage.engine.database import Database, upgrade
from storage.engine.tables import (
    case_terms,
    cases,
    contacts,
    contents,
    customers,
    facts,
    number_sequences,
    reservations,
    solutions,
)
from storage.search import case_words, names, spelling, vocabulary
from storage.terms import pinned
from tests.api.given import ready_for
from tests.api.office import PREMIUM as PREMIUM_CUSTOMER
from tests.api.office import Office, open_office
from tests.support.lives import PREMIUM, STANDARD, opening
from tests.support.postgres import postgres_server

CASES, OPEN = 100_000, 20_000
AT = datetime(2026, 11, 25, 15, tzinfo=UTC)
ME = "ana"
"""The help desk's agent, who has as many cases as any other."""
_PEOPLE = 10
_OF_THE_LARGEST = 0.03
_CUSTOMERS, _AGENTS, _GROUPS = 400, 30, ("sig", "infraestructura", "google-maps-platform", "rastreo")
_WHO = (ME, *(f"agent-{place}" for place in range(1, _AGENTS)))
_AT_ONCE, _LEARNT_AT_ONCE = 500, 300
_NOUNS = tuple(
    each
    for line in (
        "mapa ruta geocerca vehículo sensor despacho conductor servidor capa geoportal visor reporte clave cuota",
        "consulta dirección placa batería señal antena usuario permiso tablero alerta turno bodega flota parada",
        "tiempo historial",
    )
    for each in line.split()
)
_FAULTS = (
    *("no carga", "aparece en blanco", "llega tarde", "muestra un error", "se cerró", "no responde"),
    *("duplica los datos", "perdió la conexión", "calcula mal", "no exporta", "va muy lento", "rechaza el ingreso"),
    *("quedó bloqueado", "no se actualiza"),
)


def _rarer_and_rarer(many: int) -> list[str]:
    """So many invented words, each once."""
    chance = Random(3)
    heads, tails = "bcdfglmnprstv", ("a", "e", "i", "o", "u", "an", "er", "ión", "os")
    found: dict[str, None] = {}
    while len(found) < many:
        found["".join(chance.choice(heads) + chance.choice(tails) for _ in range(chance.randint(2, 4)))] = None
    return list(found)


_RARE = _rarer_and_rarer(20_000)
_HOW_OFTEN = list(accumulate(1 / (place + 20) for place in range(len(_RARE))))


def _cases_of(chance: Random, count: int, still_open: int, largest: str) -> Iterator[dict[str, Any]]:
    """What differs from case to case."""
    lent = views_case()
    step = max(1, count // still_open)
    for place in range(1, count + 1):
        number = f"MA-2026-{place:06}"
        status = Status.CLOSED
        if place % step == 0:
            status = chance.choices(
                [Status.NEW, Status.IN_PROGRESS, Status.WAITING_CUSTOMER, Status.HELD, Status.RESOLVED],
                [10, 50, 20, 5, 15],
            )[0]
        counts = status in (Status.NEW, Status.IN_PROGRESS)
        due = AT + timedelta(minutes=chance.randint(-600, 6000), seconds=30)  # none at the very instant
        level = Level(chance.choices([1, 2, 3], [60, 30, 10])[0])
        overdue = counts and level is Level.DIRECTOR and due < AT
        customer = 0 if chance.random() < _OF_THE_LARGEST else chance.randrange(_CUSTOMERS)
        whose = largest if customer == 0 else f"{customer}"
        noun, other = chance.choice(_NOUNS), chance.choice(_NOUNS)
        title = f"El {noun} {chance.choice(_FAULTS)} en {other} {chance.randrange(5000)}"
        rare = " ".join(chance.choices(_RARE, cum_weights=_HOW_OFTEN, k=8))
        body = " ".join(chance.choices(_NOUNS, k=25)) + f" {chance.choice(_FAULTS)} incidente{place % 9973} {rare}"
        case = replace(lent, number=number, status=status, level=level, customer_id=_customer(whose))
        yield {
            "number": number,
            "turn": 3,
            "facts": 3,
            "status": status,
            "level": int(level),
            "priority": chance.randint(1, 4),
            "plan": Plan.PREMIUM if customer % 3 == 0 else Plan.STANDARD,
            "cover": CoverKind.CONTRACT,
            "customer_id": _customer(whose),
            "contact_id": f"contact-{whose}",
            "solution_id": f"solution-{whose}",
            "channel": Channel.WEB,
            "category": Category.INCIDENT,
            "assignee": None if status is Status.NEW else chance.choice(_WHO),
            "case_group": chance.choice(_GROUPS) if level > 1 else None,
            "overdue": overdue,
            "next_due_at": due if counts else NEVER if status is Status.CLOSED else UNDATED,
            "opened_at": AT - timedelta(minutes=count - place),
            "closed_at": AT if status is Status.CLOSED else None,
            "closing_reason": "confirmed" if status is Status.CLOSED else None,
            "title": title,
            "title_key": title_key(title),
            "answered_seq": 2 if place % 7 == 0 else None,
            "search_id": case_words.search_id(number),
            "change": place,
            "state": codec.case_to_json(case),
            "_words": (title, f"{body} {WORDS}", f"{chance.choice(_FAULTS)} {other}", f"Nota: {noun} {place % 997}"),
        }


def _customer(whose: str) -> str:
    return f"customer-{whose}" if whose.isdecimal() else whose


def _person(chance: Random) -> str:
    first = chance.choice(("Ángela", "Wilmer", "Marcela", "Camilo", "Hernando", "Yurley", "Jhon Jairo", "Lina María"))
    return f"{first} {chance.choice(_NOUNS).title()} {chance.choice(_NOUNS).title()}"


def views_case() -> Any:
    """A case as the policy opens it."""
    from policy.case.lifecycle import open_case

    return open_case(opening(AT, priority=Priority.SERIOUS), terms=STANDARD).case


_OPENED: dict[str, Any] = {
    "plan": "standard",
    "cover": "contract",
    "priority": 3,
    "channel": "web",
    "category": "incident",
}
"""What an opening says beside its texts, so that a page can read it."""


async def fill(db: Database, count: int, still_open: int, *, largest: str = "0") -> None:
    """The whole desk, in a few statements. `largest`: the customer with most cases, which may be there already."""
    chance = Random(7)
    await furnish(db)
    for place in range(0 if largest == "0" else 1, _CUSTOMERS):
        async with db.write() as connection:
            its = {"customer_id": f"customer-{place}"}
            await connection.execute(
                insert(customers).values(
                    id=f"customer-{place}",
                    name=f"Transportes {place:03}",
                    tax_id=f"NIT {place}",
                    created_at=AT,
                    name_key=f"transportes {place:03}",
                )
            )
            await connection.execute(
                insert(solutions).values(
                    id=f"solution-{place}", name="Geoportal", kind="cloud", supplied_by_us=True, created_at=AT, **its
                )
            )
            await connection.execute(
                insert(contacts).values(
                    id=f"contact-{place}",
                    name="Lina",
                    email="l@c.example",
                    mailbox="l@c.example",
                    is_system_administrator=True,
                    notice_reference="1",
                    notified_on=AT.date(),
                    can_sign_in=True,
                    **its,
                )
            )
            await names.keep_customer(
                connection, f"customer-{place}", name=f"Transportes {place:03}", tax_id=f"{900_100_000 + place}"
            )
            for person in range(_PEOPLE):
                its_name, address = _person(chance), f"p{place}x{person}@cliente{place}.example"
                await connection.execute(
                    insert(contacts).values(
                        id=f"contact-{place}-{person}",
                        customer_id=f"customer-{place}",
                        name=its_name,
                        email=address,
                        mailbox=address,
                        is_system_administrator=False,
                        notice_reference="1",
                        notified_on=AT.date(),
                        can_sign_in=False,
                    )
                )
                await names.keep_contact(
                    connection, f"contact-{place}-{person}", f"customer-{place}", name=its_name, email=address
                )
    promised = [codec.terms_to_json(each) for each in (PREMIUM, STANDARD, STANDARD)]
    async with db.write() as connection:
        digests = [await pinned.keep_in(connection, each) for each in promised]
    rows = _cases_of(chance, count, still_open, largest)
    learnt: dict[tuple[str, bool], set[str]] = defaultdict(set)
    while some := [row for _, row in zip(range(_AT_ONCE), rows, strict=False)]:
        async with db.write() as connection:
            words = {row["number"]: row.pop("_words") for row in some}
            await connection.execute(
                insert(reservations),
                [{"scope": "b", "key": n, "number": n, "received_at": AT} for n in words],
            )
            await connection.execute(
                insert(contents),
                [
                    {"content_id": f"{n}-{i}", "case_number": n, "body": body, "deposited_at": AT}
                    for n, said in words.items()
                    for i, body in enumerate(said)
                ],
            )
            await connection.execute(insert(cases), some)
            await connection.execute(
                insert(case_terms),
                [{"case_number": n, "from_turn": 1, "digest": digests[int(n[-6:]) % 3]} for n in words],
            )
            await connection.execute(
                insert(facts),
                [
                    {
                        "case_number": n,
                        "seq": seq,
                        "turn": seq,
                        "at": AT,
                        "kind": kind,
                        "actor_role": "contact",
                        "actor_id": "c",
                        "internal": seq == 3,
                        "data": more | {name: {"content_id": f"{n}-{i}", "characters": 1} for name, i in data},
                    }
                    for n in words
                    for seq, kind, more, data in (
                        (1, "case_opened", _OPENED, (("title", 0), ("description", 1), ("prior_analysis", 1))),
                        (2, "reply_sent", {}, (("body", 2),)),
                        (3, "note_added", {}, (("body", 3),)),
                    )
                ],
            )
            await case_words.index(
                connection,
                [
                    {
                        "id": case_words.search_id(n) << case_words.TEXT_BITS | at,
                        "internal": i == 3,
                        "words": f"{n} {said[i]}" if i == 0 else said[i],
                    }
                    for n, said in words.items()
                    for i, at in enumerate((case_words.TITLE, case_words.TITLE - 2, 2 << 3, 3 << 3))
                ],
            )
        for each in some:
            *public, note = words[each["number"]]
            learnt[each["customer_id"], True].update(spelling.learnt_from(public))
            learnt[each["customer_id"], False].update(spelling.learnt_from([note]))
    for (customer_id, public), learnt_of_it in learnt.items():
        every = iter(sorted(learnt_of_it))
        while part := list(islice(every, _LEARNT_AT_ONCE)):
            async with db.write() as connection:
                await vocabulary.learn(connection, customer_id, [" ".join(part)], public=public)
    async with db.write() as connection:
        await connection.execute(insert(number_sequences).values(year=AT.year, last=count))
        if connection.dialect.name == "postgresql":
            await connection.execute(text("SELECT setval('case_changes', :last)"), {"last": count})
            await connection.execute(text("ANALYZE"))


# ------------------------------------------------------------------------------------------- kept and copied


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many cases there are, and how many of them are not closed."""

    cases: int = CASES
    still_open: int = OPEN


@asynccontextmanager
async def full_desk(on: str, size: Size, keep: Path | None) -> AsyncIterator[tuple[Office, str]]:
    """An office with a full desk `on` "SQLite" or "PostgreSQL", and the number of the case that was lived.

    `keep`: the folder where a desk of this size is kept, or will be. What is done to this one is gone afterwards.
    """
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        place = (keep or folder).absolute()
        place.mkdir(parents=True, exist_ok=True)
        copied = _on_sqlite if on == "SQLite" else _on_postgresql
        url, said = await stack.enter_async_context(copied(size, place, folder))
        office = await stack.enter_async_context(open_office(url, folder, secrets=said["secrets"]))
        office.clock.at = AT
        yield office, said["number"]


@asynccontextmanager
async def _on_sqlite(size: Size, keep: Path, folder: Path) -> AsyncIterator[tuple[str, Any]]:
    kept, its = keep / f"{_name(size)}.db", folder / "escala.db"
    said = kept.with_suffix(".json")
    if not said.exists():
        kept.unlink(missing_ok=True)
        said.write_text(json.dumps(await _filled(f"sqlite+aiosqlite:///{kept}", size, folder)))
    shutil.copy(kept, its)
    url = f"sqlite+aiosqlite:///{its}"
    upgrade(url)
    yield url, json.loads(said.read_text())


@asynccontextmanager
async def _on_postgresql(size: Size, keep: Path, folder: Path) -> AsyncIterator[tuple[str, Any]]:
    name, said = _name(size), keep / "postgresql" / f"{_name(size)}.json"
    with postgres_server(keep / "postgresql") as server:
        if not said.exists():
            await server.drop(server.url(name))
            told = await _filled(await server.new_database(name), size, folder)
            said.write_text(json.dumps(told))
        url = await server.new_database(f"{name}_copy", of=name)
        try:
            upgrade(url)
            yield url, json.loads(said.read_text())
        finally:
            await server.drop(url)


def _name(size: Size) -> str:
    return f"escala_{size.cases}_{size.still_open}"


async def _filled(url: str, size: Size, folder: Path) -> dict[str, Any]:
    """Fill the empty database there: the secrets of the office's people, and the lived case's number."""
    upgrade(url)
    async with open_office(url, folder) as office:
        await fill(office.db, size.cases, size.still_open, largest=PREMIUM_CUSTOMER)
        office.clock.at = AT
        return {"secrets": office.secrets, "number": await _lived(office)}


async def _lived(office: Office) -> str:
    """A case in which much was said and a visit waits for the customer."""
    number = await ready_for(office, "visits/acceptance")
    for place in range(15):
        who = "premium_contact" if place % 3 == 0 else "agent"
        path = "answers" if who == "premium_contact" else "replies"
        assert (await office.give(number, path, who, body=f"Vamos en {place}.")).status_code == 200
    return number
