"""Every notice with sample data, as each of its readers is sent it: nobody's case, and no mail leaves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from activities.mail.html_letter import page_of
from desk.desk import Desk
from desk.problems import NotFound
from policy.case import facts as f
from policy.case.case import SYSTEM, Actor, Case, Category, Channel, Level, Plan, Priority, Role, Text
from policy.case.commands import OpenCase
from policy.case.lifecycle import open_case
from policy.case.notices import Notice, notices_of
from policy.people.recipients import Administrators, Commercial, CustomerRecipient
from policy.terms.channels import misdirected
from policy.terms.terms import CoverKind, Terms
from policy.visit.visit import Visit, VisitStep
from storage.terms.terms import bogota_date, preview_terms
from wording.language import LANGUAGES
from wording.notices.channels import channel_letter
from wording.notices.cover import ChoiceOccasion, CoverOccasion, choice_text, cover_text
from wording.notices.early_end import EarlyEndOccasion, early_end_text
from wording.notices.letter import NoticeText, text_of
from wording.notices.occasion import Occasion
from wording.notices.samples import LIMIT, SAMPLES, WORDS, Group, group_of

COVER = "cover"
"""The letters that no case sends, by what they are about: its place among the `Group`s."""
_NUMBER = "MA-2026-000042"
_CUSTOMER = "Altaneblina S. A. S."
_COMMERCIAL = "comercial@escala.example"
_SAID = {
    "es": "El mapa de rutas aparece en blanco desde las 8:00.\nProbamos otro navegador y otra red.",
    "en": "The map of routes has been blank since 8:00.\nWe tried another browser and another network.",
}
_TITLES = {"es": "El mapa de rutas no carga", "en": "The map of routes does not load"}


@dataclass(frozen=True)
class Sample:
    """A notice with its letters by language. `reader` is a word of who reads it; `group` what it is about."""

    group: str
    kind: str
    reader: str
    letters: dict[str, NoticeText]

    def headline(self, language: str) -> str:
        """What is new, in a few words: a customer's letter says it apart, a desk's in its subject."""
        text = self.letters[language]
        return text.news or text.subject.removeprefix(f"[{_NUMBER}] ").removesuffix(f": {_TITLES[language]}")

    def page(self, language: str) -> str | None:
        """The letter's form in HTML, where it has one."""
        text = self.letters[language]
        return page_of(text, language=language) if text.news else None


def samples(desk: Desk, *, link: str, at: datetime) -> Sequence[Sample]:
    """All of them, by what they are about."""
    plan = Plan.PREMIUM if Plan.PREMIUM in desk.policy.plans else next(iter(desk.policy.plans))
    terms = preview_terms(desk.policy, plan, at=at)
    case = _case(terms, at=at)
    found = [*_of_cases(case, terms, link=link), *_of_covers(terms, link=link, at=at)]
    order = [*Group, COVER]
    return sorted(found, key=lambda each: order.index(each.group))


def sample(desk: Desk, place: int, *, link: str, at: datetime) -> tuple[Sequence[Sample], Sample]:
    """All of them, and the one at a place. NotFound."""
    found = samples(desk, link=link, at=at)
    if not 0 <= place < len(found):
        raise NotFound
    return found, found[place]


def _case(terms: Terms, *, at: datetime) -> Case:
    """A case that somebody works on and that has a visit."""
    opening = OpenCase(
        by=Actor(Role.CONTACT, "contact-1"),
        number=_NUMBER,
        received_at=at,
        customer_id="customer-1",
        contact_id="contact-1",
        solution_id="solution-1",
        channel=Channel.WEB,
        category=Category.INCIDENT,
        proposed_priority=Priority.SERIOUS,
        title=Text("title", 20),
        description=WORDS,
        prior_analysis=WORDS,
    )
    visit = Visit(
        number=1, city_code="05001", requested_at=at, step=VisitStep.SCHEDULED, term=None, engineer_id="agent-2"
    )
    return replace(open_case(opening, terms=terms).case, assignee="agent-1", visit=visit)


def _of_cases(case: Case, terms: Terms, *, link: str) -> Iterator[Sample]:
    for fact in SAMPLES:
        entry = f.Entry(seq=1, at=LIMIT - timedelta(hours=1), by=SYSTEM, fact=fact)
        for notice in notices_of((entry,), before=case, after=case, terms=terms):
            told = {each: text_of(_occasion(case, fact, notice, language=each, link=link)) for each in LANGUAGES}
            yield Sample(group_of(fact), fact.kind, notice.recipient.kind, told)


def _occasion(case: Case, fact: f.Fact, notice: Notice, *, language: str, link: str) -> Occasion:
    return Occasion(
        recipient=notice.recipient,
        language=language,
        number=case.number,
        title=_TITLES[language],
        customer=_CUSTOMER,
        plan=Plan.PREMIUM,
        level=Level.SPECIALISTS,
        priority=case.priority,
        fact=fact,
        words={WORDS.content_id: _SAID[language]},
        limit_at=notice.limit_at or LIMIT,
        due_at=LIMIT if isinstance(fact, f.CaseReleased) else None,
        link=f"{link.rstrip('/')}/casos/{case.number}",
        commercial_mailbox=_COMMERCIAL,
        place="Calle 10 # 20-30, Medellín",
        names={"agent-2": "Laura Mejía", "agent-9": "Camilo Restrepo", "contact-1": "Ángela Suárez"},
        is_answerable=isinstance(notice.recipient, CustomerRecipient),
    )


def _of_covers(terms: Terms, *, link: str, at: datetime) -> Iterator[Sample]:
    """The letters on contracts, warranties and channels."""
    for recipient in (Administrators("customer-1"), Commercial()):
        for kind, name in ((CoverKind.CONTRACT, "premium"), (CoverKind.WARRANTY, "Geovisor predial")):
            ending = {each: cover_text(_cover(kind, name, recipient, each)) for each in LANGUAGES}
            yield Sample(COVER, f"{kind}_ends", recipient.kind, ending)
        ended = {each: early_end_text(_early_end(recipient, each)) for each in LANGUAGES}
        yield Sample(COVER, "contract_ended", recipient.kind, ended)
    choice = {
        each: choice_text(
            ChoiceOccasion(
                customer=_CUSTOMER, plan=Plan.STANDARD, places=2, asked=4, link=f"{link}/contactos", language=each
            )
        )
        for each in LANGUAGES
    }
    yield Sample(COVER, "sign_in_choice", Administrators("customer-1").kind, choice)
    asked = misdirected("contact-1", Channel.PHONE, terms=terms, on=bogota_date(at))
    told = {each: channel_letter(asked, link=link, language=each) for each in LANGUAGES}
    yield Sample(COVER, "channel_not_in_plan", "contact", told)


def _cover(kind: CoverKind, name: str, recipient: Administrators | Commercial, language: str) -> CoverOccasion:
    return CoverOccasion(
        kind=kind,
        cover_id="con_1",
        recipient=recipient,
        language=language,
        customer=_CUSTOMER,
        name=name,
        ends_on=date(2027, 3, 31),
        said_on=date(2027, 3, 1),
        unpaid_until=None,
        commercial_mailbox=_COMMERCIAL,
        customer_told=True,
    )


def _early_end(recipient: Administrators | Commercial, language: str) -> EarlyEndOccasion:
    return EarlyEndOccasion(
        contract_id="con_1",
        recipient=recipient,
        language=language,
        customer=_CUSTOMER,
        plan=Plan.PREMIUM,
        from_on=date(2027, 3, 1),
        reason=_SAID[language].splitlines()[0],
        replaced_by=None,
        replaced_until=None,
        commercial_mailbox=_COMMERCIAL,
    )
