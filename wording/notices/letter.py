"""A whole notice: its subject, and the news between what every notice of its audience begins and ends with."""

from __future__ import annotations

from dataclasses import dataclass

from wording.language import word
from wording.notices.customer import TO_CUSTOMER
from wording.notices.desk import TO_DESK
from wording.notices.occasion import Occasion, Words


@dataclass(frozen=True)
class NoticeText:
    """A notice as it is read."""

    subject: str
    body: str


def text_of(occasion: Occasion) -> NoticeText:
    """The notice's subject and body."""
    say = occasion.say
    if occasion.is_for_the_customer:
        news, paragraphs = TO_CUSTOMER.get(occasion.kind, _something_new)(occasion)
        body = [
            say("Hello,"),
            *paragraphs,
            _way_on(occasion),
            say("This message was sent automatically. Please do not answer it by mail: nobody reads the answers."),
        ]
    else:
        news, paragraphs = TO_DESK.get(occasion.kind, _something_new)(occasion)
        body = [*paragraphs, _summary(occasion), occasion.link]
    return NoticeText(f"[{occasion.number}] {news}: {occasion.title}", "\n\n".join(body) + "\n")


def _way_on(o: Occasion) -> str:
    if o.kind == "case_closed":
        return o.say("You can read the whole case here: {link}", link=o.link)
    return o.say("Follow your case in real time, and write to us about it, here: {link}", link=o.link)


def _summary(o: Occasion) -> str:
    lines = [
        o.say("Case: {number}, {title}"),
        o.say("Customer: {customer}", customer=o.customer),
        o.say("Level: {level} ({who})", level=o.level, who=word("level", o.level, o.language)),
        o.say("Priority: {priority}", priority=o.priority_name(o.priority)),
        o.say("Plan: {plan}"),
    ]
    if o.limit_at and not o.names_a_date:
        lines.append(o.say("Deadline: {limit} (Colombian time)"))
    elif o.due_at:
        lines.append(o.say("It was due: {due} (Colombian time)", due=o.due_at))
    return "\n".join(lines)


def _something_new(o: Occasion) -> Words:
    return o.say("There is news"), [o.say("There is news in case {number}.")]
