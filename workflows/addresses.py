"""Temporal's names for what is Escala's: workflows, updates, ids and search attributes. No behaviour."""

from __future__ import annotations

from temporalio.common import SearchAttributeKey

CASE_WORKFLOW = "Case"
MISDIRECTED_WORKFLOW = "Misdirected"
MAIL_WORKFLOW = "Mail"
"""One for each delivery of a message, `mail-<mailbox>-<UIDVALIDITY>-<UID>`."""
OPENED_UPDATE = "opened"
"""Answers once the opening is recorded. Commands are updates under their own names, such as `ResolveCase`."""
CLOCKS_QUERY = "clocks"
WAKES_QUERY = "wakes"
COVER_CHANGED = "cover_changed"
"""A signal to a held case: look for your cover."""

CONTRACT_WORKFLOW = "Contract"
"""A contract's or a warranty's."""
CHANGED = "changed"
"""A signal to it: look at your days again."""
ANNOUNCEMENTS_QUERY = "avisos"
SWEEP_WORKFLOW = "CoverSweep"
SWEEP_SCHEDULE = "cover-sweep"
PROVIDER_STATUS_WORKFLOW = "ProviderStatus"
PROVIDER_STATUS_SCHEDULE = "provider-status"

NOTICES_WORKFLOW = "Notices"
"""The dispatcher of notices, and under which id the only one runs."""
NOTICES_ID = "notices"
PAUSE_UPDATE = "pause"
RESUME_UPDATE = "resume"

DELIVER_WEBHOOK = "deliver_webhook"
"""An activity without a workflow: a delivery of a webhook."""

STATUS = SearchAttributeKey.for_keyword("CaseStatus")
LEVEL = SearchAttributeKey.for_int("CaseLevel")
PRIORITY = SearchAttributeKey.for_int("CasePriority")
PLAN = SearchAttributeKey.for_keyword("CasePlan")
CUSTOMER = SearchAttributeKey.for_keyword("CaseCustomer")
OVERDUE = SearchAttributeKey.for_bool("CaseOverdue")
NEXT_DEADLINE = SearchAttributeKey.for_datetime("CaseNextDeadline")
COVER_KIND = SearchAttributeKey.for_keyword("CoverKind")
COVER_NEXT_DATE = SearchAttributeKey.for_datetime("CoverNextDate")
"""When a contract's or a warranty's workflow has next something to do; its customer is in `CUSTOMER`."""
NOTICE_DELIVERY = SearchAttributeKey.for_keyword("NoticeDelivery")
"""How the dispatcher does: `flowing`, `held_up` or `paused`."""

SEARCH_ATTRIBUTES: dict[str, str] = {
    STATUS.name: "Keyword",
    LEVEL.name: "Int",
    PRIORITY.name: "Int",
    PLAN.name: "Keyword",
    CUSTOMER.name: "Keyword",
    OVERDUE.name: "Bool",
    NEXT_DEADLINE.name: "Datetime",
    COVER_KIND.name: "Keyword",
    COVER_NEXT_DATE.name: "Datetime",
    NOTICE_DELIVERY.name: "Keyword",
}
"""Every search attribute with its type, as the start-up registers them."""
