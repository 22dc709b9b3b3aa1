"""The verdict on a message, as far as it hangs on who wrote it; what mail does to a desk is in tests/desk/mail."""

from __future__ import annotations

import pytest

from policy.case.case import Status
from policy.mail.decision import Addressed, Automatic, Incoming, MailReason, Standing, Writer, verdict_on
from policy.mail.message import CalendarReply, Message
from policy.mail.sender import Sender

CASE = Addressed(number="MA-2026-000001", customer_id="beta", status=Status.IN_PROGRESS)
DECLINED = Incoming(message=Message(calendar=CalendarReply("uid", "declined")), sender=Sender("ana@acme.example"))


@pytest.mark.parametrize(
    ("speaks_for", "verdict"),
    [
        (("acme",), Automatic(MailReason.CALENDAR)),
        ((), Automatic(MailReason.CALENDAR)),
        (("acme", "beta"), Automatic(MailReason.CALENDAR, CASE.number, "ana-beta")),
    ],
)
def test_an_answer_to_an_invitation_is_noted_in_the_name_of_a_contact_of_the_visits_customer(
    speaks_for: tuple[str, ...], verdict: Automatic
) -> None:
    """An invitation is passed on, and one person may speak for two customers."""
    writers = tuple(Writer(f"ana-{each}", each) for each in speaks_for)
    assert verdict_on(DECLINED, Standing(writers=writers, by_calendar=CASE)) == verdict
