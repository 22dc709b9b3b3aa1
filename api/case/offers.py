"""How a command is offered over HTTP: its path, its body, and how they become a command. The walk is commands.py's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from api.http.idempotency import Once
from desk.desk import Desk
from desk.inputs import Body, Nothing, WithFiles
from policy.case.case import Actor, Text
from policy.case.commands import Command
from policy.case.refusals import Refusal
from storage.case.intake import Deposit
from storage.case.views import CaseRow


@dataclass(kw_only=True)
class Asked:
    """One request for a command on case `number`: who asks, with which body, for which `part` of the case.

    `found` is what the offer looked up for it; `deposits` collects its texts, `files` what each of them carries.
    """

    number: str
    by: Actor
    body: Any
    once: Once
    part: Any = None
    found: Any = None
    deposits: list[Deposit] = field(default_factory=list)
    files: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def text(self, name: str, words: str | None = None) -> Text:
        """The body's field `name`, or these words in its place, to be deposited."""
        body: str = getattr(self.body, name) if words is None else words
        deposit = Deposit(self.once.derived("txt_", name), self.number, body)
        self.deposits.append(deposit)
        if isinstance(self.body, WithFiles) and name == "body":
            self.files[deposit.content_id] = self.body.files
        return Text(deposit.content_id, len(body))

    def text_if_any(self, name: str) -> Text | None:
        """The body's field `name`, which may be empty or missing."""
        return self.text(name) if getattr(self.body, name) else None


def whole_case() -> None:
    """The part of the case that most commands are about: all of it."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A command as the API offers it.

    `part` is a dependency that reads a further part of the path. `look_up` refuses, or finds what `make` needs beside
    the body; both are asked before anything is kept.
    """

    path: str
    summary: str
    command: type[Command]
    body: type[Body] = Nothing
    may_lack_body: bool = False
    part: Callable[..., Any] = whole_case
    look_up: Callable[[Desk, CaseRow, Asked], Awaitable[Any]] | None = None
    make: Callable[[Asked], Command]
    refusals: tuple[type[Refusal], ...] = ()
