"""The desk's letters, to agents, queues, the director and the commercial team: short, for who acts on them at once."""

from __future__ import annotations

from typing import assert_never

from policy.case import facts as f
from policy.case.case import Level
from policy.people.recipients import Agent, Commercial, LevelQueue
from policy.time.clock import ClockName
from wording.notices import chats, questions
from wording.notices.amended import amended
from wording.notices.occasion import Occasion, Words
from wording.notices.visits_at_desk import visit_to_desk


def to_desk(o: Occasion) -> Words:
    """The letter to the people of the house about the occasion's fact."""
    fact = o.fact
    match fact:
        case f.CaseOpened():
            return _opened_at_queue(o)
        case f.CaseHeld():
            return _held_for_commercial(o)
        case f.CaseReleased():
            return _released_at_desk(o)
        case f.CaseAssigned():
            return _assigned(o)
        case f.HandedOff():
            return _handed_off_at_desk(o, fact)
        case f.CaseTransferred():
            return _transferred_to_group(o, fact)
        case f.ClockWarned():
            return _warned(o, fact)
        case f.InitialAttentionMissed():
            return _attention_missed(o)
        case f.CaseOverdue():
            return _overdue_for_director(o)
        case f.OverdueRepeated():
            return _still_overdue_for_director(o, fact)
        case f.InformationRequested():
            return questions.asked_at_desk(o, fact)
        case f.InformationReminded():
            return questions.reminded_at_desk(o)
        case f.InformationLapsed():
            return questions.lapsed_at_desk(o)
        case f.CaseResolved() if fact.unanswered:
            return questions.unanswered_at_desk(o, fact)
        case f.ChatBegun():
            return chats.begun_at_desk(o)
        case f.ChatSaid():
            return chats.said_at_desk(o, fact)
        case f.ChatHandedOver():
            return chats.handed_over(o)
        case f.ChatEnded():
            return chats.ended_at_desk(o)
        case f.CustomerAnswered():
            return _answered(o, fact)
        case f.NoteAdded():
            is_called = isinstance(o.recipient, Agent) and o.recipient.id in fact.mentions
            return _mentioned(o, fact) if is_called else _noted(o, fact)
        case f.TermsAmended():
            return amended(o, fact)
        case f.CaseReopened():
            return _reopened(o, fact)
        case f.CaseClosed():
            return _closed_at_desk(o, fact)
        case (
            f.CaseClaimed()
            | f.ReplySent()
            | f.AttemptLogged()
            | f.CallLogged()
            | f.AnalysisRecorded()
            | f.ChatTaken()
            | f.InitialAttentionGiven()
            | f.PriorityConfirmed()
            | f.PriorityChanged()
            | f.ProviderEscalated()
            | f.ProviderUpdated()
            | f.ProviderIncidentLinked()
            | f.RemoteSessionStarted()
            | f.RemoteSessionEnded()
            | f.DiagnosisRecorded()
            | f.CaseResolved()
            | f.DutyPaged()
            | f.UnknownFact()
        ):
            return o.untold()  # no letter to these readers tells of it
        case _:
            return visit_to_desk(o, fact)


def _opened_at_queue(o: Occasion) -> Words:
    return o.say("New case, priority {priority}", priority=int(o.priority)), [
        o.say("A new case waits for its initial attention, unassigned. Claim it to work on it."),
    ]


def _held_for_commercial(o: Occasion) -> Words:
    return o.say("Case held without cover"), [
        o.say(
            "{customer} opened case {number} without a contract or warranty in force. It is held: renewal and payment "
            "release it, and past its deadline it is closed as not covered.",
            customer=o.customer,
        ),
    ]


def _released_at_desk(o: Occasion) -> Words:
    if isinstance(o.recipient, Commercial):
        return o.say("No longer held"), [
            o.say("Case {number} of {customer} is covered now and goes on.", customer=o.customer)
        ]
    return o.say("Released case, priority {priority}", priority=int(o.priority)), [
        o.say(
            "The case was held without cover. Cover has come, and its clocks count from {since} (Colombian time): it "
            "waits for its initial attention, unassigned. Claim it to work on it.",
            since=o.due_at,
        ),
        *_by_the_plans_channels(o),
    ]


def _by_the_plans_channels(o: Occasion) -> list[str]:
    """Said where a released case came by another channel than its plan's (PLAN-7)."""
    if not isinstance(o.fact, f.CaseReleased) or o.fact.came_by is None:
        return []
    return [
        o.say(
            "It came through {channel}, which its plan does not include: from now on it is attended through: "
            "{channels}.",
            channel=o.fact.came_by,
            channels=", ".join(o.fact.channels),
        )
    ]


def _assigned(o: Occasion) -> Words:
    return o.say("Assigned to you"), [o.say("Case {number} was assigned to you.")]


def _mentioned(o: Occasion, fact: f.NoteAdded) -> Words:
    return o.say("You are mentioned in a note"), [
        o.say("{author} calls you in an internal note of case {number}:", author=o.author)
        if o.author
        else o.say("An internal note of case {number} calls you:"),
        *o.quoted(fact.body),
    ]


def _handed_off_at_desk(o: Occasion, fact: f.HandedOff) -> Words:
    from_level, to_level, cause = int(fact.from_level), int(fact.to_level), _cause(o, fact)
    if o.recipient == LevelQueue(fact.to_level):
        news = o.say("Arrived at level {level}", level=to_level)
        told = o.say(
            "The case arrived from level {level}, unassigned: {cause}. Claim it to work on it.",
            level=from_level,
            cause=cause,
        )
    elif isinstance(o.recipient, Agent):
        news = o.say("No longer yours: moved to level {level}", level=to_level)
        told = o.say("The case left you and is unassigned at level {level}: {cause}.", level=to_level, cause=cause)
    else:
        news = o.say("Moved to level {level}", level=to_level)
        told = o.say(
            "The case left level {from_level} for level {to_level}: {cause}.",
            from_level=from_level,
            to_level=to_level,
            cause=cause,
        )
    return news, [told, *o.reason(fact.reason)]


def _cause(o: Occasion, fact: f.HandedOff) -> str:
    from_level = int(fact.from_level)
    match fact.cause:
        case "limit":
            return o.say("its time at level {level} ended", level=from_level)
        case "by_hand":
            return o.say("it was moved up by hand")
        case "priority":
            return o.say("its new priority left it no time at level {level}", level=from_level)
        case "amendment":
            return o.say("its amended times left it no time at level {level}", level=from_level)
        case "functional":
            return o.say("functional escalation")
        case _:
            assert_never(fact.cause)


def _transferred_to_group(o: Occasion, fact: f.CaseTransferred) -> Words:
    return o.say("Transferred to {group}", group=fact.to_group), [
        o.say(
            "The case was transferred to the specialist group {group}, unassigned; its level's clock keeps running. "
            "Claim it to work on it.",
            group=fact.to_group,
        ),
        *o.reason(fact.reason),
    ]


def _warned(o: Occasion, fact: f.ClockWarned) -> Words:
    level = int(fact.level)
    if fact.clock is ClockName.INITIAL_ATTENTION:
        told = o.say(
            "Nobody has given the case its initial attention, which is due by {limit} (Colombian time): a "
            "reply, or a logged call or chat."
        )
        return o.say("Initial attention is about to be missed"), [told]
    told = (
        o.say(
            "The time of level {level} ends on {limit} (Colombian time); then the case moves up by itself.", level=level
        )
        if fact.level < Level.DIRECTOR
        else o.say("The time of level 3 ends on {limit} (Colombian time); then the case is overdue.")
    )
    return o.say("The time of level {level} is running out", level=level), [told]


def _attention_missed(o: Occasion) -> Words:
    return o.say("Initial attention missed"), [
        o.say(
            "Nobody gave the case its initial attention within the plan's time. The customer is still waiting for a "
            "reply, or a call or chat."
        ),
    ]


def _overdue_for_director(o: Occasion) -> Words:
    return o.say("OVERDUE"), [
        o.say("The time of level 3 ended without a solution: the case is overdue. The customer has been told too.")
    ]


def _still_overdue_for_director(o: Occasion, fact: f.OverdueRepeated) -> Words:
    return o.say("STILL OVERDUE (notice {times})", times=fact.periods + 1), [
        o.say("Another whole period of level 3 ended without a solution. The customer has been told too.")
    ]


def _noted(o: Occasion, fact: f.NoteAdded) -> Words:
    return o.say("Note by mail"), o.quoted(fact.body)


def _answered(o: Occasion, fact: f.CustomerAnswered) -> Words:
    wrote = (
        o.say("The customer wrote what was analysed and tried:")
        if fact.brings_analysis
        else o.say("The customer wrote:")
    )
    return o.say("The customer answered"), [wrote, *o.quoted(fact.body)]


def _reopened(o: Occasion, fact: f.CaseReopened) -> Words:
    return o.say("Reopened"), [
        o.say(
            "The customer says that the case is not solved. It is open again at level {level}, with the time it had "
            "left.",
            level=int(o.level),
        ),
        *o.reason(fact.reason),
    ]


def _closed_at_desk(o: Occasion, fact: f.CaseClosed) -> Words:
    reason = o.word("closing_reason", fact.reason)
    return o.say("Closed"), [o.say("The case, which was yours, is closed: {reason}.", reason=reason)]
