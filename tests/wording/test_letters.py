"""The letters of notices: every notice that the policy can ask for, to each recipient, in every language."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from policy.case import facts as f
from policy.case.case import ClosingReason, OutOfScopeKind
from policy.time.clock import ClockName
from tests.support.every import every
from tests.wording.samples import (
    EVERY_NOTICE,
    LIMIT,
    MAILBOX,
    NUMBER,
    OPENED,
    PRIORITY_CHANGED,
    SAMPLES,
    WORDS,
    body,
    closed,
    handed_off,
    occasion,
    told,
    warned,
)
from wording.language import LANGUAGES, translate
from wording.notices.letter import text_of


class TestEveryNotice:
    def test_is_among_these_samples(self) -> None:
        assert {type(fact) for fact in SAMPLES} == set(get_args(f.Fact))

    @every("language", LANGUAGES)
    @every("fact, recipient", EVERY_NOTICE)
    def test_has_its_own_words_whole(self, fact: f.Fact, recipient: str, language: str) -> None:
        text = told(fact, recipient, language)
        for part in (text.subject, text.body):
            assert NUMBER in part
            assert "None" not in part
            assert "{" not in part.replace("{number} del mapa", "").replace("mapa {0}", "")
        assert "https://mesa.example/casos/MA-2026-000001" in text.body
        assert translate("There is news in case {number}.", language, number=NUMBER) not in text.body

    @every("recipient", [each for _, each in EVERY_NOTICE if not each.startswith(("contact", "admin"))])
    def test_names_customer_level_priority_and_plan_to_the_desk(self, recipient: str) -> None:
        fact = next(fact for fact, each in EVERY_NOTICE if each == recipient)
        summary = body(fact, recipient)
        for line in (
            "Cliente: Alcaldía de Ejemplo",
            "Nivel: 2 (Grupo",
            "Prioridad: 1 (impacto crítico)",
            "Plan: Premium",
        ):
            assert line in summary

    def test_of_a_kind_without_words_still_says_that_there_is_news(self) -> None:
        newer = replace(occasion(OPENED, "contact:contact-1"), fact=f.UnknownFact(kind="unheard_of", data={}))
        assert "Hay novedades en el caso MA-2026-000001" in text_of(newer).body


class TestTheCustomerReads:
    def test_an_acknowledgement_with_priority_plan_and_when_it_will_be_attended(self) -> None:
        said = body(OPENED, limit_at=LIMIT)
        assert "Recibimos su caso MA-2026-000001" in said
        assert "prioridad 1 (impacto crítico), en el plan Premium" in said
        assert "a más tardar el miércoles 25 de noviembre de 2026, 11:30 (hora de Colombia)" in said

    def test_no_promise_in_the_acknowledgement_of_a_held_case(self) -> None:
        assert "a más tardar" not in body(OPENED, limit_at=None)

    @pytest.mark.rule("WAR-3")
    def test_why_a_case_is_held_until_when_and_whom_to_ask(self) -> None:
        said = body(f.CaseHeld(until=LIMIT), limit_at=LIMIT)
        assert "no encontramos un contrato ni una garantía vigente" in said
        assert MAILBOX in said
        assert "miércoles 25 de noviembre de 2026, 11:30" in said

    @pytest.mark.rule("ESC-5")
    def test_from_where_to_where_a_case_moved_why_and_what_comes_next(self) -> None:
        said = body(handed_off("limit"), limit_at=LIMIT)
        assert "Se cumplió el tiempo del nivel 1 (Mesa de Ayuda) sin una solución" in said
        assert "pasó al nivel 2 (Grupo de Ingenieros Especialistas)" in said
        assert "miércoles 25 de noviembre de 2026, 11:30 (hora de Colombia), pasará por sí solo" in said

    def test_the_reason_of_who_moved_the_case_by_hand(self) -> None:
        said = body(handed_off("by_hand", reason=WORDS))
        assert "Motivo:\n\n  Revise el token {number} del mapa.\n  Luego reinicie." in said

    def test_what_was_answered_as_it_was_written(self) -> None:
        assert "  Revise el token {number} del mapa.\n  Luego reinicie.\n" in body(f.ReplySent(body=WORDS))

    @pytest.mark.rule("ESC-10")
    def test_that_the_time_stands_still_while_an_answer_is_awaited(self) -> None:
        assert "el tiempo del nivel está en pausa" in body(f.InformationRequested(body=WORDS))

    @pytest.mark.rule("PRI-5")
    def test_why_the_priority_changed(self) -> None:
        said = body(PRIORITY_CHANGED)
        assert "de 4 (impacto bajo) a 1 (impacto crítico)" in said
        assert "Motivo:\n\n  Revise el token" in said

    @pytest.mark.rule("ESC-6")
    def test_how_often_a_case_was_said_to_be_overdue(self) -> None:
        assert "(aviso 3)" in told(f.OverdueRepeated(periods=2), "administrators:customer-1").news

    @pytest.mark.rule("ESC-14")
    def test_the_solution_and_until_when_the_case_can_be_reopened(self) -> None:
        said = body(f.CaseResolved(summary=WORDS, reopen_until=LIMIT), limit_at=LIMIT)
        assert "Revise el token" in said
        assert "hasta el miércoles 25 de noviembre de 2026, 11:30 (hora de Colombia)" in said

    @pytest.mark.rule("SCOPE-5")
    @pytest.mark.parametrize(
        ("kind", "named"),
        [
            (OutOfScopeKind.DEVELOPMENT, "desarrollo o consultoría de funciones"),
            (OutOfScopeKind.DATA_LOAD, "carga de información en la solución"),
            (OutOfScopeKind.DATABASE_UPDATE, "actualización de las bases de datos"),
        ],
    )
    def test_what_kind_is_out_of_scope_and_where_to_turn(self, kind: OutOfScopeKind, named: str) -> None:
        said = body(closed(ClosingReason.OUT_OF_SCOPE, words=WORDS, out_of_scope_kind=kind))
        assert named in said
        assert "Motivo:\n\n  Revise el token" in said
        assert MAILBOX in said

    def test_which_case_goes_on_for_a_duplicate(self) -> None:
        assert "MA-2026-000002" in body(closed(ClosingReason.DUPLICATE, duplicate_of="MA-2026-000002"))

    def test_no_invitation_to_write_about_a_case_that_takes_no_more_words(self) -> None:
        said = body(closed(ClosingReason.CONFIRMED))
        assert "escribirnos" not in said
        assert "Puede consultar todo el caso en: https://mesa.example/casos/" in said

    @every("fact", [fact for fact, recipient in EVERY_NOTICE if recipient.startswith("contact")])
    def test_that_nobody_reads_answers_by_mail(self, fact: f.Fact) -> None:
        assert "nadie lee esas respuestas" in body(fact)


class TestTheDeskReads:
    @pytest.mark.parametrize(
        ("recipient", "news"),
        [
            ("level:2", "Llegó al nivel 2"),
            ("level:1", "Pasó al nivel 2"),
            ("agent:agent-9", "Ya no está a su cargo: pasó al nivel 2"),
        ],
    )
    def test_its_own_side_of_a_hand_off(self, recipient: str, news: str) -> None:
        text = told(handed_off("limit"), recipient)
        assert text.subject == f"[MA-2026-000001] {news}: No carga el mapa {{0}}"
        assert "se cumplió su tiempo en el nivel 1." in text.body

    @pytest.mark.rule("ESC-13")
    @pytest.mark.parametrize(
        ("fact", "said"),
        [
            (
                warned(ClockName.INITIAL_ATTENTION),
                "Nadie le ha dado la atención inicial al caso, que vence el miércoles",
            ),
            (warned(ClockName.LEVEL), "entonces el caso pasa por sí solo al nivel siguiente"),
            (warned(ClockName.LEVEL, 3), "entonces el caso queda vencido"),
        ],
    )
    def test_what_will_happen_at_the_end_of_a_clock_and_when(self, fact: f.Fact, said: str) -> None:
        text = body(fact, "level:1", limit_at=LIMIT)
        assert said in text
        assert "Vence: miércoles 25 de noviembre de 2026, 11:30 (hora de Colombia)" in text

    def test_when_it_was_due_what_was_missed(self) -> None:
        assert "Vencía: miércoles 25" in body(f.InitialAttentionMissed(), "level:1", due_at=LIMIT)

    def test_what_the_customer_answered(self) -> None:
        assert "Revise el token" in body(f.CustomerAnswered(body=WORDS), "agent:agent-1")
