"""A notice as a letter: its subject, and the news between what every letter to its audience begins and ends with."""

from __future__ import annotations

from dataclasses import dataclass

from policy.case.facts import CaseClosed, CaseReleased
from policy.people.recipients import CustomerRecipient
from wording.notices.customer import to_customer
from wording.notices.desk import to_desk
from wording.notices.occasion import Occasion


@dataclass(frozen=True)
class NoticeText:
    """A notice as it is read. `news` says in a few words what is new; without it the message has no form in HTML."""

    subject: str
    body: str
    news: str = ""


def text_of(occasion: Occasion) -> NoticeText:
    """The notice's subject and body."""
    say = occasion.say
    if isinstance(occasion.recipient, CustomerRecipient):
        news, paragraphs = to_customer(occasion)
        body = [
            say("Hello,"),
            *paragraphs,
            *_to_stand_ins(occasion),
            _way_on(occasion),
            _answers(occasion),
        ]
        # One subject for all that a case's people are sent, so that every mail program shows one conversation.
        return NoticeText(f"[{occasion.number}] {occasion.title}", "\n\n".join([news, *body]) + "\n", news)
    news, paragraphs = to_desk(occasion)
    meanwhile = [
        say("{absent} is away: {substitute} stands in meanwhile.", absent=absent, substitute=substitute)
        for absent, substitute in occasion.substitutes
    ]
    if occasion.not_there:
        meanwhile.append(
            say(
                "This message is for {agent}, who is not there, and nobody stands in: give what it asks for to "
                "somebody else.",
                agent=occasion.not_there,
            )
        )
    body = [*paragraphs, *meanwhile, _summary(occasion), occasion.link]
    return NoticeText(f"[{occasion.number}] {news}: {occasion.title}", "\n\n".join(body) + "\n")


def _to_stand_ins(o: Occasion) -> list[str]:
    if not o.to_stand_ins:
        return []
    return [
        o.say(
            "You receive this message because no administrator of {customer} is active. Please name one to us in "
            "writing.",
            customer=o.customer,
        )
    ]


def _way_on(o: Occasion) -> str:
    if isinstance(o.fact, CaseClosed):
        return o.say("You can read the whole case here: {link}", link=o.link)
    return o.say("Follow your case in real time, and write to us about it, here: {link}", link=o.link)


def _answers(o: Occasion) -> str:
    if o.is_answerable and not isinstance(o.fact, CaseClosed):
        return o.say("You can also answer this message by mail: what you write joins the case.")
    return o.say("This message was sent automatically. Please do not answer it by mail: nobody reads the answers.")


def _summary(o: Occasion) -> str:
    lines = [
        o.say("Case: {number}, {title}"),
        o.say("Customer: {customer}", customer=o.customer),
        o.say("Level: {level} ({who})", level=int(o.level), who=o.word("level", o.level)),
        o.say("Priority: {priority}", priority=o.priority_name(o.priority)),
        o.say("Plan: {plan}"),
    ]
    if o.limit_at and not o.names_a_date:
        lines.append(o.say("Deadline: {limit} (Colombian time)"))
    elif o.due_at and not isinstance(o.fact, CaseReleased):  # its clocks count from then, and its letter says so
        lines.append(o.say("It was due: {due} (Colombian time)", due=o.due_at))
    return "\n".join(lines)
