"""The customer's letters: kind, plain, and always with what happens next. Sentences are ids of the catalogue."""

from __future__ import annotations

from typing import assert_never

from policy.case import facts as f
from policy.case.case import Level
from policy.terms.terms import ArchitectureHelp
from wording.notices import chats, questions
from wording.notices.amended import amended
from wording.notices.closing import closed
from wording.notices.occasion import Occasion, Words
from wording.notices.specialists import diagnosed, session_ended, session_started
from wording.notices.visits import visit_to_customer


def to_customer(o: Occasion) -> Words:
    """The letter to the customer's people about the occasion's fact."""
    fact = o.fact
    match fact:
        case f.CaseOpened():
            return _opened(o, fact)
        case f.CaseHeld():
            return _held(o)
        case f.CaseReleased():
            return _released(o, fact)
        case f.HandedOff():
            return _handed_off(o, fact)
        case f.CaseTransferred():
            return _transferred(o, fact)
        case f.CaseOverdue():
            return _overdue(o)
        case f.OverdueRepeated():
            return _still_overdue(o, fact)
        case f.ReplySent():
            return _replied(o, fact)
        case f.ChatSaid():
            return chats.said_to_customer(o, fact)
        case f.ChatEnded():
            return chats.ended_for_customer(o, fact)
        case f.InformationRequested():
            return questions.asked(o, fact)
        case f.InformationReminded():
            return questions.reminded(o)
        case f.InformationLapsed():
            return questions.lapsed(o)
        case f.PriorityChanged():
            return _priority_changed(o, fact)
        case f.ProviderEscalated():
            return _provider_escalated(o, fact)
        case f.ProviderUpdated():
            return _provider_updated(o, fact)
        case f.RemoteSessionStarted():
            return session_started(o, fact)
        case f.RemoteSessionEnded():
            return session_ended(o, fact)
        case f.DiagnosisRecorded():
            return diagnosed(o, fact)
        case f.TermsAmended():
            return amended(o, fact)
        case f.CaseResolved():
            return questions.unanswered(o) if fact.unanswered else _resolved(o, fact)
        case f.CaseClosed():
            return closed(o, fact)
        case (
            f.CaseClaimed()
            | f.CaseAssigned()
            | f.NoteAdded()
            | f.AttemptLogged()
            | f.CallLogged()
            | f.ChatBegun()
            | f.ChatTaken()
            | f.ChatHandedOver()
            | f.InitialAttentionGiven()
            | f.InitialAttentionMissed()
            | f.ClockWarned()
            | f.PriorityConfirmed()
            | f.CustomerAnswered()
            | f.AnalysisRecorded()
            | f.ProviderIncidentLinked()
            | f.CaseReopened()
            | f.DutyPaged()
            | f.UnknownFact()
        ):
            return o.untold()  # no letter to these readers tells of it
        case _:
            return visit_to_customer(o, fact)


def _opened(o: Occasion, fact: f.CaseOpened) -> Words:
    told = [
        o.say(
            "We received your case {number}, “{title}”, with priority {priority}, under the {plan} plan.",
            priority=o.priority_name(o.priority),
        )
    ]
    if fact.follows:
        told.append(o.say("Case {before} is closed, so it goes on in this one.", before=fact.follows))
    if fact.architecture_help:
        told.append(
            o.say("Your plan helps with the architecture, implementation and deployment of concrete cases.")
            if fact.architecture_help is ArchitectureHelp.CONCRETE_CASES
            else o.say(
                "Your plan helps with architecture, implementation and deployment by recommended practices; work on a "
                "concrete case belongs to the Premium plan."
            )
        )
    if not fact.prior_analysis.characters:  # it came by mail, and is open without it
        told.append(
            o.say("Please answer with what your team has analysed and tried so far: it is part of every case (REQ-5).")
        )
    if o.limit_at:
        told += [
            o.say("A support professional will give it initial attention by {limit} (Colombian time) at the latest."),
            o.say(
                "Help Desk may confirm or change the priority, and will tell you why. If a level does not solve the "
                "case within its time, the case moves up by itself and we let you know."
            ),
        ]
    return o.say("We received your case"), told


def _held(o: Occasion) -> Words:
    return o.say("Your case is held"), [
        o.say(
            "Your case {number} is registered, but we found no contract or warranty in force that covers it. It is "
            "held for now, and none of its times is running."
        ),
        o.say(
            "Our commercial team already knows and can help you renew: {mailbox}. As soon as the cover is renewed and "
            "paid, we start working on the case.",
            mailbox=o.commercial_mailbox,
        ),
        o.say("If that has not happened by {limit} (Colombian time), the case will be closed as not covered."),
    ]


def _released(o: Occasion, fact: f.CaseReleased) -> Words:
    told = [
        o.say(
            "Your case {number}, “{title}”, is covered now by your {cover}, and we are working on it under the {plan} "
            "plan. Its times count from {since} (Colombian time).",
            cover=o.word("cover", fact.cover),
            since=o.due_at,
        )
    ]
    if fact.came_by:
        told.append(
            o.say(
                "It came through {channel}, which your plan does not include: it stays open, and from now on we "
                "attend it through: {channels}.",
                channel=fact.came_by,
                channels=", ".join(fact.channels),
            )
        )
    if o.limit_at:
        told.append(
            o.say("A support professional will give it initial attention by {limit} (Colombian time) at the latest.")
        )
    else:
        told.append(o.say("The time for its initial attention has passed already: it is attended without more delay."))
    return o.say("Your case is no longer held"), told


def _handed_off(o: Occasion, fact: f.HandedOff) -> Words:
    told = [_moved_up(o, fact), *o.reason(fact.reason)]
    if o.limit_at and fact.to_level < Level.DIRECTOR:
        told.append(o.say("If it is not solved there by {limit} (Colombian time), it moves up again by itself."))
    elif o.limit_at:
        told.append(o.say("The time to solve it there ends on {limit} (Colombian time)."))
    return o.say("Your case is now at level {level}", level=int(fact.to_level)), told


def _moved_up(o: Occasion, fact: f.HandedOff) -> str:
    from_level, to_level = o.level_name(fact.from_level), o.level_name(fact.to_level)
    match fact.cause:
        case "limit":
            return o.say(
                "The time of {from_level} ended without a solution, so your case {number} moved up to {to_level}.",
                from_level=from_level,
                to_level=to_level,
            )
        case "priority":
            return o.say(
                "With its new priority, your case {number} had used up the time of {from_level}, so it moved "
                "up to {to_level}.",
                from_level=from_level,
                to_level=to_level,
            )
        case "amendment":
            return o.say(
                "With its amended times, your case {number} had used up the time of {from_level}, so it moved up to "
                "{to_level}.",
                from_level=from_level,
                to_level=to_level,
            )
        case "functional":
            return o.say("By functional escalation, your case {number} went straight to {to_level}.", to_level=to_level)
        case "by_hand":
            return o.say("To move it forward, your case {number} was moved up to {to_level}.", to_level=to_level)
        case _:
            assert_never(fact.cause)


def _transferred(o: Occasion, fact: f.CaseTransferred) -> Words:
    return o.say("Your case is with a specialist group"), [
        o.say(
            "Your case {number} is now with our specialist group {group}. Its level's time keeps running.",
            group=fact.to_group,
        ),
        *o.reason(fact.reason),
    ]


def _overdue(o: Occasion) -> Words:
    return o.say("Your case is overdue"), [
        o.say(
            "Case {number}, “{title}”, was not solved within the time of level 3, the highest. We are sorry. Our "
            "Director of Technology and Operations has been told and stays in charge of it until it is solved."
        ),
    ]


def _still_overdue(o: Occasion, fact: f.OverdueRepeated) -> Words:
    return o.say("Your case is still overdue (notice {times})", times=fact.periods + 1), [
        o.say(
            "Case {number}, “{title}”, is still without a solution after another whole period of level 3. We are "
            "sorry. Our Director of Technology and Operations has been told again and stays in charge of it."
        ),
    ]


def _replied(o: Occasion, fact: f.ReplySent) -> Words:
    return o.say("We answered your case"), [o.say("Support answered your case {number}:"), *o.quoted(fact.body)]


def _priority_changed(o: Occasion, fact: f.PriorityChanged) -> Words:
    return o.say("The priority of your case changed"), [
        o.say(
            "The priority of your case {number} changed from {old} to {new}.",
            old=o.priority_name(fact.from_priority),
            new=o.priority_name(fact.to_priority),
        ),
        *o.reason(fact.reason),
        o.say("The time already used at the level still counts."),
    ]


def _provider_escalated(o: Occasion, fact: f.ProviderEscalated) -> Words:
    return o.say("Your case is also with the provider"), [
        o.say(
            "We escalated your case {number} to the service provider {provider}, under its number {provider_case}. We "
            "keep working on it, and our own times keep running.",
            provider=fact.provider,
            provider_case=fact.provider_case,
        ),
    ]


def _provider_updated(o: Occasion, fact: f.ProviderUpdated) -> Words:
    return o.say("The provider has news"), [
        o.say("The service provider has news about your case {number}:"),
        *o.quoted(fact.body),
    ]


def _resolved(o: Occasion, fact: f.CaseResolved) -> Words:
    return o.say("Your case was resolved"), [
        o.say("We resolved your case {number}:"),
        *o.quoted(fact.summary),
        o.say(
            "Please confirm the solution. If the problem goes on, reopen the case with your reason by {limit} "
            "(Colombian time); after that, without an answer from you, it is closed."
        ),
    ]
