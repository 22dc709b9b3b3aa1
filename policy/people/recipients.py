"""The recipients of notices as types, and the one text that each is kept and shown as."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, assert_never

from policy.case.case import Level


@dataclass(frozen=True)
class Contact:
    """One of a customer's contacts."""

    id: str
    kind: Literal["contact"] = field(default="contact", repr=False)


@dataclass(frozen=True)
class Administrators:
    """A customer's administrators, whoever they are when the notice leaves."""

    customer_id: str
    kind: Literal["administrators"] = field(default="administrators", repr=False)


@dataclass(frozen=True)
class Agent:
    """One of the desk's agents."""

    id: str
    kind: Literal["agent"] = field(default="agent", repr=False)


@dataclass(frozen=True)
class LevelQueue:
    """The queue of a level."""

    level: Level
    kind: Literal["level"] = field(default="level", repr=False)


@dataclass(frozen=True)
class GroupQueue:
    """The queue of a specialist group of level 2."""

    group: str
    kind: Literal["group"] = field(default="group", repr=False)


@dataclass(frozen=True)
class Director:
    """The Director of Technology and Operations."""

    kind: Literal["director"] = field(default="director", repr=False)


@dataclass(frozen=True)
class Commercial:
    """The commercial team."""

    kind: Literal["commercial"] = field(default="commercial", repr=False)


CustomerRecipient = Contact | Administrators
"""The customer's people."""
Person = CustomerRecipient | Agent
"""Recipients whose addresses stand in the database."""
DeskRecipient = Agent | LevelQueue | GroupQueue | Director | Commercial
"""The people of the house."""
Recipient = CustomerRecipient | DeskRecipient
"""Their `kind` tells them apart where they travel as JSON."""


def recipient_to_text(recipient: Recipient) -> str:
    """The recipient as the database and the API hold it: `contact:ID`, `level:2`, `director` ..."""
    match recipient:
        case Contact(id_) | Administrators(id_) | Agent(id_) | GroupQueue(id_):
            return f"{recipient.kind}:{id_}"
        case LevelQueue(level):
            return f"{recipient.kind}:{int(level)}"
        case Director() | Commercial():
            return recipient.kind
        case _:
            assert_never(recipient)


def recipient_from_text(text: str) -> Recipient:
    """The recipient that `recipient_to_text` wrote. ValueError for any other text."""
    kind, _, id_ = text.partition(":")
    match kind:
        case "contact":
            return Contact(id_)
        case "administrators":
            return Administrators(id_)
        case "agent":
            return Agent(id_)
        case "level":
            return LevelQueue(Level(int(id_)))
        case "group":
            return GroupQueue(id_)
        case "director":
            return Director()
        case "commercial":
            return Commercial()
        case _:
            raise ValueError(f"no recipient is written like this: {text!r}")
