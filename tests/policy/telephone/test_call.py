"""A call is the same in whatever order its events come, however often, and whichever are missing."""

from __future__ import annotations

from datetime import timedelta
from functools import reduce
from itertools import combinations, permutations

from policy.case.case import Outcome
from policy.telephone.call import Call, CallEvent, CallState, Heard, after, begun
from tests.support.lives import bogota

AT = bogota("09:00")
NUMBER = "+573001234567"


def heard(event: CallEvent, seconds: int, agent: str = "") -> Heard:
    url = "https://pbx.example/27" if event is CallEvent.RECORDED else ""
    return Heard(event=event, at=AT + timedelta(seconds=seconds), number=NUMBER, agent_id=agent, recording_url=url)


EVENTS = (
    heard(CallEvent.RINGING, 0, "ana"),
    heard(CallEvent.RINGING, 5, "ana"),
    heard(CallEvent.ANSWERED, 10, "eva"),
    heard(CallEvent.ENDED, 130),
    heard(CallEvent.RECORDED, 131),
)


def told(*events: Heard) -> Call:
    first, *others = events
    return reduce(after, others, begun(first))


def test_the_order_makes_no_difference_nor_a_repetition() -> None:
    whole = told(*EVENTS)
    assert (whole.lasted, whole.agent_id, whole.outcome) == (timedelta(minutes=2), "eva", Outcome.NOT_SOLVED)
    assert {told(*each) for each in permutations(EVENTS)} == {whole}
    assert told(*EVENTS, *EVENTS) == whole


def test_whatever_is_missing_is_no_failure() -> None:
    for many in range(1, len(EVENTS)):
        for some in combinations(EVENTS, many):
            call = told(*some)
            assert call.lasted >= timedelta(0)
            assert call.state(at=AT + timedelta(days=1)) in (CallState.ENDED, CallState.MISSED, CallState.UNKNOWN)


def test_what_nobody_took_is_missed_and_what_was_not_heard_of_is_not_known() -> None:
    ringing = told(EVENTS[0])
    assert ringing.state(at=AT) is CallState.RINGING
    assert ringing.state(at=AT + timedelta(hours=1)) is CallState.UNKNOWN
    assert told(EVENTS[0], EVENTS[2]).state(at=AT + timedelta(hours=1)) is CallState.TALKING
    missed = told(EVENTS[0], EVENTS[3])
    assert (missed.state(at=AT), missed.outcome) == (CallState.MISSED, Outcome.NO_ANSWER)
