"""Remote sessions and what a provider does: on record, with consent, and without moving a clock (ONS-6, ESC-9)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policy.case import commands as c
from policy.case.case import Case, ProviderCase, Status
from policy.case.facts import RemoteSessionEnded, RemoteSessionStarted
from policy.case.lifecycle import decide
from policy.case.refusals import ProviderCaseMissing, ProviderNotInvolved, Refusal, TextMissing
from policy.case.remote_sessions import ConsentMissing, RemoteSessionGoingOn, RemoteSessionNotOpen, ToolMissing
from policy.terms.terms import Terms
from tests.support.lives import (
    ASK,
    HAND_OFF,
    HELP_DESK,
    NO_WORDS,
    PREMIUM,
    REOPEN,
    RESOLVE,
    STANDARD,
    TO_PROVIDER,
    WITHDRAW,
    WORDS,
    after,
    bogota,
    kinds,
    opened,
    turns,
)

TOOL = "Chrome Remote Desktop"
BEGIN = c.StartRemoteSession(by=HELP_DESK, tool=TOOL, consented_by="contact-1")
END = c.EndRemoteSession(by=HELP_DESK, session=1, summary=WORDS)
GOING_ON = after(opened(), ("09:10", BEGIN))


@pytest.mark.rule("ONS-6")
class TestARemoteSession:
    def test_is_recorded_with_its_tool_and_who_consented(self) -> None:
        """And when it began."""
        decision = turns(opened(), ("09:10", BEGIN))[-1]
        assert decision.entries[0].fact == RemoteSessionStarted(session=1, tool=TOOL, consented_by="contact-1")
        assert decision.case.remote_session
        assert decision.case.remote_session.started_at == bogota("09:10")

    def test_ends_with_what_was_done(self) -> None:
        """Nothing of it goes on."""
        decision = turns(GOING_ON, ("09:40", END))[-1]
        assert decision.entries[0].fact == RemoteSessionEnded(session=1, summary=WORDS)
        assert decision.case.remote_session is None

    def test_is_work_on_the_case_that_moves_no_clock(self) -> None:
        """New no more; the hour runs on, and nobody has answered the customer yet."""
        assert (GOING_ON.status, GOING_ON.next_hand_off_at) == (Status.IN_PROGRESS, bogota("10:00"))
        assert GOING_ON.first_answered_at is None

    def test_is_followed_by_the_next_number(self) -> None:
        """Each is one of its own."""
        again = after(GOING_ON, ("09:20", END), ("09:30", BEGIN)).remote_session
        assert again
        assert again.number == 2

    @pytest.mark.parametrize(
        ("case", "command", "refusal"),
        [
            (opened(), replace(BEGIN, consented_by=" "), ConsentMissing),
            (opened(), replace(BEGIN, tool=" "), ToolMissing),
            (GOING_ON, BEGIN, RemoteSessionGoingOn),
            (opened(), END, RemoteSessionNotOpen),
            (GOING_ON, replace(END, session=2), RemoteSessionNotOpen),
            (after(GOING_ON, ("09:20", END)), END, RemoteSessionNotOpen),
            (GOING_ON, replace(END, summary=NO_WORDS), TextMissing),
        ],
        ids=["no consent", "no tool", "a second one", "none to end", "another's end", "ended twice", "no words"],
    )
    def test_is_refused_otherwise(self, case: Case, command: c.Command, refusal: type[Refusal]) -> None:
        """Without consent there is none, and one at a time."""
        with pytest.raises(refusal) as refused:
            decide(case, command, terms=STANDARD, at=bogota("09:50"))
        assert refused.value.message.format(**refused.value.values)

    @pytest.mark.parametrize("command", [RESOLVE, WITHDRAW], ids=["resolved", "withdrawn"])
    def test_ends_with_its_case(self, command: c.Command) -> None:
        """Nobody keeps access to what is over."""
        decision = turns(GOING_ON, ("09:40", command))[-1]
        assert decision.entries[0].fact == RemoteSessionEnded(session=1, summary=None)
        assert decision.case.remote_session is None

    def test_does_not_come_back_with_a_reopened_case(self) -> None:
        """Another consent is asked for."""
        assert after(GOING_ON, ("09:40", RESOLVE), ("09:50", REOPEN)).remote_session is None

    @pytest.mark.parametrize("command", [HAND_OFF, ASK], ids=["handed on", "waiting"])
    def test_goes_on_while_the_case_does(self, command: c.Command) -> None:
        """Whoever has it."""
        assert after(GOING_ON, ("09:20", command)).remote_session == GOING_ON.remote_session


@pytest.mark.rule("ESC-9")
class TestAProviderWhoWorksOnItToo:
    update = c.UpdateFromProvider(by=HELP_DESK, body=WORDS)

    @pytest.mark.parametrize("terms", [STANDARD, PREMIUM], ids=["standard", "premium"])
    def test_has_a_case_of_its_own_and_stops_no_clock(self, terms: Terms) -> None:
        """Under both plans."""
        before = opened(terms=terms)
        case = after(before, ("09:10", TO_PROVIDER), terms=terms)
        assert case.provider_case == ProviderCase("google", "G-1")
        assert (case.level_clock, case.initial_attention) == (before.level_clock, before.initial_attention)

    def test_is_heard_as_often_as_it_says_something(self) -> None:
        """On the timeline, the clock running."""
        said = turns(opened(), ("09:10", TO_PROVIDER), ("09:20", self.update), ("09:30", self.update))
        assert kinds(said) == ["provider_escalated", "provider_updated", "provider_updated"]
        assert said[-1].case.next_hand_off_at == bogota("10:00")

    def test_stays_with_the_case_at_the_next_level(self) -> None:
        """The specialists find its number."""
        assert after(opened(), ("09:10", TO_PROVIDER), "10:00").provider_case == ProviderCase("google", "G-1")

    def test_may_be_another_one_later(self) -> None:
        """The last number is the one to follow."""
        other = replace(TO_PROVIDER, provider="claro", provider_case="C-2")
        assert after(opened(), ("09:10", TO_PROVIDER), ("09:20", other)).provider_case == ProviderCase("claro", "C-2")

    @pytest.mark.parametrize(
        ("command", "refusal"),
        [
            (replace(TO_PROVIDER, provider=" "), ProviderCaseMissing),
            (replace(TO_PROVIDER, provider_case=""), ProviderCaseMissing),
            (update, ProviderNotInvolved),
        ],
        ids=["nobody", "no number", "not asked"],
    )
    def test_is_named_with_its_number(self, command: c.Command, refusal: type[Refusal]) -> None:
        """Otherwise nobody could follow it."""
        with pytest.raises(refusal):
            decide(opened(), command, terms=STANDARD, at=bogota("09:10"))

    @pytest.mark.rule("SCOPE-6")
    def test_publishes_incidents_that_the_case_is_tied_to(self) -> None:
        """Several, in the order they were found; no clock moves."""
        links = [c.LinkProviderIncident(by=HELP_DESK, incident_id=each) for each in ("google:1", "google:2")]
        case = after(opened(), *(("09:10", link) for link in links))
        assert (case.provider_incidents, case.level_clock) == (("google:1", "google:2"), opened().level_clock)
