"""Answers to a solution as the mail programs that people use send them: thanks alone, or more than thanks (ESC-14)."""

from __future__ import annotations

import pytest

from desk.mail.html_lines import lines_of
from desk.mail.quotes import said
from policy.case.case import Actor, Role, Status
from policy.mail.decision import MailOutcome, MailReason
from policy.mail.thanks import ToSolution, answer_in
from tests.desk.mail.conftest import Mailbox
from tests.desk.mail.letters import letter

GMAIL = (
    "\n\nEl mié, 25 nov 2026 a las 9:14, Mesa (<mesa@escala.example>) escribió:\n\n> Se amplió la cuota.\n> ¿Quedó?\n"
)
GMAIL_EN = "\n\nOn Wed, Nov 25, 2026 at 9:14 AM Mesa <mesa@escala.example> wrote:\n\n> The quota was raised.\n"
OUTLOOK = (
    "\n\n________________________________\nDe: Mesa <mesa@escala.example>\nEnviado: miércoles, 25 de noviembre de 2026 "
    "9:14\nPara: Ana\nAsunto: RE: El mapa no carga\n\nSe amplió la cuota. ¿No funciona todavía?\n"
)
OWA = (
    "\n\nFrom: Mesa <mesa@escala.example>\nSent: Wednesday, November 25, 2026 9:14 AM\nTo: Ana\nSubject: The map\n\n"
    "The quota was raised. Does it still fail?\n"
)
APPLE = "\n\n> El 25 nov 2026, a las 9:14 a. m., Mesa <mesa@escala.example> escribió:\n> \n> Se amplió la cuota.\n"
THUNDERBIRD = "\n\nEl 25/11/26 a las 9:14, Mesa escribió:\n> Se amplió la cuota.\n> ¿Quedó?\n"
DISCLAIMER = (
    "AVISO DE CONFIDENCIALIDAD: Este mensaje y sus anexos son confidenciales. Si usted no es el destinatario,\n"
    "bórrelo y avise al remitente: no debe copiarlo ni divulgarlo.\n"
)
DISCLAIMER_EN = (
    "This e-mail and any attachments are confidential. If you are not the intended recipient, please do not copy it\n"
    "and delete it. Errors in transmission are possible.\n"
)
SIGNED = (
    "Ana Pérez\nJefe de Logística\nTransportes Altaneblina S.A.S.\nTel: +57 601 000 0101 ext. 12\n"
    "www.altaneblina.example"
)
HTML = "<div>Muchas gracias.</div><div><br></div><div>Cordialmente,</div><table><tr><td>Ana P&eacute;rez</td></tr>"

THANKS = (
    # Gmail
    f"Muchas gracias!{GMAIL}",
    f"Gracias.\n\nAna Pérez\nCel. 300 000 0101{GMAIL}",
    f"Mil gracias por la pronta ayuda.\n\nCordialmente,\n\n*Ana Pérez*\nCoordinadora TI\n[image: logo]{GMAIL}",
    f"Hola Carlos,\n\nMuchas gracias por su ayuda.\n\nSaludos,\nAna{GMAIL}",
    f"Thanks a lot Carlos!\n\nBest regards,\nAna Pérez\nHead of Operations | Acme Inc.\n+1 (555) 010-0199{GMAIL_EN}",
    f"Thank you for your quick response.\n\nAna{GMAIL_EN}",
    f"Listo, gracias.\n-- \nAna Pérez\nNo imprima este correo{GMAIL}",
    # Outlook
    f"Muchas gracias.\n\nCordialmente,\n\n{SIGNED}{OUTLOOK}",
    f"Buenas tardes.\n\nMuchas gracias, quedamos atentos.\n\nAtentamente,\n{SIGNED}\n\n{DISCLAIMER}{OUTLOOK}",
    f"Perfecto, gracias.\n\nCordial saludo,\n\nAna Pérez\nCalle 26 # 59-41, piso 4\nBogotá D.C., Colombia{OUTLOOK}",
    f"Gracias\n\nEnviado desde Outlook para Android{OUTLOOK}",
    f"Ok gracias\n\nObtener Outlook para iOS{OUTLOOK}",
    f"Gracias por su gestión.\n\nAna Pérez | Analista de Soporte | Altaneblina S.A.S. | PBX 601 000 0100{OUTLOOK}",
    f"Buen día Carlos, muchas gracias.\n\nAtte.\nAna Pérez\nÁrea de Sistemas\n{DISCLAIMER}{OUTLOOK}",
    # OWA
    f"Many thanks!\n\nKind regards,\n\nAna Perez\nIT Manager\nana.perez@acme.example{OWA}",
    f"Thank you very much.\n\nSent from Outlook\n\n{DISCLAIMER_EN}{OWA}",
    f"Thanks Carlos.\n\nSincerely,\nAna\n\n{DISCLAIMER_EN}{OWA}",
    f"Great, thanks again.\n\nGet Outlook for iOS{OWA}",
    f"Muchas gracias por el apoyo.\n\nAna Pérez\nSubgerente de Operaciones\nCelular: (+57) 300 000 0101{OWA}",
    # Apple Mail and telephones
    f"Muchas gracias\n\nEnviado desde mi iPhone{APPLE}",
    f"Gracias Carlos!\n\nAna Pérez\nEnviado desde mi iPhone{APPLE}",
    f"Recibido, gracias.\n\nAna\n\nSent from my iPad{APPLE}",
    "Mil gracias\n\nEnviado desde mi Samsung Galaxy\n\nAna Pérez",
    f"Thanks!\n\nSent from my iPhone{APPLE}",
    # Thunderbird
    f"Muchas gracias.\n\n-- \n{SIGNED}{THUNDERBIRD}",
    f"Agradezco su colaboración.\nFeliz día.\n\nAna Pérez\nNIT 900.000.000-1\nTel 601 000 0101{THUNDERBIRD}",
    f"Gracias, feliz tarde.\n\nAntes de imprimir este mensaje piense en el medio ambiente.{THUNDERBIRD}",
    f"Muy amables, gracias.\n\nAna Pérez\n___\nLibre de virus. www.antivirus.example{THUNDERBIRD}",
)
CONFIRMS = (
    f"Confirmo que ya funciona. Gracias.\n\nCordialmente,\n{SIGNED}{OUTLOOK}",
    f"Todo quedó solucionado, mil gracias.\n\nEnviado desde mi iPhone{APPLE}",
    f"It works now, thanks!\n\nBest,\nAna Perez\nIT Manager\n\n{DISCLAIMER_EN}{OWA}",
    f"Gracias, pueden cerrar el caso.\n\nAna\nTel. 601 000 0101{GMAIL}",
    f"Ya no falla, muchas gracias.\n\nAna Pérez{THUNDERBIRD}",
)
MORE = (
    f"Sigue igual.\n\nCordialmente,\n{SIGNED}\n\n{DISCLAIMER}{OUTLOOK}",
    f"Gracias, pero sigue fallando.\n\nAna Pérez\nCel. 300 000 0101{GMAIL}",
    f"Gracias.\n\nSaludos,\nAna\n\nPD: la leyenda del mapa todavía no carga{GMAIL}",
    f"El mapa volvió a quedar en blanco.\n\nEnviado desde mi iPhone{APPLE}",
    f"¿Nos pueden indicar cómo exportar?\n\nAtentamente,\nAna Pérez\nJefe de Logística{OUTLOOK}",
    f"It still does not load.\n\nRegards,\nAna\n\n{DISCLAIMER_EN}{OWA}",
    f"Cordialmente,\nAna Pérez\nNo funciona el mapa{THUNDERBIRD}",
    f"Buenos días. El informe sale vacío.\n\nAna Pérez\nAnalista{OUTLOOK}",
    f"Gracias Carlos, el mapa no carga en la bodega.\n\nAna{GMAIL}",
)
UNCLEAR = (
    f"Gracias. Llámeme al 300 000 0101.\n\nAna Pérez{GMAIL}",
    f"Muchas gracias.\n\nCordialmente,\nAna Pérez\nllámenos mañana al 601 000 0101{OUTLOOK}",
    f"Gracias, ¿me mandan el informe de la visita?\n\nEnviado desde mi iPhone{APPLE}",
    f"Gracias. Adjunto la consola.\n\n{SIGNED}{OUTLOOK}",
    f"Thanks. Please send me the invoice.\n\nBest regards,\nAna{OWA}",
    f"Gracias, quedo pendiente del informe.\n\nAna{THUNDERBIRD}",
    f"Gracias, Urgente.\n\nAna{GMAIL}",
    f"Ana Pérez\nTel: 601 000 0101{OUTLOOK}",
    f"Confirmo que está fallando.\n\nAna{GMAIL}",
    f"Confirmo que quedó mal configurado.\n\nAna{OUTLOOK}",
    f"I confirm that it still fails{OWA}",
    GMAIL,
    OUTLOOK,
    OWA,
    f"Enviado desde mi iPhone{APPLE}",
    f"Gracias\n\nCarrera 50 # 41-20: ahí es la visita?{GMAIL}",
)
MAILS = {
    ToSolution.THANKS: (*THANKS, lines_of(HTML + "<tr><td>Tel. 601 000 0101 | www.acme.example</td></tr></table>")),
    ToSolution.CONFIRMS: CONFIRMS,
    ToSolution.MORE: MORE,
    ToSolution.UNCLEAR: UNCLEAR,
}


@pytest.mark.rule("ESC-14")
@pytest.mark.parametrize(("whole", "means"), [(whole, means) for means, mails in MAILS.items() for whole in mails])
def test_what_a_mail_says_of_a_solution(whole: str, means: ToSolution) -> None:
    assert answer_in(said(whole), name="Ana Pérez") is means


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert sum(map(len, MAILS.values())) >= 40
    assert all(len(mails) >= 5 for mails in MAILS.values())


async def test_doubt_about_a_closed_case_opens_none_by_itself(mailbox: Mailbox) -> None:
    number = await mailbox.opened()
    await mailbox.give(number, "withdrawal", by=Actor(Role.CONTACT, "ana-p"))
    row = await mailbox.take(letter(UNCLEAR[3], To=mailbox.address(number), Message_ID="<fin@acme.example>"))
    assert (row.outcome, row.reason, row.case_number) == (MailOutcome.HELD, MailReason.UNCLEAR_ANSWER, number)


@pytest.mark.rule("ESC-14", "ESC-16")
@pytest.mark.parametrize(
    ("whole", "status", "outcome", "reason"),
    [
        (THANKS[8], Status.RESOLVED, MailOutcome.ANSWERED, MailReason.THANKS),
        (CONFIRMS[0], Status.CLOSED, MailOutcome.ANSWERED, None),
        (MORE[0], Status.IN_PROGRESS, MailOutcome.ANSWERED, None),
        (UNCLEAR[1], Status.RESOLVED, MailOutcome.HELD, MailReason.UNCLEAR_ANSWER),
    ],
)
async def test_it_reopens_confirms_or_is_offered_to_an_agent(
    mailbox: Mailbox, whole: str, status: Status, outcome: MailOutcome, reason: MailReason | None
) -> None:
    number = await mailbox.opened()
    await mailbox.give(number, "claim")
    await mailbox.give(number, "resolution", summary="Se amplió la cuota.")
    row = await mailbox.take(letter(whole, To=mailbox.address(number), Message_ID="<fin@acme.example>"))
    assert (row.outcome, row.reason, row.case_number) == (outcome, reason, number)
    assert (await mailbox.case(number)).status is status
