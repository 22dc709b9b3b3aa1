"""The letter that tells an agent together what they chose not to be told one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from wording.language import DEFAULT, translate
from wording.notices.letter import NoticeText


def digest_text(told: Sequence[tuple[str, str]], *, on: date, off: str, language: str = DEFAULT) -> NoticeText:
    """The digest of a day: each notice's subject with where it leads, and how to have no digest any more (`off`)."""

    def say(message: str, **values: object) -> str:
        return translate(message, language, **values)

    news = say("Notices since your last digest: {many}", many=len(told))
    paragraphs = [news, *(f"{subject}\n{link}" for subject, link in told)]
    paragraphs.append(say("To be told one by one again: {link}", link=off))
    subject = say("Digest of {on_date}: {news}", on_date=on, news=news)
    return NoticeText(subject, "\n\n".join(paragraphs) + "\n", news)
