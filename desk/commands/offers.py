"""A command as the desk offers it: its input, what it looks up, and how both become the policy's command.

The offers themselves stand beside this by noun, all of them in commands.py, which gives them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Self

from desk.desk import Desk
from desk.idempotency import IdempotentRequest
from desk.inputs import Body, Nothing, WithFiles
from desk.problems import Refused
from policy.case.case import Actor, Text
from policy.case.commands import Command
from policy.case.lifecycle import check_role
from policy.people.absences import in_whose_name
from storage.case.intake import Deposit
from storage.case.views import CaseRow
from storage.signing_in.tokens import Principal

_CARRIERS = ("body", "summary")
"""The texts of a body with files that carry them."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A command that may be given.

    `path` is its address below a case; where that has a `{session}`, the command is about one remote session.
    `look_up` refuses, or finds what `make` needs beside the body; both are asked before anything is kept. `refusals`
    are those of the policy and the look-up, beside what the case's state refuses.
    """

    path: str
    summary: str
    command: type[Command]
    body: type[Body] = Nothing
    may_lack_body: bool = False
    look_up: Callable[[Desk, AskedCommand], Awaitable[Any]] | None = None
    make: Callable[[Composition], Command]
    refusals: tuple[type[Refused], ...] = ()

    @property
    def needs_body(self) -> bool:
        """Whether it cannot be given without a word."""
        return bool(self.body.model_fields) and not self.may_lack_body

    @property
    def is_about_session(self) -> bool:
        """Whether it names a remote session of the case."""
        return "{session}" in self.path


@dataclass(frozen=True, kw_only=True)
class AskedCommand:
    """A command that somebody asks for on a case, as the case was read; `session` is 0 where none is named.

    There is none that its role may never give: making it raises RoleNotAllowed, or the refusal of the policy's rule.
    """

    offer: Offer
    row: CaseRow
    by: Actor
    body: Any
    request: IdempotentRequest
    session: int = 0

    @classmethod
    def of(cls, principal: Principal, offer: Offer, row: CaseRow, **asked: Any) -> Self:
        """What somebody asks for: in their own name, or in that of an absent one for whom they stand in (ESC-17)."""
        by = in_whose_name(offer.command, row.case, principal.actor, principal.stands_in_for)
        return cls(offer=offer, row=row, by=by, **asked)

    def __post_init__(self) -> None:
        """Ask who may."""
        check_role(self.offer.command, self.by.role)


@dataclass(frozen=True, kw_only=True)
class Composition:
    """The making of a command: what was asked for, what was looked up, and the texts that it deposits.

    `files` are those that a text carries, by its id.
    """

    asked: AskedCommand
    found: Any = None
    deposits: list[Deposit] = field(default_factory=list)
    files: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def by(self) -> Actor:
        """Who asks."""
        return self.asked.by

    @property
    def body(self) -> Any:
        """What is said."""
        return self.asked.body

    @property
    def session(self) -> int:
        """The remote session that it is about."""
        return self.asked.session

    def text(self, name: str, words: str | None = None) -> Text:
        """The body's field `name`, or these words in its place, to be deposited."""
        body: str = getattr(self.body, name) if words is None else words
        deposit = Deposit(self.asked.request.derived("txt_", name), self.asked.row.number, body)
        self.deposits.append(deposit)
        if isinstance(self.body, WithFiles) and name in _CARRIERS:
            self.files[deposit.content_id] = self.body.files
        return Text(deposit.content_id, len(body))

    def text_if_any(self, name: str) -> Text | None:
        """The body's field `name`, which may be empty or missing."""
        return self.text(name) if getattr(self.body, name) else None
