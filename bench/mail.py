"""Mail both ways through faults: what came in is counted once each, and what was recorded leaves, each notice once.

`escala up` runs as it is. Its mail server refuses, hangs, and is gone after it took a message; whoever sends to it
breaks off, repeats and doubles; worker and API are killed (-9), ten times. A notice may come again only under its own
Message-ID, where the server did not say that it had it, or where the worker died before it could note it.

Run: python -m bench.mail [how many] [--check]
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import resource
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

import psutil
from aiosmtplib import SMTP
from sqlalchemy import func, select

from desk.mail.reading import Unreadable, read_message
from policy.case.case import Plan
from policy.mail.decision import MailOutcome
from policy.people.contacts import RosterEntry
from storage.cover import contracts, solutions
from storage.cover.contracts import NewContract
from storage.cover.solutions import Solution, SolutionKind
from storage.engine.database import Database, upgrade
from storage.engine.tables import cases, inbox, notices
from storage.mail import inbox as deliveries
from storage.people import contacts, customers
from storage.people.contacts import NewContact, NewRoster
from storage.people.customers import Customer
from storage.terms.policy_files import read_policy_file
from tests.support.faulty_post import FaultyPost
from tests.support.ports import free_port

HOW_MANY = 1_000
READ = 200
PARSED_WITHIN = 0.2
"""Seconds of processor for the 99th of a hundred messages, with the child process that reads it."""
_WRITERS = 8
_KILLS_EVERY = 20.0
_PATIENCE, _TELLS_EVERY = 1_500.0, 30.0
_LETTERS = "abcdefghij"
_WIDE = {
    f"ESCALA_{what}_PER_{whose}": "1000000"
    for what in ("OPENINGS", "COMMANDS")
    for whose in ("CONTACT", "CUSTOMER", "TOKEN")
}


@dataclass
class Sent:
    """What was handed in: deliveries that were acknowledged, those whose answer was not waited for, and the kills."""

    acknowledged: int = 0
    broken_off: int = 0
    doubled: int = 0
    kills: Counter[str] = field(default_factory=Counter)


def letter(place: int) -> bytes:
    """A message of its own words: figures tell nothing apart, so its number is spelled."""
    spelled = " ".join(f"{_LETTERS[int(figure)] * 3}a" for figure in f"{place:05}")
    return (
        "Authentication-Results: mx.escala.example; dmarc=pass header.from=acme.example\r\n"
        f"From: Ana <ana@acme.example>\r\nTo: mesa@escala.example\r\nSubject: El mapa {spelled} no carga\r\n"
        f"Message-ID: <m{place}@acme.example>\r\nDate: Wed, 25 Nov 2026 09:00:00 -0500\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        f"La capa {spelled} aparece en blanco desde las ocho.\r\n"
    ).encode()


async def furnish(db: Database) -> None:
    """A Premium customer whose one contact writes all of it."""
    at = datetime.now(UTC)
    await customers.create(db, Customer("acme", "Acme S. A.", "900123456"), at=at)
    contract = NewContract(
        id="contract",
        customer_id="acme",
        plan=Plan.PREMIUM,
        starts_on=at.date() - timedelta(days=30),
        ends_on=at.date() + timedelta(days=700),
        paid=True,
    )
    await contracts.create(db, contract, at=at)
    solution = Solution(id="solution", customer_id="acme", name="Geoportal", kind=SolutionKind.CLOUD)
    await solutions.create(db, solution, at=at)
    ana = RosterEntry(
        name="Ana",
        email="ana@acme.example",
        is_system_administrator=True,
        notice_reference="Carta 17",
        notified_on=at.date() - timedelta(days=20),
        can_sign_in=True,
    )
    new = NewRoster([NewContact("ana", ana)])
    await contacts.replace_roster(db, "acme", new, policy=read_policy_file(None), at=at)


async def write(port: int, places: asyncio.Queue[int], sent: Sent, chance: random.Random) -> None:
    """Hand messages in as servers do: each until it is acknowledged, some of them oftener."""
    while True:
        try:
            place = places.get_nowait()
        except asyncio.QueueEmpty:
            return
        times = 2 if chance.random() < 0.05 else 1
        sent.doubled += times - 1
        while times:
            times -= await _handed_in(port, letter(place), sent, chance)


async def _handed_in(port: int, raw: bytes, sent: Sent, chance: random.Random) -> bool:
    client = SMTP(hostname="127.0.0.1", port=port, start_tls=False, timeout=10)
    try:
        await client.connect()
        await client.mail("ana@acme.example")
        await client.rcpt("mesa@escala.example")
        if chance.random() < 0.05:  # nobody waits for the answer, whatever it is
            assert isinstance(client.transport, asyncio.Transport)
            client.transport.write(b"DATA\r\n")
            await asyncio.sleep(0.05)
            client.transport.write(raw + b"\r\n.\r\n" if chance.random() < 0.5 else raw[: len(raw) // 2])
            sent.broken_off += 1
            return False
        await client.data(raw)
    except Exception:
        await asyncio.sleep(0.3)
        return False
    finally:
        client.close()
    sent.acknowledged += 1
    return True


async def kill(up: int, sent: Sent) -> None:
    """Every few seconds, by turns: the worker, the API."""
    for which in ("worker", "api") * 5:
        await asyncio.sleep(_KILLS_EVERY)
        for part in psutil.Process(up).children():
            with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                if which in part.cmdline():
                    part.kill()
                    sent.kills[which] += 1


async def settled(db: Database, many: int) -> None:
    """Wait until every message has its case and every notice is gone."""
    told = 0.0
    async with asyncio.timeout(_PATIENCE):
        while True:
            counted = await deliveries.counts(db)
            async with db.read() as connection:
                waits = select(func.count()).select_from(notices).where(notices.c.delivered_at.is_(None))
                left = await connection.scalar(waits)
                found = await connection.scalar(select(func.count()).select_from(cases)) or 0
            if found >= many and not counted.get(None) and not left:
                return
            if time.perf_counter() - told > _TELLS_EVERY:
                told = time.perf_counter()
                print(f"  {found} cases, {counted.get(None, 0)} messages and {left} notices to go", flush=True)
            await asyncio.sleep(1)


def ids_of(rows: list[tuple[str, int, int, str, str]]) -> set[str]:
    """What the Message-IDs of recorded notices begin with."""
    return {
        f"{case}.t{turn:05}.s{seq:05}.{kind}.{hashlib.sha256(recipient.encode()).hexdigest()[:10]}"
        for case, turn, seq, kind, recipient in rows
    }


async def report(db: Database, post: FaultyPost, sent: Sent, many: int) -> list[str]:
    """What came of it, printed; and what is wrong with it."""
    n = notices.c
    async with db.read() as connection:
        rows = [
            (each.case_number, each.turn, each.seq, each.kind, each.recipient)
            for each in await connection.execute(select(n.case_number, n.turn, n.seq, n.kind, n.recipient))
        ]
        opened = list(await connection.scalars(select(inbox.c.message_id).where(inbox.c.outcome == MailOutcome.OPENED)))
        numbers = list(await connection.scalars(select(cases.c.number)))
        received = list(await connection.scalars(select(inbox.c.message_id)))
    counted = await deliveries.counts(db)
    recorded = ids_of(rows)
    came = {".".join(each.partition("@")[0].split(".")[:5]) for each in post.taken}
    again = post.twice_without_reason
    print(f"in: {len(set(received))} messages, {len(received)} deliveries ({sent.doubled} doubled, ", end="")
    print(f"{sent.broken_off} broken off), counted { ({str(k): v for k, v in counted.items()}) }, {len(numbers)} cases")
    print(f"out: {len(recorded)} notices, {post.taken.total()} messages taken, faults {dict(post.faults)}")
    print(f"again where the server did not say: {sum(post.unsaid.values())}; after a kill: {len(again)}")
    print(f"killed with -9: {dict(sent.kills)}")
    wrong = []
    if len(numbers) != many or len(set(opened)) != many or len(opened) != many:
        wrong.append(f"{many} messages opened {len(numbers)} cases by {len(set(opened))} of {len(opened)}")
    if len(received) < sent.acknowledged or sum(counted.values()) != len(received):
        wrong.append(f"{sent.acknowledged} deliveries were acknowledged, {len(received)} kept, {counted} counted")
    if lost := recorded - came:
        wrong.append(f"{len(lost)} notices were lost: {sorted(lost)[:3]}")
    if none := came - recorded:
        wrong.append(f"{len(none)} were never recorded: {sorted(none)[:3]}")
    if len(again) > 200 * sent.kills["worker"]:
        wrong.append(f"{len(again)} came again without a reason")
    return wrong


async def parsing() -> float:
    """How much of a processor reading takes with its child process, 99 of 100 times; what a clock says is told beside.

    On a machine that does other things a clock tells of those.
    """
    took, used = [], []
    for place in range(READ):
        began, before = time.perf_counter(), _of_children()
        with suppress(Unreadable):
            await read_message(letter(place), size=len(letter(place)))
        took.append(time.perf_counter() - began)
        used.append(_of_children() - before)
    for name, each in (("by the clock", took), ("of processor", used)):
        cuts = quantiles(each, n=100)
        print(f"parsing with the child process, {name}: p50 {cuts[49] * 1_000:.0f} ms, p99 {cuts[98] * 1_000:.0f} ms")
    return quantiles(used, n=100)[98]


def _of_children() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


async def run(many: int) -> list[str]:
    """The whole of it in a folder of its own; what is wrong."""
    sent, chance, post = Sent(), random.Random(12), FaultyPost()
    p99 = await parsing()
    with TemporaryDirectory(prefix="escala-bench-") as folder:
        state = Path(folder) / "state"
        state.mkdir()
        url = f"sqlite+aiosqlite:///{state / 'escala.db'}"
        await asyncio.to_thread(upgrade, url)
        db = Database.at(url)
        await furnish(db)
        intake = free_port()
        options = [("--api-port", free_port()), ("--temporal-port", free_port()), ("--ui-port", free_port())]
        async with post.serving() as smtp:
            environment = {
                **os.environ,
                **_WIDE,
                "ESCALA_STATE_DIR": str(state),
                "ESCALA_SMTP_URL": f"smtp://127.0.0.1:{smtp}?tls=none",
                "ESCALA_INTAKE_SMTP_PORT": str(intake),
            }
            given = [str(part) for option in options for part in option]
            with (Path(folder) / "up.log").open("wb") as log:
                up = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "cli", "up", "--no-demo", *given, env=environment, stdout=log, stderr=log
                )
            places: asyncio.Queue[int] = asyncio.Queue()
            for place in range(many):
                places.put_nowait(place)
            began = time.perf_counter()
            killing = asyncio.create_task(kill(up.pid, sent))
            try:
                await asyncio.gather(*(write(intake, places, sent, chance) for _ in range(_WRITERS)))
                handed = time.perf_counter()
                print(f"handed in within {handed - began:.0f} s", flush=True)
                await settled(db, many)
                print(f"settled after {time.perf_counter() - began:.0f} s", flush=True)
            finally:
                killing.cancel()
                up.terminate()
                await up.wait()
            wrong = await report(db, post, sent, many)
        await db.close()
    if p99 > PARSED_WITHIN:
        wrong.append(f"parsing takes {p99 * 1_000:.0f} ms")
    return wrong


def main() -> None:
    """Run it, and with --check end in failure where something is wrong."""
    sizes = [int(each) for each in sys.argv[1:] if each.isdecimal()]
    wrong = asyncio.run(run(sizes[0] if sizes else HOW_MANY))
    for each in wrong:
        print(f"WRONG: {each}")
    if wrong and "--check" in sys.argv:
        sys.exit(1)


if __name__ == "__main__":
    main()
