"""Every closed set of words is known wherever it goes: in the database, the catalogues, Temporal's texts and the API.

A member that is added to an enum in policy/ is forgotten easily elsewhere, most of all in the constraints of a database
that was made before it. Here each place that knows no word for a member fails by the member's name.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from fastapi import FastAPI
from sqlalchemy import CheckConstraint, Connection, inspect

import api
import desk
import policy
import portal
import storage
import wording
import workflows
from api.case.notices import NoticeState
from api.mail.inbox import Effect
from desk.budgets import Holder, Spending
from desk.files.examination import Finding
from desk.mail.holding import HeldAct
from desk.reading.commercial import Lacks
from desk.reading.countdowns import Face
from desk.reading.my_cases import Wanted
from policy.case import case
from policy.case.concerns import Concern
from policy.case.process import Step
from policy.duty.changes import SwapState
from policy.duty.feeds import FeedKind
from policy.duty.steps import PageState, PageStep, PageWhy
from policy.mail.decision import MailOutcome, MailReason
from policy.mail.message import ReportKind
from policy.mail.nature import Nature
from policy.mail.state import MessageState
from policy.mail.thanks import ToSolution
from policy.people.preferences import Topic
from policy.telephone.call import CallEvent, CallState
from policy.terms import amended_terms, amendment, terms
from policy.time import calendar, clock, explanation
from policy.visit import visit
from policy.webhooks import delivery
from portal.direction.board_sheets import Unit
from portal.process.process_drawing import Shape
from portal.queue.queue import Group
from storage.audit.acts import Act
from storage.cover.solutions import SolutionKind
from storage.engine.database import Database
from storage.engine.sqlite_driver import Manner
from storage.engine.tables import metadata
from storage.notices.outbox import Holding
from storage.signing_in.accounts import Purpose
from tests.api.conftest import front, furnished, migrated, office
from tests.api.office import PREMIUM, Office
from tests.portal.people import visitor
from tests.storage.conftest import db, postgres, sqlite_template, url
from wording.language import catalogues, word
from wording.notices import samples
from workflows.operators import words

__all__ = ["db", "front", "furnished", "migrated", "office", "postgres", "sqlite_template", "url"]


@dataclass(frozen=True)
class Known:
    """Where a closed set's members have words of their own.

    `kind`: their context in the catalogues, where people read them. `operators`: what Temporal's texts say. `columns`:
    tables' columns that hold them and whose constraint names them, besides those that the tables take from the enum.
    """

    kind: str | None = None
    operators: Mapping[Any, str] | None = None
    columns: tuple[tuple[str, str], ...] = ()


INSIDE = Known()
"""Never stored in a column of its own, never read by anybody as it is."""
LEVELS = {level: text.partition("(")[2].rstrip(")") for level, text in words.LEVELS.items()}

CLOSED: dict[type[Enum], Known] = {
    case.Channel: Known("channel", words.CHANNELS),
    case.Category: Known("category", words.CATEGORIES),
    case.Status: Known("status", words.STATUSES),
    case.ClosingReason: Known("closing_reason", words.CLOSING_REASONS),
    case.Level: Known("level", LEVELS),
    case.Priority: Known("priority"),
    case.Outcome: Known("outcome"),
    case.Direction: Known("direction"),
    case.OutOfScopeKind: Known("out_of_scope_kind"),
    case.Cause: Known("cause", words.CAUSES),
    Concern: Known("concern"),
    case.WaitingFor: Known("waiting_for", words.WAITS),
    case.Role: Known("role"),
    case.ClockState: Known("clock_state", words.CLOCK_STATES),
    case.Promise: Known("promise", words.PROMISES),
    case.WakeKind: Known("deadline"),
    clock.ClockName: Known("clock"),
    terms.CoverKind: Known("cover", words.COVERS),
    visit.VisitStep: Known("visit_step", words.VISIT_STEPS),
    visit.Side: Known("side"),
    amendment.AtOnce: Known("at_once"),
    SolutionKind: Known("solution_kind"),
    Act: Known("act"),
    delivery.DeliveryState: Known("delivery_state"),
    PageState: Known("page_state"),
    PageStep: Known("page_step"),
    PageWhy: Known("page_why"),
    SwapState: Known("swap_state"),
    FeedKind: Known("feed_kind"),
    delivery.PausedWhy: Known("paused_why"),
    delivery.Failing: Known("failing"),
    Purpose: Known(columns=(("sign_in_keys", "known_purpose"),)),
    amended_terms.AmendmentOutcome: INSIDE,
    amended_terms.AmendedPart: INSIDE,
    calendar.SegmentState: INSIDE,
    calendar.Why: INSIDE,
    explanation.IntervalState: INSIDE,
    terms.ArchitectureHelp: INSIDE,
    Step: INSIDE,
    Finding: INSIDE,
    Holder: INSIDE,
    Spending: INSIDE,
    NoticeState: INSIDE,
    Shape: INSIDE,
    Face: INSIDE,
    Group: INSIDE,
    Unit: INSIDE,
    Lacks: INSIDE,
    Wanted: INSIDE,
    Manner: INSIDE,
    MailOutcome: INSIDE,
    MailReason: INSIDE,
    MessageState: INSIDE,
    Nature: INSIDE,
    ReportKind: INSIDE,
    ToSolution: INSIDE,
    Topic: Known("topic"),
    Holding: INSIDE,
    samples.Group: Known("notice_group"),
    CallEvent: INSIDE,
    CallState: Known("call_state"),
    Effect: INSIDE,
    HeldAct: INSIDE,
}
"""Every enum of ours, and what each of its members has to pass."""


def enums() -> Iterator[type[Enum]]:
    """Those that any module of ours defines."""
    for package in (policy, workflows, desk, wording, storage, api, portal):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" in found.name:
                continue
            for kind in vars(importlib.import_module(found.name)).values():
                if isinstance(kind, type) and issubclass(kind, Enum) and kind.__module__ == found.name:
                    yield kind


def test_every_enum_is_listed_here() -> None:
    """One that is not would be walked by nothing below."""
    assert {kind.__qualname__ for kind in enums()} == {kind.__qualname__ for kind in CLOSED}


def test_every_member_is_in_the_catalogues() -> None:
    """Also in English, where a word that is its own value needs no entry."""
    spanish = {(each.context, each.id) for _, catalogue in catalogues("es") for each in catalogue if each.string}
    members = [(known.kind, str(each.value)) for kind, known in CLOSED.items() if known.kind for each in kind]
    assert [each for each in members if each not in spanish] == []
    assert [each for each in members if "_" in word(*each, "en") or word(*each, "en").isdecimal()] == []


def test_every_member_is_in_temporals_texts() -> None:
    """With the catalogues' word."""
    for kind, known in CLOSED.items():
        if known.operators is not None:
            assert known.operators == {each: word(known.kind or "", each.value) for each in kind}, kind.__name__


def constraints() -> dict[tuple[str, str], set[str]]:
    """The words that the code's tables name, by table and constraint."""
    found = {
        (table.name, str(each.name).rpartition(f"ck_{table.name}_")[2]): quoted(str(each.sqltext))
        for table in metadata.tables.values()
        for each in table.constraints
        if isinstance(each, CheckConstraint) and "known_" in str(each.name)
    }
    return {place: members for place, members in found.items() if members}


def quoted(text: str) -> set[str]:
    return set(re.findall(r"'(\w+)'", text))


def in_the_database(connection: Connection) -> dict[tuple[str, str], set[str]]:
    """The words that a migrated database takes, by table and constraint."""
    inspector = inspect(connection)
    return {
        (table, str(each["name"]).removeprefix(f"ck_{table}_")): quoted(each["sqltext"])
        for table in metadata.tables
        for each in inspector.get_check_constraints(table)
        if each["name"]
    }


async def test_every_member_may_be_stored(db: Database) -> None:
    """A migrated database takes each of an enum's words: else POST answers 500. Mend it by a migration."""
    async with db.read() as connection:
        taken = await connection.run_sync(in_the_database)
    named = constraints()
    assert len(named) > 15
    assert {place: words - taken.get(place, set()) for place, words in named.items() if words != taken.get(place)} == {}
    for kind, known in CLOSED.items():
        for place in known.columns:
            assert taken[place] == {str(each.value) for each in kind}, place


def test_every_member_fits_into_its_column() -> None:
    """SQLite would take a longer one, PostgreSQL would not."""
    for table, constraint in constraints():
        column = metadata.tables[table].c[constraint.removeprefix("known_")]
        length = getattr(column.type, "length", None)
        longest = max(map(len, constraints()[table, constraint]))
        assert length is None or longest <= length, f"{table}.{column.name}"


def enumerated(schema: Any) -> Iterator[tuple[str, set[str]]]:
    """The closed sets of an OpenAPI document, by the name of their component."""
    for name, each in schema["components"]["schemas"].items():
        if "enum" in each:
            yield name, set(map(str, each["enum"]))


def test_every_member_is_in_the_apis_document(front: FastAPI) -> None:
    """A set that the document knows by an enum's name has all of its members."""
    known = {kind.__name__: {str(each.value) for each in kind} for kind in CLOSED}
    found = {name: members for name, members in enumerated(front.openapi()) if name in known}
    assert {"Channel", "Category", "Outcome"} <= set(found)
    assert {name: known[name] - members for name, members in found.items() if members != known[name]} == {}


async def test_every_member_is_offered_where_a_case_is_opened(office: Office) -> None:
    """And taken: by the form and over the API alike, for a customer whose plan includes all of it."""
    number = await office.open("premium_contact", channel=case.Channel.WEB.value)
    async with visitor(office, "agent") as agent:
        form = (await agent.get(f"/casos/nuevo?cliente={PREMIUM}&solucion=solution-{PREMIUM}")).text
    offered = set(re.findall(r'(?:option|name="(?:category|proposed_priority|channel)")[^>]* ?value="(\w+)"', form))
    for kind in (case.Channel, case.Category, case.Priority):
        assert {str(each.value) for each in kind} - offered == set(), kind.__name__
    for kind, field in ((case.Channel, "channel"), (case.Category, "category"), (case.Priority, "proposed_priority")):
        for each in kind:
            number = await office.open("premium_contact", **{field: each.value})
            told = (await office.get(f"/cases/{number}")).json()
            assert told.get(field, told["priority"]) == each.value


async def test_every_channel_and_outcome_may_be_logged(office: Office) -> None:
    """An attempt's words stand in the facts and in the case's column of channels."""
    number = await office.open("premium_contact")
    await office.give(number, "claim")
    for channel in case.Channel:
        for outcome in case.Outcome:
            tried = {"channel": channel.value, "outcome": outcome.value, "summary": "Se guio al cliente."}
            answer = await office.give(number, "attempts", **tried)
            assert answer.is_success, (channel, outcome, answer.text)
