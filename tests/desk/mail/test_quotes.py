"""What the writer said, and what they quoted and signed with, as the programs write it that people use."""

from __future__ import annotations

import pytest

from desk.mail.html_lines import lines_of
from desk.mail.quotes import said

QUOTE = "> lo que escribimos antes\n> en dos líneas"
INTRODUCTIONS = (
    "El 27 de junio de 2014, 13:55, <n@e.com> escribió:",
    "El jueves, 21 de noviembre de 2013, X escribió:",
    "El lun, 2 nov 2026 a las 9:14, Ana Pérez (<ana@x.co>) escribió:",
    "El lun, 2 nov 2026 a las 9:14, Ana Pérez Rodríguez de la Torre (<ana@x.co>)\nescribió:",
    "El 2 nov 2026, a las 9:14, Ana <ana@x.co> escribió:",
    "El 2 nov 2026, a las 9:14 \u202fa. m., Ana <ana@x.co> escribió:",
    "El 2/11/26 a las 9:14, Ana escribió:",
    "On Mon, Nov 2, 2026 at 9:14 AM Ana Pérez <ana@x.co> wrote:",
    "On 11/2/26 09:14, Ana wrote:",
)
OUTLOOK = (
    "________________________________\nDe: Mesa <mesa@x.co>\nEnviado: lunes 2\nPara: Ana\nAsunto: El mapa",
    "De: Mesa <mesa@x.co>\nEnviado el: lunes, 2 de noviembre de 2026 9:14\nPara: Ana\nCC: Beto\nAsunto: RE: El mapa",
    "From: Mesa <mesa@x.co>\nSent: Monday, November 2, 2026 9:14 AM\nTo: Ana\nSubject: RE: El mapa",
    "-----Mensaje original-----\nDe: Mesa",
    "-----Original Message-----\nFrom: Mesa",
)


@pytest.mark.parametrize("introduction", INTRODUCTIONS)
def test_38_a_quote_below_is_cut(introduction: str) -> None:
    assert said(f"Sigue igual.\n\n{introduction}\n\n{QUOTE}\n") == "Sigue igual."


@pytest.mark.parametrize("introduction", OUTLOOK)
def test_38_outlooks_quote_is_cut(introduction: str) -> None:
    assert said(f"Sigue igual.\n\n{introduction}\n\nlo de antes, sin marca\n") == "Sigue igual."


@pytest.mark.parametrize(
    "whole",
    [
        f"{INTRODUCTIONS[0]}\n> ¿Qué navegador?\nFirefox\n> ¿Qué versión?\n132\n",
        "El cliente escribió: no funciona\nY es así.",
        "El 3 de mayo Juan escribió:\nque no funciona\n",
        f"{INTRODUCTIONS[0]}\n{QUOTE}",
        "Uno\n> dos\ntres",
        "---------- Forwarded message ----------\nDe: Ana <ana@x.co>\nAsunto: El mapa\n\nno carga",
    ],
)
def test_40_what_may_be_an_answer_stays(whole: str) -> None:
    assert said(whole) == whole.strip()


def test_40_an_answer_below_the_quote_is_what_was_said() -> None:
    assert said(f"{INTRODUCTIONS[0]}\n{QUOTE}\n\nYa lo probé.\n") == "Ya lo probé."


@pytest.mark.parametrize(
    "end",
    ["-- \nAna Pérez\nJefa", "Enviado desde mi iPhone", "Sent from my iPad", "Obtener Outlook para iOS"],
)
def test_a_signature_is_cut(end: str) -> None:
    assert said(f"Sigue igual.\n\n{end}\n") == "Sigue igual."


def test_html_quotes_are_marked() -> None:
    inner = "<blockquote type='cite'><p>uno</p><blockquote type='cite'>dos</blockquote></blockquote>"
    page = f"<p>Hola</p>{inner}<p>fin</p>"
    assert [line for line in lines_of(page).split("\n") if line.strip(" >")] == ["Hola", "> uno", ">> dos", "fin"]
