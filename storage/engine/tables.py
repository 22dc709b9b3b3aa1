"""The tables, all of them. A test holds them to what the migrations make.

The facts are the record; `cases`, `stretches` and `notices` are projected from the same turns. Whoever changes a table
writes a migration with it.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from policy.case.case import Category, Channel, ClosingReason, Direction, Role, Status
from policy.case.concerns import Concern
from policy.duty.changes import SwapState
from policy.duty.feeds import FeedKind
from policy.duty.steps import PageState, PageStep, PageWhy
from policy.mail.decision import MailOutcome
from policy.mail.state import MessageState
from policy.telephone.call import CallEvent
from policy.terms.amended_terms import AmendmentOutcome
from policy.terms.terms import CoverKind
from policy.time.clock import ClockName
from policy.webhooks.delivery import DeliveryState, PausedWhy
from storage.engine.columns import Instant, Json, word

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# -- who: customers and those who serve them --------------------------------------------------------------------------

customers = Table(
    "customers",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", Text, nullable=False),
    Column("tax_id", String, nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("tax_number", String, unique=True, index=True),  # the NIT as it is compared; None for an old double
    Column("name_key", String, nullable=False, server_default="", index=True),  # the name as names are put in order
)

contracts = Table(
    "contracts",
    metadata,
    Column("id", String, primary_key=True),
    Column("customer_id", ForeignKey("customers.id"), nullable=False, index=True),
    Column("plan", String, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False, index=True),
    Column("paid_through", Date),  # the last day that is paid: a renewal agreed ahead takes away no day already paid
    Column("paid_on", Date),
    Column("payment_reference", Text),
    Column("managed_support", Boolean, nullable=False),
    Column("calendar", String),
    Column("created_at", Instant, nullable=False),
    Column("registered_paid_through", Date),  # as far as it was paid when it was registered; payments have rows
)

contract_renewals = Table(
    "contract_renewals",
    metadata,
    Column("id", String, primary_key=True),
    Column("contract_id", ForeignKey("contracts.id"), nullable=False, index=True),
    Column("from_ends_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("at", Instant, nullable=False),
)

contract_payments = Table(
    "contract_payments",
    metadata,
    Column("id", String, primary_key=True),
    Column("contract_id", ForeignKey("contracts.id"), nullable=False, index=True),
    Column("paid_on", Date, nullable=False),
    Column("reference", Text, nullable=False),
    Column("paid_through", Date, nullable=False),
    Column("at", Instant, nullable=False),
)

contract_endings = Table(  # that a contract ends before its term, or that another one takes its place (PLAN-17)
    "contract_endings",
    metadata,
    Column("contract_id", ForeignKey("contracts.id"), primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("from_on", Date, nullable=False),  # the first day on which it no longer holds
    Column("from_ends_on", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("actor_role", String, nullable=False),
    Column("actor_id", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("replaced_by", ForeignKey("contracts.id")),
    word("actor_role", Role),
)

solutions = Table(
    "solutions",
    metadata,
    Column("id", String, primary_key=True),
    Column("customer_id", ForeignKey("customers.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("kind", String, nullable=False),
    Column("accepted_on", Date),
    Column("acceptance_reference", Text),
    Column("supplied_by_us", Boolean, nullable=False),
    Column("serial_number", String),
    Column("provider_product", String),
    Column("created_at", Instant, nullable=False),
    Column("acceptance_id", String),  # the request that registered the certificate later, where one did
    Column("acceptance_registered_at", Instant),  # None: with the solution
)

contacts = Table(
    "contacts",
    metadata,
    Column("id", String, primary_key=True),
    Column("customer_id", ForeignKey("customers.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("email", String, nullable=False),
    Column("mailbox", String, nullable=False),
    Column("is_system_administrator", Boolean, nullable=False),
    Column("notice_reference", Text, nullable=False),
    Column("notified_on", Date, nullable=False),
    Column("can_sign_in", Boolean, nullable=False),
    Column("removed_at", Instant),
    Column("phone", String, nullable=False, server_default=text("''")),  # E.164; empty: none is known
    UniqueConstraint("customer_id", "mailbox"),
    Index(None, "phone"),
)

agents = Table(
    "agents",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", String, nullable=False),
    Column("levels", Json, nullable=False),
    Column("groups", Json, nullable=False),
    Column("is_director", Boolean, nullable=False),
)

cover_announcements = Table(  # that a cover ends: one row to each recipient (WAR-5)
    "cover_announcements",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("cover", String, nullable=False),
    Column("cover_id", String, nullable=False),  # the contract's id, or for a warranty the solution's
    Column("ends_on", Date, nullable=False),
    Column("days_before", Integer, nullable=False),
    Column("recipient", String, nullable=False),
    Column("customer_id", ForeignKey("customers.id"), nullable=False),
    Column("unpaid_until", Date),  # the last day of a renewal that was agreed and not paid
    Column("at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last_error", Text),
    Column("given_up", Boolean, nullable=False),
    Column("delivered_at", Instant),
    Column("delivered_to", Json),
    UniqueConstraint("cover", "cover_id", "ends_on", "days_before", "recipient", name="uq_cover_announcements_once"),
    word("cover", CoverKind),
)

cover_changes = Table(  # a cover whose workflow is still to be told that it changed
    "cover_changes",
    metadata,
    Column("cover", String, primary_key=True),
    Column("cover_id", String, primary_key=True),
    Column("customer_id", ForeignKey("customers.id"), nullable=False),
    Column("changed_at", Instant, nullable=False),
    word("cover", CoverKind),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", String, primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("role", String, nullable=False),
    Column("subject_id", String, nullable=False),
    Column("customer_id", ForeignKey("customers.id"), index=True),
    Column("levels", Json, nullable=False),
    Column("label", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    Column("last_used_at", Instant),  # to the minute
    Column("warned_at", Instant),  # when its holder was told that it expires
    word("role", Role),
)

municipalities = Table(  # beyond those that ship as data
    "municipalities",
    metadata,
    Column("code", String(5), primary_key=True),
    Column("name", Text, nullable=False),
    Column("imported_at", Instant, nullable=False),
)

# -- who signs in ------------------------------------------------------------------------------------------------------

accounts = Table(
    "accounts",
    metadata,
    Column("id", String, primary_key=True),
    Column("mailbox", String, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("staff_role", String),
    Column("password_hash", Text),
    Column("totp_secret", Text),  # encrypted
    Column("totp_confirmed_at", Instant),
    Column("totp_last_step", Integer),  # no code is taken twice
    Column("recovery_hashes", Json, nullable=False),
    Column("language", String),
    Column("shortcuts", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("disabled_at", Instant),
    CheckConstraint("staff_role IN ('commercial', 'admin')", name="known_staff_role"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String, primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("role", String),
    Column("subject_id", String),
    Column("customer_id", ForeignKey("customers.id")),
    Column("awaits_code", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("browser", Text, nullable=False),
    Column("address", String, nullable=False),
)

sign_in_keys = Table(
    "sign_in_keys",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("purpose", String, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    CheckConstraint("purpose IN ('invitation', 'reset')", name="known_purpose"),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("key", String, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("free_at", Instant, nullable=False),
)

audit = Table(  # security acts, chained; triggers refuse every change but a new entry
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("act", String, nullable=False, index=True),
    Column("actor_role", String, nullable=False),
    Column("actor_id", String, nullable=False, index=True),
    Column("address", String, nullable=False),
    Column("target", String, nullable=False, index=True),
    Column("detail", Json, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

# -- what comes in: before the engine is asked ------------------------------------------------------------------------

number_sequences = Table(
    "number_sequences",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)

reservations = Table(
    "reservations",
    metadata,
    Column("scope", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("number", String, nullable=False, unique=True),
    Column("received_at", Instant, nullable=False),
)

contents = Table(
    "contents",
    metadata,
    Column("content_id", String, primary_key=True),
    Column("case_number", ForeignKey("reservations.number"), nullable=False, index=True),
    Column("body", Text, nullable=False),
    Column("deposited_at", Instant, nullable=False),
)

files = Table(  # what people send beside a text; the bytes lie under `stored_name` in the files' folder
    "files",
    metadata,
    Column("id", String, primary_key=True),
    Column("case_number", ForeignKey("reservations.number"), index=True),  # with content_id: none until a text has it
    Column("content_id", String),
    Column("place", Integer, nullable=False),
    Column("stored_name", String, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("media_type", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("sender_role", String, nullable=False),
    Column("sender_id", String, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "content_id", "at"),
    Index(None, "sender_role", "sender_id"),
    word("sender_role", Role),
)

requests = Table(
    "requests",
    metadata,
    Column("scope", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("fingerprint", String, nullable=False),
    Column("begun_at", Instant, nullable=False, index=True),
    Column("status", Integer),  # with the two below: the answer, once there is one
    Column("headers", Json),
    Column("body", Json),
)

# -- the record -------------------------------------------------------------------------------------------------------

_GOES_ON = text("follows IS NOT NULL")
"""Few cases go on from another, and only those are in the index."""
_ANSWERED = text("answered_seq IS NOT NULL")
_VISITED = text("visit_step IS NOT NULL")
_QUEUED_BY = (
    *("next_due_at", "number", "status", "level", "priority", "plan"),
    *("customer_id", "assignee", "case_group", "overdue", "closing_reason", "search_id"),
    *("answered_seq", "title_key"),
)
"""The queue's order, with all that the queue is filtered by."""

cases = Table(
    "cases",
    metadata,
    Column("number", ForeignKey("reservations.number"), primary_key=True),
    Column("turn", Integer, nullable=False),
    Column("facts", Integer, nullable=False),
    Column("status", String, nullable=False, index=True),
    Column("level", Integer, nullable=False, index=True),
    Column("priority", Integer, nullable=False),
    Column("plan", String, nullable=False, index=True),
    Column("cover", String, nullable=False),
    Column("customer_id", ForeignKey("customers.id"), nullable=False),
    Column("contact_id", ForeignKey("contacts.id"), nullable=False),
    Column("solution_id", ForeignKey("solutions.id"), nullable=False),
    Column("channel", String, nullable=False),
    Column("category", String, nullable=False),
    Column("assignee", String, index=True),
    Column("case_group", String, index=True),
    Column("overdue", Boolean, nullable=False, index=True),
    Column("missed", Boolean, nullable=False, server_default=false()),  # whether any promise was ever broken
    Column("next_due_at", Instant, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("closing_reason", String),
    Column("follows", String),  # the closed case that it goes on from
    Column("title", Text, nullable=False),
    Column("title_key", String, nullable=False, server_default=""),  # its beginning, as titles are put in order
    Column("answered_seq", Integer),  # the customer's word, where nobody answered it since
    Column("visit_step", String),  # what its visit on site waits for, where one has not ended
    Column("search_id", BigInteger, nullable=False),  # the number as a whole number (case_words.py)
    Column("change", BigInteger, nullable=False, index=True),  # the place of its last turn among the desk's turns
    Column("state", Json, nullable=False),
    Index(None, "customer_id", "opened_at"),
    Index(None, "customer_id", "number"),  # of one customer after the other, in the order of their names
    Index(None, "opened_at", "number"),
    Index(None, "search_id", unique=True),
    Index("ix_cases_queue", *_QUEUED_BY),  # it is walked without looking at any case
    Index(None, "priority", "number"),
    Index("ix_cases_follows", "follows", sqlite_where=_GOES_ON, postgresql_where=_GOES_ON),
    Index("ix_cases_visited", "visit_step", "number", sqlite_where=_VISITED, postgresql_where=_VISITED),
    Index("ix_cases_answered", *_QUEUED_BY, sqlite_where=_ANSWERED, postgresql_where=_ANSWERED),  # few of them
    word("status", Status),
    word("cover", CoverKind),
    word("channel", Channel),
    word("category", Category),
    word("closing_reason", ClosingReason),
)

pinned_terms = Table(  # what cases were promised, each once
    "pinned_terms",
    metadata,
    Column("digest", String, primary_key=True),
    Column("terms", Json, nullable=False),
)

case_terms = Table(
    "case_terms",
    metadata,
    Column("case_number", ForeignKey("cases.number"), primary_key=True),
    Column("from_turn", Integer, primary_key=True),  # what a later turn replaced stays: it counted the time until then
    Column("digest", ForeignKey("pinned_terms.digest")),
    Column("terms", Json),  # of cases from before there were digests; a version to come takes it away
)

absences = Table(  # who is away from when to when, and who stands in meanwhile (ESC-17)
    "absences",
    metadata,
    Column("id", String, primary_key=True),
    Column("person_id", ForeignKey("agents.id"), nullable=False),
    Column("substitute_id", ForeignKey("agents.id"), nullable=False),
    Column("from_at", Instant, nullable=False),
    Column("to_at", Instant, nullable=False),
    Column("marked_at", Instant, nullable=False),
    Column("marked_role", String, nullable=False),
    Column("marked_by", String, nullable=False),
    Column("ended_at", Instant),  # before its time
    Column("ended_role", String),
    Column("ended_by", String),
    Index(None, "to_at"),
    word("marked_role", Role),
    word("ended_role", Role),
)

VISIT_DATES = "facts.kind IN ('visit_scheduled', 'visit_cancelled')"
"""What calendars are made of: the few facts that set a date or call it off, which have an index of their own."""

facts = Table(
    "facts",
    metadata,
    Column("case_number", ForeignKey("cases.number"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("turn", Integer, nullable=False),
    Column("command_id", String),  # what asked for the turn; a clock that ran out has none
    Column("at", Instant, nullable=False),
    Column("due_at", Instant),  # at - due_at: the lateness of what a clock did (ESC-15)
    Column("kind", String, nullable=False),
    Column("actor_role", String, nullable=False),
    Column("actor_id", String, nullable=False),
    Column("on_behalf_of", String),  # the absent one in whose name it was done (ESC-17)
    Column("internal", Boolean, nullable=False),
    Column("data", Json, nullable=False),
    word("actor_role", Role),
    Index(
        None,
        "at",
        sqlite_where=text(VISIT_DATES.removeprefix("facts.")),
        postgresql_where=text(VISIT_DATES.removeprefix("facts.")),
    ),
)

stretches = Table(
    "stretches",
    metadata,
    Column("case_number", ForeignKey("cases.number"), primary_key=True),
    Column("turn", Integer, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("clock", String, nullable=False),
    Column("level", Integer, nullable=False),
    Column("from_at", Instant, nullable=False),
    Column("to_at", Instant, nullable=False),
    Column("counted", Boolean, nullable=False),
    Column("why", String),
    word("clock", ClockName),
)

_UNDELIVERED = text("delivered_at IS NULL")
_DIGESTED = text("held = 'digest' AND delivered_at IS NULL")
notices = Table(
    "notices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_number", ForeignKey("cases.number"), nullable=False),
    Column("turn", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("recipient", String, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("limit_at", Instant),
    Column("at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last_error", Text),
    Column("given_up", Boolean, nullable=False),
    Column("delivered_at", Instant),
    Column("delivered_to", Json),
    Column("next_try_at", Instant),  # None: an earlier version recorded it, and leaves its delivery to its case
    Column("held", String),  # its reader chose so: quiet hours, the next digest, or no mail of it at all
    Index(None, "next_try_at", sqlite_where=_UNDELIVERED, postgresql_where=_UNDELIVERED),
    Index(None, "held", sqlite_where=_DIGESTED, postgresql_where=_DIGESTED),
    UniqueConstraint("case_number", "turn", "kind", "recipient"),
    ForeignKeyConstraint(["case_number", "seq"], ["facts.case_number", "facts.seq"]),
)

notice_preferences = Table(  # what somebody chose about mail; whoever chose nothing has none
    "notice_preferences",
    metadata,
    Column("mailbox", String, primary_key=True),
    Column("spared", Json, nullable=False),  # topics
    Column("digest", Boolean, nullable=False),
    Column("quiet_from", Integer),  # with the one below: minutes of Bogotá's day
    Column("quiet_to", Integer),
)

notice_digests = Table(  # of a day and mailbox one, begun with before it leaves
    "notice_digests",
    metadata,
    Column("mailbox", String, primary_key=True),
    Column("on_date", Date, primary_key=True),
    Column("began_at", Instant, nullable=False),
    Column("sent_at", Instant),
)

channel_notices = Table(  # to who asked on a channel that the plan lacks: once a day (REQ-7)
    "channel_notices",
    metadata,
    Column("contact_id", ForeignKey("contacts.id"), primary_key=True),
    Column("channel", String, primary_key=True),
    Column("on_date", Date, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("delivered_at", Instant),
    Column("delivered_to", Json),
    Column("last_error", Text),
    word("channel", Channel),
)

amendments = Table(  # a changed holiday list or matrix, applied to chosen open cases (PLAN-15)
    "amendments",
    metadata,
    Column("id", String, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor_role", String, nullable=False),
    Column("actor_id", String, nullable=False),
    Column("what", Json, nullable=False),
    Column("policy_version", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("numbers", Json, nullable=False),
    Index(None, "at", "id"),
    word("actor_role", Role),
)

amendment_outcomes = Table(  # one for each case that was asked for, as soon as it is known
    "amendment_outcomes",
    metadata,
    Column("amendment_id", ForeignKey("amendments.id"), primary_key=True),
    Column("case_number", String, primary_key=True),
    Column("outcome", String, nullable=False),
    Column("deadlines", Json, nullable=False),
    Column("problem", Json),
    word("outcome", AmendmentOutcome),
)

# -- the workbench: what those who work on a case keep beside it ------------------------------------------------------

drafts = Table(  # what somebody is writing, until it is sent
    "drafts",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("case_number", ForeignKey("cases.number"), primary_key=True),
    Column("composer", String, primary_key=True),
    Column("body", Text, nullable=False),
    Column("saved_at", Instant, nullable=False),
)

opening_drafts = Table(  # the form that opens a case, about one solution, until it is sent
    "opening_drafts",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("solution_id", ForeignKey("solutions.id"), primary_key=True),
    Column("fields", Json, nullable=False),
    Column("saved_at", Instant, nullable=False),
)

saved_views = Table(  # a queue's filters under a name of one's own
    "saved_views",
    metadata,
    Column("id", String, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("level", Integer),  # those of this level have it too
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("account_id", "name"),
)

case_tags = Table(  # the desk's own words about cases
    "case_tags",
    metadata,
    Column("case_number", ForeignKey("cases.number"), primary_key=True),
    Column("tag", String, primary_key=True, index=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("at", Instant, nullable=False),
)
macros = Table(  # several acts on a case under one name
    "macros",
    metadata,
    Column("id", String, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("shared", Boolean, nullable=False),
    Column("name", Text, nullable=False),
    Column("acts", Json, nullable=False),
    Column("changed_at", Instant, nullable=False),
)
canned_replies = Table(
    "canned_replies",
    metadata,
    Column("id", String, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("shared", Boolean, nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("changed_at", Instant, nullable=False),
)

_GOING_ON = text("ended_at IS NULL")
presence = Table(  # an open page says every few seconds that it is there
    "presence",
    metadata,
    Column("case_number", ForeignKey("cases.number"), primary_key=True),
    Column("page", String, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("writing", Boolean, nullable=False),
    Column("seen_at", Instant, nullable=False, index=True),
)

chats = Table(  # each chat of a case, by the fact that began it: the waiting ones, and how long it took today
    "chats",
    metadata,
    Column("case_number", ForeignKey("cases.number"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("contact_id", String, nullable=False),
    Column("begun_at", Instant, nullable=False, index=True),
    Column("agent_id", String),
    Column("taken_at", Instant),
    Column("ended_at", Instant),
    Index("ix_chats_going_on", "begun_at", sqlite_where=_GOING_ON, postgresql_where=_GOING_ON),
)

chat_presence = Table(  # who has a chat before them, and who is writing there; an open page says so every few seconds
    "chat_presence",
    metadata,
    Column("case_number", ForeignKey("cases.number"), primary_key=True),
    Column("page", String, primary_key=True),
    Column("person_id", String, nullable=False),
    Column("theirs", Boolean, nullable=False),
    Column("writing", Boolean, nullable=False),
    Column("seen_at", Instant, nullable=False, index=True),
)

chat_readiness = Table(  # who of ours takes chats, and when a page of theirs was last open
    "chat_readiness",
    metadata,
    Column("agent_id", ForeignKey("agents.id"), primary_key=True),
    Column("ready", Boolean, nullable=False),
    Column("seen_at", Instant, nullable=False),
)

pending_replies = Table(  # a reply that may still be undone; the worker lets it leave
    "pending_replies",
    metadata,
    Column("id", String, primary_key=True),
    Column("case_number", ForeignKey("cases.number"), nullable=False, index=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("actor_role", String, nullable=False),
    Column("actor_id", String, nullable=False),
    Column("on_behalf_of", String),
    Column("content_id", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("command", String, nullable=False, server_default="SendReply"),  # what it becomes when it leaves
    Column("leaves_at", Instant, nullable=False, index=True),
    Column("taken_until", Instant),  # a worker has it, and is believed until then
    Column("refused", Json),  # what the case answered; the words wait for their author
    word("actor_role", Role),
)

ratings = Table(  # what a customer's contact thought of a case
    "ratings",
    metadata,
    Column("case_number", ForeignKey("cases.number"), primary_key=True),
    Column("score", Integer, nullable=False),
    Column("comment", Text, nullable=False),
    Column("contact_id", ForeignKey("contacts.id"), nullable=False),
    Column("at", Instant, nullable=False, index=True),
    CheckConstraint("score BETWEEN 1 AND 5", name="known_score"),
)

case_looks = Table(  # how far somebody has seen a case: the last fact that was there when they looked
    "case_looks",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("case_number", ForeignKey("cases.number"), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("at", Instant, nullable=False),
)

_UNREAD = text("read_at IS NULL")
concerns = Table(  # what concerns one of the desk's people, until they have read it and after
    "concerns",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("agent_id", String, nullable=False),
    Column("case_number", ForeignKey("cases.number"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("read_at", Instant),
    UniqueConstraint("case_number", "seq", "agent_id", "kind"),
    Index(None, "agent_id", "id"),
    Index("ix_concerns_unread", "agent_id", "case_number", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
    word("kind", Concern),
)

# -- what is searched for by name, and how words are spelt ------------------------------------------------------------

_AS_IT_IS = String().with_variant(String(collation="C"), "postgresql")  # ordered by its signs, so beginnings are ranges

name_words = Table(  # the words by which a customer or a contact is found
    "name_words",
    metadata,
    Column("word", _AS_IT_IS, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("of_id", String, primary_key=True),
    Column("customer_id", ForeignKey("customers.id"), nullable=False, index=True),
    Index(None, "of_id"),
    CheckConstraint("kind IN ('customer', 'contact')", name="known_kind"),
)

known_words = Table(  # the words that a customer's cases and people have; `public`: in what the customer reads
    "known_words",
    metadata,
    Column("word", _AS_IT_IS, primary_key=True),
    Column("customer_id", ForeignKey("customers.id"), primary_key=True),
    Column("public", Boolean, nullable=False),
)

word_forms = Table(  # what is left of a known word without some letters (spelling.py)
    "word_forms",
    metadata,
    Column("form", _AS_IT_IS, primary_key=True),
    Column("word", _AS_IT_IS, primary_key=True),
    sqlite_with_rowid=False,
)

# -- what providers publish -------------------------------------------------------------------------------------------

provider_incidents = Table(
    "provider_incidents",
    metadata,
    Column("provider", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("products", Json, nullable=False),
    Column("product_ids", Json, nullable=False),
    Column("began_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("severity", String, nullable=False),
    Column("impact", String, nullable=False),
    Column("summary", Text, nullable=False),
    Column("link", Text, nullable=False),
    Index(None, "began_at", "provider", "id"),
)

provider_feeds = Table(
    "provider_feeds",
    metadata,
    Column("name", String, primary_key=True),
    Column("last_tried_at", Instant, nullable=False),
    Column("last_ok_at", Instant),
    Column("last_error", String),  # a word; none after a good poll
    Column("failures", Integer, nullable=False),  # since the last good poll
    Column("incidents", Integer, nullable=False),  # with the one below: of the last good poll
    Column("skipped", Integer, nullable=False),
)

# -- webhooks: whoever wants to be told by HTTP ------------------------------------------------------------------------

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", String, primary_key=True),
    Column("url", Text, nullable=False),
    Column("customer_id", ForeignKey("customers.id"), index=True),  # none: every customer's cases
    Column("with_internal", Boolean, nullable=False),
    Column("owner_email", String, nullable=False),  # who is told where it is paused; empty: the administrators
    Column("secret", String, nullable=False),
    Column("former_secret", String),  # signs beside the other one until then
    Column("former_until", Instant),
    Column("created_at", Instant, nullable=False),
    Column("failing_since", Instant),  # since the last success
    Column("paused_at", Instant),
    Column("paused_why", String),
    Column("told_at", Instant),  # when its owner was told that it is paused
    Column("removed_at", Instant),
    word("paused_why", PausedWhy),
)

webhook_kinds = Table(  # the facts that a webhook is told of; none: all of them
    "webhook_kinds",
    metadata,
    Column("webhook_id", ForeignKey("webhooks.id"), primary_key=True),
    Column("kind", String, primary_key=True),
)

_IS_WAITING = text("state = 'waiting'")

webhook_deliveries = Table(  # a row for each fact and webhook, made in the turn's transaction
    "webhook_deliveries",
    metadata,
    Column("id", String, primary_key=True),  # what the receiver knows it by, however often it is sent
    Column("webhook_id", ForeignKey("webhooks.id"), nullable=False),
    Column("case_number", ForeignKey("cases.number"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("state", String, nullable=False),
    Column("round", Integer, nullable=False),  # how often it was replayed
    Column("began_at", Instant),  # when the first try of this round was
    Column("attempts", Integer, nullable=False),
    Column("answered", Integer),  # the last try's HTTP status
    Column("last_error", String),
    Column("delivered_at", Instant),
    word("state", DeliveryState),
    Index(None, "webhook_id", "at", "id"),
    Index(None, "state", sqlite_where=_IS_WAITING, postgresql_where=_IS_WAITING),
)

# -- who is on duty, and whom a page reached (ESC-17) -----------------------------------------------------------------

duty_layers = Table(  # people who take turns at a level, for ever: one that is changed is ended, and another made
    "duty_layers",
    metadata,
    Column("id", String, primary_key=True),
    Column("level", Integer, nullable=False),
    Column("people", Json, nullable=False),  # agents' ids, in the order of their turns
    Column("starts_on", Date, nullable=False),
    Column("hands_over_at", String, nullable=False),  # by Bogotá's wall clock, as 08:00
    Column("every_hours", Integer, nullable=False),
    Column("days", Json),  # of the week, 0 is Monday; none: it is restricted to no hours
    Column("from_time", String, nullable=False),
    Column("to_time", String, nullable=False),
    Column("on_holidays", Boolean, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("ended_at", Instant),
)

duty_overrides = Table(
    "duty_overrides",
    metadata,
    Column("id", String, primary_key=True),
    Column("level", Integer, nullable=False),
    Column("person_id", ForeignKey("agents.id"), nullable=False),
    Column("from_at", Instant, nullable=False),
    Column("to_at", Instant, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("made_role", String, nullable=False),
    Column("made_by", String, nullable=False),
    Column("swap_id", String),
    Column("ended_at", Instant),
    Index(None, "to_at"),
    word("made_role", Role),
)

duty_swaps = Table(
    "duty_swaps",
    metadata,
    Column("id", String, primary_key=True),
    Column("level", Integer, nullable=False),
    Column("proposer_id", ForeignKey("agents.id"), nullable=False),
    Column("other_id", ForeignKey("agents.id"), nullable=False),
    Column("own_from_at", Instant, nullable=False),
    Column("own_to_at", Instant, nullable=False),
    Column("their_from_at", Instant, nullable=False),
    Column("their_to_at", Instant, nullable=False),
    Column("state", String, nullable=False),
    Column("proposed_at", Instant, nullable=False),
    Column("answered_at", Instant),
    word("state", SwapState),
)

_PASSES = text("state IN ('waiting', 'paged', 'told_all')")
_IS_UNTOLD = text("told_at IS NULL")
_IS_UNSENT = text("sent_at IS NULL AND NOT given_up")

pages = Table(  # that somebody on duty is called, made in the turn that calls for it
    "pages",
    metadata,
    Column("id", String, primary_key=True),  # of the case and the fact
    Column("case_number", ForeignKey("cases.number"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("level", Integer, nullable=False),
    Column("why", String, nullable=False),
    Column("at", Instant, nullable=False, index=True),
    Column("state", String, nullable=False),
    Column("steps", Integer, nullable=False),  # how many there are: whoever adds one knows that nobody else did
    Column("next_at", Instant, nullable=False),
    Column("acknowledged_by", String),
    Column("acknowledged_at", Instant),
    word("why", PageWhy),
    word("state", PageState),
    Index(None, "next_at", sqlite_where=_PASSES, postgresql_where=_PASSES),
)

page_steps = Table(  # what happened with a page, and whether its case was told
    "page_steps",
    metadata,
    Column("page_id", ForeignKey("pages.id"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("step", String, nullable=False),
    Column("person_id", String),
    Column("actor_role", String, nullable=False),
    Column("actor_id", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("told_at", Instant),
    word("step", PageStep),
    word("actor_role", Role),
    Index(None, "told_at", sqlite_where=_IS_UNTOLD, postgresql_where=_IS_UNTOLD),
)

page_mails = Table(  # one message to one of those whom pages reach; it may be about several
    "page_mails",
    metadata,
    Column("id", String, primary_key=True),
    Column("person_id", String),  # an agent's id; none: an administrator, who acknowledges nothing
    Column("mailbox", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_try_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("given_up", Boolean, nullable=False),
    Index(None, "mailbox", "at"),
    Index(None, "next_try_at", sqlite_where=_IS_UNSENT, postgresql_where=_IS_UNSENT),
)

page_mail_pages = Table(
    "page_mail_pages",
    metadata,
    Column("mail_id", ForeignKey("page_mails.id"), primary_key=True),
    Column("page_id", ForeignKey("pages.id"), primary_key=True),
)

# -- calendars --------------------------------------------------------------------------------------------------------

calendar_feeds = Table(  # secret addresses at which calendar programs read; what they may is asked at each read
    "calendar_feeds",
    metadata,
    Column("id", String, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("subject_id", String, nullable=False),  # in whose name, of those that the account acts in
    Column("kind", String, nullable=False),
    Column("secret_hash", String, nullable=False, unique=True),
    Column("made_at", Instant, nullable=False),
    Column("read_at", Instant),
    Column("revoked_at", Instant),
    word("kind", FeedKind),
)

# -- mail that comes in -----------------------------------------------------------------------------------------------

inbox = Table(  # each delivery of a message, once: what it is, and where it is counted
    "inbox",
    metadata,
    Column("id", String, primary_key=True),
    Column("mailbox", String, nullable=False),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("size", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("outcome", String),  # where it is counted, once that is known
    Column("reason", String),
    Column("case_number", String),
    Column("contact_id", String),
    Column("message_id", Text, nullable=False, server_default=text("''")),
    Column("sender", String, nullable=False, server_default=text("''")),  # the address of From, as it is compared
    Column("shown_from", Text, nullable=False, server_default=text("''")),
    Column("subject", Text, nullable=False, server_default=text("''")),
    Column("body", Text, nullable=False, server_default=text("''")),  # what is shown of it
    Column("vouched", Boolean, nullable=False, server_default=false()),
    Column(
        "words", String, nullable=False, server_default=text("''")
    ),  # the digest of its words, without their figures
    Column("digest", String, nullable=False),  # of its bytes
    Column("parsed", Json),
    Column("settled_at", Instant),
    Column("settled_by", String),  # the agent who decided, where it was held
    UniqueConstraint("mailbox", "uidvalidity", "uid"),
    Index(None, "state", "received_at", "id"),
    Index(None, "outcome"),
    Index(None, "message_id", "sender"),
    Index(None, "sender", "received_at"),
    Index(None, "case_number"),
    Index(None, "digest"),
    word("state", MessageState),
    word("outcome", MailOutcome),
)

inbox_raw = Table(  # the bytes as they came, before anything reads them
    "inbox_raw",
    metadata,
    Column("inbox_id", ForeignKey("inbox.id"), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

mail_effects = Table(  # what a message did: of each kind once, for ever
    "mail_effects",
    metadata,
    Column("inbox_id", ForeignKey("inbox.id"), primary_key=True),
    Column("kind", String, primary_key=True),
    Column("what", Json, nullable=False),
    Column("at", Instant, nullable=False),
)

mail_messages = Table(  # the very message of several deliveries, and which of them is judged before the others
    "mail_messages",
    metadata,
    Column("key", String, primary_key=True),  # the digest of its bytes, or of its sender and id
    Column("inbox_id", ForeignKey("inbox.id"), nullable=False),
)

mail_keys = Table(  # what the tokens of threads are signed with
    "mail_keys",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String, nullable=False),
    Column("made_at", Instant, nullable=False),
)

mail_sent_ids = Table(  # ids under which the outgoing server said that it sent what we gave it under another
    "mail_sent_ids",
    metadata,
    Column("message_id", String, primary_key=True),
    Column("case_number", String, nullable=False),
    Column("at", Instant, nullable=False),
)

mail_bounces = Table(  # whose address refused what we sent, last
    "mail_bounces",
    metadata,
    Column("contact_id", ForeignKey("contacts.id"), primary_key=True),
    Column("address", String, nullable=False),
    Column("inbox_id", ForeignKey("inbox.id"), nullable=False),
    Column("at", Instant, nullable=False),
)

# -- the telephone ----------------------------------------------------------------------------------------------------

phone_calls = Table(  # a call that a telephone system told of, and the case that it was logged on
    "phone_calls",
    metadata,
    Column("id", String, primary_key=True),
    Column("direction", String, nullable=False),
    Column("number", String, nullable=False),  # the other party's, E.164; empty: hidden
    Column("agent_id", String, nullable=False),  # whom it rang at, or who took it; empty: nobody is known
    Column("first_at", Instant, nullable=False),
    Column("rang_at", Instant),
    Column("answered_at", Instant),
    Column("ended_at", Instant),
    Column("recording_url", Text, nullable=False),
    Column("contact_id", ForeignKey("contacts.id")),  # who it was, where somebody said so
    Column("case_number", ForeignKey("cases.number")),  # where it is logged
    Column("logged_as", String),  # the command that logs it there; None as well where an earlier version did
    word("direction", Direction),
    Index(None, "first_at", "id"),
    Index(None, "number", "first_at"),
)

phone_events = Table(  # each event of a call, once; their ids are how far the list of calls is
    "phone_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event_id", String, nullable=False, unique=True),
    Column("call_id", ForeignKey("phone_calls.id"), nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("at", Instant, nullable=False),
    word("kind", CallEvent),
)
