"""What operators read in Temporal's UI: the catalogues' words, and what is due only where something is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from policy.case import commands as c
from policy.case.case import Case, Cause, Channel, Outcome
from policy.case.lifecycle import open_case
from tests.support.lives import (
    ANSWER,
    ASK,
    CLAIM,
    DIRECTOR,
    HELP_DESK,
    NO_WORDS,
    PREMIUM,
    REQUEST_VISIT,
    SPECIALIST,
    STANDARD,
    UNCOVERED,
    WORDS,
    after,
    bogota,
    opened,
    opening,
    turns,
)
from tests.support.lives import CONTACT as ANA
from wording.language import word
from workflows.operators.case_text import current_details, record_summary, timer_summary, wake_text
from workflows.operators.words import (
    CATEGORIES,
    CAUSES,
    CHANNELS,
    CLOCK_STATES,
    CLOSING_REASONS,
    COVERS,
    LEVELS,
    STATUSES,
    VISIT_STEPS,
    WAITS,
)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("channel", CHANNELS),
        ("status", STATUSES),
        ("cover", COVERS),
        ("category", CATEGORIES),
        ("closing_reason", CLOSING_REASONS),
        ("clock_state", CLOCK_STATES),
        ("waiting_for", WAITS),
        ("visit_step", VISIT_STEPS),
        ("cause", CAUSES),
        ("level", {level: text.partition("(")[2].rstrip(")") for level, text in LEVELS.items()}),
    ],
)
def test_the_words_are_the_catalogues(kind: str, words: Mapping[object, str]) -> None:
    assert words == {value: word(kind, value) for value in words}


def test_a_warning_is_not_called_due() -> None:
    assert timer_summary(opened("09:00"), STANDARD) == (
        "aviso: 75 % de la atención inicial, P2 Estándar, mié 25 nov 2026 09:45"
    )


def test_a_limit_is_called_due() -> None:
    warned = after(opened("09:00"), "09:50")

    assert timer_summary(warned, STANDARD).endswith("P2 Estándar, vence mié 25 nov 2026 10:00")


def test_a_warnings_share_is_the_terms() -> None:
    terms = replace(STANDARD, warn_at_percent=60)

    assert timer_summary(opened("09:00", terms=terms), terms).startswith("aviso: 60 % de la atención inicial, ")


def test_a_turn_is_told_in_words() -> None:
    [claimed] = turns(opened("09:00"), ("09:10", CLAIM))
    warned, _ = turns(claimed.case, "09:50")

    assert record_summary(claimed) == "turno 2: lo toma agent-1, nivel 1, en curso"
    assert record_summary(warned) == "turno 3: aviso de la atención inicial, nivel 1, en curso"


def test_clocks_are_told_as_of_the_last_turn() -> None:
    page = current_details(after(opened("09:00"), ("09:20", ASK)), STANDARD, "https://mesa.example/casos/1")

    assert "- **Atención inicial** cumplido: 20 min de 1 h\n- **Nivel 1** en pausa: 20 min de 1 h\n" in page
    assert "Turno 2, mié 25 nov 2026 09:20 · [abrir el caso](https://mesa.example/casos/1)" in page


def test_a_held_case_says_that_no_clock_runs() -> None:
    page = current_details(opened("09:00", terms=UNCOVERED), UNCOVERED, "https://mesa.example/casos/1")

    assert "Ninguno en marcha: el caso está retenido (WAR-3)." in page


def test_a_case_that_came_by_mail_shows_what_it_goes_on_from_and_what_it_lacks() -> None:
    came = opening("09:00", channel=Channel.EMAIL, prior_analysis=NO_WORDS, analysis_follows=True)
    opened_by_mail = open_case(replace(came, follows="MA-2026-000002"), terms=PREMIUM)
    case = opened_by_mail.case

    assert record_summary(opened_by_mail) == "turno 1: abierto con P2, sigue a MA-2026-000002, nivel 1, nuevo"
    lacking = page(case)
    assert "- **Sigue al caso cerrado** `MA-2026-000002`\n" in lacking
    assert "- **Análisis del cliente** pendiente: se pidió al abrir por correo (REQ-5)\n" in lacking
    [answered] = turns(case, ("09:05", ANSWER), terms=PREMIUM)
    assert record_summary(answered).startswith("turno 2: respuesta del cliente con su análisis,")
    assert "Análisis" not in page(answered.case)


# -- visits, sessions, equipment ---------------------------------------------------------------------------------------

TRIED = c.LogAttempt(by=HELP_DESK, channel=Channel.WEB, outcome=Outcome.NOT_SOLVED, summary=WORDS)
ACCEPT = c.AcceptVisit(by=ANA, accepted=True)
QUOTED = after(
    opened("09:00"),
    ("09:05", TRIED),
    ("09:10", REQUEST_VISIT),
    ("09:15", c.ApproveVisit(by=DIRECTOR, approved=True, quote=350_000)),
)
SCHEDULED = after(
    QUOTED,
    ("09:20", ACCEPT),
    ("09:25", c.ScheduleVisit(by=HELP_DESK, starts_at=bogota("2026-12-03 09:00"), engineer_id="agent-2")),
)


def page(case: Case) -> str:
    return current_details(case, STANDARD, "https://mesa.example/casos/1")


def expense(amount: int, receipt: str) -> c.LogVisitExpense:
    return c.LogVisitExpense(by=SPECIALIST, concept=WORDS, amount=amount, receipt_reference=receipt)


def test_a_visit_shows_what_it_waits_for_and_until_when() -> None:
    assert "- **Visita 1** por aceptar, municipio `05001` (ONS-5)\n" in page(QUOTED)
    assert "- **La visita espera** la decisión del cliente sobre la cotización hasta vie 27 nov 2026 17:00\n" in page(
        QUOTED
    )
    assert "- **Cotización** 350.000 COP, sin aceptar, gastos 0 COP (ONS-2)\n" in page(QUOTED)


def test_a_scheduled_visit_shows_its_date_its_engineer_and_who_accepted_which_amount() -> None:
    assert "- **Fecha de la visita** jue 3 dic 2026 09:00, ingeniero `agent-2`\n" in page(SCHEDULED)
    assert "aceptado 350.000 COP por `contact-1`, mié 25 nov 2026 09:20" in page(SCHEDULED)


def test_expenses_above_what_was_accepted_wait_for_the_customer() -> None:
    exceeded = after(SCHEDULED, ("09:30", expense(360_000, "FV-1")))

    assert "gastos 360.000 COP" in page(exceeded)
    assert "- **Gastos adicionales** espera la decisión del cliente hasta vie 27 nov 2026 17:00\n" in page(exceeded)


def test_all_that_a_case_waits_for_is_named() -> None:
    waiting = after(QUOTED, ("09:20", ASK))

    assert "**En espera de** respuesta del cliente a la cotización y información del cliente" in page(waiting)


@pytest.mark.parametrize("step", [QUOTED, SCHEDULED, after(SCHEDULED, ("09:30", expense(360_000, "FV-1")))])
def test_every_wake_of_a_visit_is_told_in_words(step: Case) -> None:
    coming = [wake_text(wake, step, STANDARD) for wake in step.wakes]

    assert [text for text in coming if "visita 1, " in text]
    assert len(set(coming)) == len(coming)


def test_what_becomes_of_a_quote_that_nobody_decides_on_is_said() -> None:
    assert timer_summary(after(QUOTED, "2026-11-26 14:00"), STANDARD) == (
        "visita 1, por aceptar: caduca sin la decisión del cliente sobre la cotización, P2 Estándar, "
        "vence vie 27 nov 2026 17:00"
    )


def test_a_remote_session_that_goes_on_is_shown_and_its_tool_is_no_markup() -> None:
    begun = c.StartRemoteSession(by=HELP_DESK, tool="AnyDesk` <b>\n# x", consented_by="contact-1")

    assert "desde mié 25 nov 2026 09:05, con `AnyDesk <b> # x`; la autorizó `contact-1` (ONS-6)" in page(
        after(opened("09:00"), ("09:05", begun))
    )


def test_linked_incidents_diagnosis_and_managed_support_are_shown() -> None:
    case = replace(opened(), provider_incidents=("google-cloud:1",), is_equipment=True, diagnosis=Cause.WEAR)
    said = current_details(case, replace(STANDARD, managed_support=True), "https://mesa.example/casos/1")

    assert "- **Incidentes del proveedor** `google-cloud:1` (SCOPE-6)" in said
    assert "- **Diagnóstico del equipo** desgaste (WAR-4)" in said
    assert "- **Cobertura** contrato, soporte administrado" in said
