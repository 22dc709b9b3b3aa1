"""The letters on visits on site, remote sessions, equipment and amended terms."""

from __future__ import annotations

import pytest

from policy.case import facts as f
from policy.case.case import Cause, ClosingReason
from policy.visit import facts as v
from policy.visit.visit import Side, VisitStep
from tests.wording.samples import (
    AMENDED,
    APPROVED,
    DATE,
    LIMIT,
    MAILBOX,
    WORDS,
    body,
    cancelled,
    closed,
    reminded,
    scheduled,
    told,
)

LINK = "https://mesa.example/casos/MA-2026-000001"
IN_TIME = "miércoles 25 de noviembre de 2026, 11:30"
ON_DATE = "jueves 3 de diciembre de 2026, 9:00"


class TestTheCustomerReads:
    @pytest.mark.rule("ONS-2")
    def test_a_quote_as_colombia_writes_it_with_how_and_until_when_to_decide(self) -> None:
        said = body(APPROVED)
        assert "se cotizan en $ 350.000 COP" in said
        assert f"Para aceptar o rechazar la cotización por escrito, por favor ingrese al caso: {LINK}" in said
        assert f"a más tardar el {IN_TIME} (hora de Colombia): sin su respuesta, la solicitud caduca" in said

    @pytest.mark.rule("ONS-2")
    def test_by_how_much_the_expenses_exceed_what_was_accepted(self) -> None:
        said = body(v.VisitQuoteExceeded(visit=1, total=1_420_000, accepted=350_000, decide_by=LIMIT))
        assert "suman $ 1.420.000 COP, y usted había aceptado $ 350.000 COP" in said
        assert IN_TIME in said

    @pytest.mark.rule("ONS-5")
    def test_date_place_and_engineer_of_a_visit(self) -> None:
        said = body(scheduled())
        assert f"es el {ON_DATE} (hora de Colombia). Lo visitará Luz Ñáñez." in said
        assert "Lugar: Calle 10 # 20-30, Medellín" in said

    @pytest.mark.rule("ONS-5")
    def test_from_when_to_when_a_visit_was_moved(self) -> None:
        said = body(scheduled(from_starts_at=LIMIT, from_engineer_id="agent-2"))
        assert f"era el {IN_TIME} y ahora es el {ON_DATE}" in said

    def test_that_another_engineer_comes_on_the_same_date(self) -> None:
        said = body(scheduled(from_starts_at=DATE, from_engineer_id="agent-9"))
        assert f"sigue siendo el {ON_DATE} (hora de Colombia), y ahora lo visitará Luz Ñáñez" in said

    @pytest.mark.parametrize(
        ("by", "said"), [(Side.CUSTOMER, "Su equipo canceló la visita"), (Side.SUPPORT, "Cancelamos la visita")]
    )
    def test_who_called_a_visit_off(self, by: Side, said: str) -> None:
        assert said in body(cancelled(by, reason=WORDS))

    @pytest.mark.rule("ONS-2")
    def test_who_bears_what_was_spent_on_a_visit_that_was_called_off(self) -> None:
        said = body(cancelled(Side.CUSTOMER, borne_by_customer=350_000, borne_by_support=70_000))
        assert "$ 350.000 COP quedan a su cargo y $ 70.000 COP al nuestro" in said

    def test_nothing_of_expenses_where_there_were_none(self) -> None:
        assert "COP" not in body(cancelled(Side.CUSTOMER))

    def test_the_report_and_until_when_to_sign_it_off(self) -> None:
        said = body(v.VisitReported(visit=1, found=WORDS, done=WORDS, sign_off_by=LIMIT))
        assert "Lo que se encontró:\n\n  Revise el token" in said
        assert f"firme la visita a conformidad a más tardar el {IN_TIME}" in said

    @pytest.mark.rule("ONS-3")
    @pytest.mark.parametrize(
        ("step", "said"), [(VisitStep.REQUESTED, "no se aprobó a tiempo"), (VisitStep.QUOTED, "No se decidió a tiempo")]
    )
    def test_what_did_not_come_in_time(self, step: VisitStep, said: str) -> None:
        assert said in body(v.VisitLapsed(visit=1, step=step, is_excess=False))

    @pytest.mark.rule("ONS-6")
    def test_with_which_tool_and_with_whose_consent_a_remote_session_is_held(self) -> None:
        said = body(f.RemoteSessionStarted(session=1, tool="Chrome Remote Desktop", consented_by="contact-1"))
        assert "con Chrome Remote Desktop. Ana Gómez la autorizó antes de que empezara." in said

    def test_that_a_session_ended_with_its_case(self) -> None:
        assert "nadie conserva el acceso" in body(f.RemoteSessionEnded(session=1, summary=None))

    @pytest.mark.rule("WAR-4")
    def test_why_a_claim_is_denied(self) -> None:
        said = body(f.DiagnosisRecorded(cause=Cause.MISUSE, is_covered=False, summary=WORDS))
        assert "uso indebido. El soporte cubre únicamente defectos de fabricación" in said
        assert "Motivo:\n\n  Revise el token" in said
        assert MAILBOX in said

    @pytest.mark.rule("WAR-4")
    def test_that_a_case_ends_with_its_denied_claim_and_not_for_want_of_payment(self) -> None:
        said = body(closed(ClosingReason.NOT_COVERED, words=WORDS))
        assert "lo que encontró el diagnóstico no es un defecto de fabricación" in said
        assert "no se renovó" not in said

    @pytest.mark.rule("PLAN-15")
    def test_every_deadline_that_an_amendment_moved_before_and_after(self) -> None:
        said = body(AMENDED)
        assert f"  - límite del nivel: antes, {IN_TIME} (hora de Colombia); ahora, {ON_DATE} (hora de Colombia)" in said
        assert f"  - atención inicial: antes, {IN_TIME} (hora de Colombia); ahora, sin plazo" in said
        assert "Motivo:" in said


class TestTheDeskReads:
    @pytest.mark.rule("ONS-3")
    def test_what_to_decide_on_where_and_by_when(self) -> None:
        asked = v.VisitRequested(visit=1, city_code="05001", place=WORDS, address=WORDS, reason=WORDS, decide_by=LIMIT)
        said = body(asked, "director")
        assert "Alcaldía de Ejemplo: Calle 10 # 20-30, Medellín" in said
        assert f"a más tardar el {IN_TIME}" in said

    def test_what_to_do_once_the_customer_accepted(self) -> None:
        accepted = v.VisitAccepted(visit=1, amount=350_000, is_excess=False)
        assert "acuerde una fecha" in body(accepted, "agent:agent-1")
        assert "acuerde una fecha" not in body(accepted, "director")

    @pytest.mark.parametrize(
        ("fact", "recipient", "news"),
        [
            (reminded(VisitStep.REQUESTED), "director", "Recordatorio: por favor, decida sobre una visita"),
            (reminded(VisitStep.AGREED, is_past=True), "director", "La visita sigue sin fecha"),
            (reminded(VisitStep.SCHEDULED, is_past=True), "agent:agent-2", "La visita no ha empezado"),
            (reminded(VisitStep.STARTED), "agent:agent-2", "Recordatorio: falta el informe de la visita"),
            (reminded(VisitStep.STARTED, is_past=True), "director", "El informe de la visita está atrasado"),
        ],
    )
    def test_a_reminder_of_what_is_owed(self, fact: f.Fact, recipient: str, news: str) -> None:
        text = told(fact, recipient)
        assert (text.news or text.subject).removeprefix("[MA-2026-000001] ").startswith(news)

    def test_no_deadline_where_it_is_told_of_a_date(self) -> None:
        assert "Vence:" not in body(scheduled(), "agent:agent-2")
        assert "Vence:" not in body(reminded(VisitStep.STARTED, is_past=True), "director")

    def test_that_a_visit_went_to_somebody_else(self) -> None:
        said = body(scheduled(from_starts_at=DATE, from_engineer_id="agent-9"), "agent:agent-9")
        assert "Luz Ñáñez hará la visita a Alcaldía de Ejemplo en su lugar" in said

    @pytest.mark.rule("ONS-2")
    def test_who_bears_what_once_a_visit_is_signed_off(self) -> None:
        ended = v.VisitSignedOff(visit=1, unanswered=False, borne_by_customer=350_000, borne_by_support=70_000)
        assert "$ 350.000 COP quedan a cargo del cliente y $ 70.000 COP a cargo de Servinformación" in body(
            ended, "director"
        )

    def test_that_nobody_answered_to_a_report(self) -> None:
        ended = v.VisitSignedOff(visit=1, unanswered=True, borne_by_customer=0, borne_by_support=0)
        assert "no respondió a tiempo" in body(ended, "agent:agent-2")


def test_amounts_are_written_as_each_language_does() -> None:
    assert "COP 350,000" in body(APPROVED, language="en")
