"""What is said of a cover that ends: whole, in both languages, with what is paid and what to do (WAR-5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from policy.case.case import Plan
from policy.people.recipients import Administrators, Commercial
from policy.terms.terms import CoverKind
from wording.language import LANGUAGES
from wording.notices.cover import ChoiceOccasion, CoverOccasion, choice_text, cover_text

pytestmark = pytest.mark.rule("WAR-5")

CONTRACT = CoverOccasion(
    kind=CoverKind.CONTRACT,
    cover_id="con_1",
    recipient=Administrators("customer-1"),
    language="es",
    customer="Alcaldía de Ejemplo {0}",
    name="premium",
    ends_on=date(2027, 3, 31),
    said_on=date(2027, 3, 1),
    unpaid_until=None,
    commercial_mailbox="comercial@escala.example",
    customer_told=True,
)
RENEWED = replace(CONTRACT, unpaid_until=date(2028, 3, 31))
WARRANTY = replace(CONTRACT, kind=CoverKind.WARRANTY, cover_id="sol_1", name="Geovisor predial")
EVERY = [replace(each, recipient=to) for each in (CONTRACT, RENEWED, WARRANTY) for to in (each.recipient, Commercial())]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("occasion", EVERY, ids=lambda o: f"{o.kind}-{o.unpaid_until}-{o.recipient.kind}")
def test_every_announcement_has_its_words_whole(occasion: CoverOccasion, language: str) -> None:
    text = cover_text(replace(occasion, language=language))
    assert "2027" in text.subject
    assert not {"{ends_on}", "{customer}", "{mailbox}", "{plan}", "{solution}"} & set(text.body.split())
    assert ("31 de marzo de 2027" if language == "es" else "March 31, 2027") in text.body


@pytest.mark.parametrize(("said_on", "words"), [(1, "Faltan 30 días."), (30, "Eso es mañana."), (31, "Eso es hoy.")])
def test_it_says_how_many_days_are_left(said_on: int, words: str) -> None:
    assert words in cover_text(replace(CONTRACT, said_on=date(2027, 3, said_on))).body


def test_it_does_not_call_a_day_today_that_has_passed() -> None:
    assert "Ese día ya pasó." in cover_text(replace(CONTRACT, said_on=date(2027, 4, 2))).body


@pytest.mark.parametrize(
    ("told", "words"),
    [(True, "También se avisó"), (None, "También se está avisando"), (False, "No se pudo avisar a nadie del cliente")],
)
def test_the_commercial_team_reads_whether_the_customer_was_told(told: bool | None, words: str) -> None:
    occasion = replace(CONTRACT, recipient=Commercial(), customer_told=told)
    assert words in " ".join(cover_text(occasion).body.split())


@pytest.mark.rule("PLAN-8")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_smaller_plan_asks_who_stays(language: str) -> None:
    text = choice_text(
        ChoiceOccasion(
            customer="Acme {x}",
            plan=Plan.STANDARD,
            places=2,
            asked=5,
            link="https://m.example/contactos",
            language=language,
        )
    )
    assert all(each in text.body for each in ("Acme {x}", "2", "5", "https://m.example/contactos"))


@pytest.mark.rule("WAR-2")
def test_it_says_that_a_renewal_is_not_paid() -> None:
    assert "su pago aún no está registrado" in cover_text(RENEWED).body
    assert "NO está pagada" in cover_text(replace(RENEWED, recipient=Commercial())).body


@pytest.mark.rule("WAR-6")
def test_the_customer_reads_what_becomes_of_its_cases() -> None:
    assert "se atienden hasta su final" in cover_text(WARRANTY).body
