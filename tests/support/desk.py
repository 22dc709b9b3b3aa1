"""A desk without an engine: commands meet the pure policy and the ledger directly, as a workflow would have them do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from desk.engine import CaseNotRunning, OpeningNotRecorded
from desk.problems import EngineUnavailable
from policy.case.case import Case, Status
from policy.case.commands import Command, OpenCase
from policy.case.lifecycle import decide, open_case, settle
from policy.cover.cover import CoverRef
from policy.terms.channels import Misdirected
from policy.terms.terms import Terms
from storage.case import ledger, views
from storage.engine.database import Database
from storage.mail.inbox import Identity


@dataclass
class PaperDesk:
    """What the API needs of a desk. `down` makes it unreachable, `slow` lets it answer before a turn is recorded."""

    db: Database
    clock: Callable[[], datetime]
    down: bool = False
    slow: bool = False
    heard: dict[str, Command] = field(default_factory=dict)
    changed: list[CoverRef] = field(default_factory=list)
    redirected: dict[str, Misdirected] = field(default_factory=dict)
    mail: list[Identity] = field(default_factory=list)
    _one_by_one: asyncio.Lock = field(default_factory=asyncio.Lock)
    """A case's workflow takes its commands so."""

    async def open(self, command: OpenCase, terms: Terms) -> None:
        decision = open_case(command, terms=terms)
        if self.down:
            raise EngineUnavailable
        if self.slow:
            raise OpeningNotRecorded
        async with self._one_by_one:
            if await views.case(self.db, command.number) is None:
                await ledger.record(self.db, decision, terms)

    async def command(self, number: str, command: Command, *, key: str) -> None:
        if self.down:
            raise EngineUnavailable
        async with self._one_by_one:
            await self._take(number, command, key)

    async def _take(self, number: str, command: Command, key: str) -> None:
        case = await self.settle(number)
        if case.status is Status.CLOSED:
            raise CaseNotRunning
        if key in self.heard:
            return
        terms = await views.terms(self.db, number)
        assert terms is not None
        decision = decide(case, command, terms=terms, at=self.clock())
        await ledger.record(self.db, decision, decision.terms, command_id=key)
        self.heard[key] = command

    async def redirect(self, told: Misdirected) -> None:
        if self.down:
            raise EngineUnavailable
        self.redirected.setdefault(told.id, told)

    async def begin_with_mail(self, identity: Identity) -> None:
        if self.down:
            raise EngineUnavailable
        self.mail.append(identity)

    async def cover_changed(self, cover: CoverRef) -> None:
        if self.down:
            raise EngineUnavailable
        self.changed.append(cover)

    async def ready(self) -> bool:
        return not self.down

    async def settle(self, number: str) -> Case:
        """Let happen what has fallen due by now."""
        row, terms = await views.case(self.db, number), await views.terms(self.db, number)
        assert row is not None
        assert terms is not None
        case = row.case
        for decision in settle(case, terms=terms, at=self.clock()):
            await ledger.record(self.db, decision)
            case = decision.case
        return case
