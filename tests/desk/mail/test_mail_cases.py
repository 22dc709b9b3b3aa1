"""The ways in which mail has broken other desks, one test for each, by its number in the list that was handed over."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from activities.mail.invitation import uid_of
from desk.budgets import Allowance, Budgets, Holder, Spending
from desk.mail import taking
from desk.mail.arriving import came_in
from desk.mail.carrying_out import Carried, carry_out
from desk.mail.taking import OtherUnderWay, take
from policy.case.case import Actor, Channel, Role, Status
from policy.case.facts import CustomerAnswered
from policy.mail.decision import MailOutcome, MailReason
from policy.mail.state import MessageState
from policy.mail.thread import LENGTH, address_of, number_by_address
from storage.case import views
from storage.engine.tables import notices
from storage.files import files
from storage.mail import inbox, threads
from storage.mail.inbox import Arrival, Identity
from tests.desk.mail.conftest import BETO, Mailbox
from tests.desk.mail.letters import ANA, MESA, OURS, VOUCHED, letter, parted
from tests.desk.mail.wrappings import signed, tnef

REPLY = {"Subject": "Re: El mapa no carga", "Message_ID": "<dos@acme.example>"}


async def said_in(mailbox: Mailbox, number: str) -> list[str]:
    """What the customer wrote in a case after it was opened."""
    rows = await views.timeline(mailbox.desk.database, number)
    return [row.body(row.fact.body) for row in rows if isinstance(row.fact, CustomerAnswered)]


async def files_in(mailbox: Mailbox, number: str) -> list[str]:
    rows = await views.timeline(mailbox.desk.database, number)
    texts = {words for row in rows for words in row.words}
    found = await files.of_case(mailbox.desk.database, number, texts)
    return sorted(each.name for of in found.values() for each in of)


async def description(mailbox: Mailbox, number: str) -> str:
    [row, *_] = await views.timeline(mailbox.desk.database, number)
    return row.words[row.fact.description.content_id]  # type: ignore[union-attr]


async def cases(mailbox: Mailbox) -> int:
    found = await views.cases(mailbox.desk.database, views.CaseFilter())
    return len(found.items)


async def notes(mailbox: Mailbox, number: str) -> list[str]:
    rows = await views.timeline(mailbox.desk.database, number)
    return [next(iter(row.words.values()), "") for row in rows if row.fact.kind == "note_added"]


# -- identity ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("no_id", ["<>", "< >", "", None])
async def test_01_an_empty_id_is_no_id(mailbox: Mailbox, no_id: str | None) -> None:
    first = await mailbox.take(letter(Message_ID=no_id))
    second = await mailbox.take(
        letter("Otra cosa muy distinta.\n", Message_ID=no_id, From=f"<{BETO}>", Subject="Otra cosa")
    )
    assert (first.outcome, second.outcome) == (MailOutcome.OPENED, MailOutcome.OPENED)
    assert first.case_number != second.case_number


async def test_02_each_is_counted_once_whatever_stands_before_it(mailbox: Mailbox) -> None:
    raws = [letter(Message_ID=None), letter(Subject="Otro", Message_ID="<b@x>"), letter("Nada.\n", Message_ID="<c@x>")]
    rows = [await mailbox.take(raw) for raw in raws]
    assert [row.outcome for row in rows] == [MailOutcome.OPENED] * 3
    assert sum((await inbox.counts(mailbox.desk.database)).values()) == 3


async def test_04_a_mailbox_that_begins_its_numbers_anew_loses_nothing_and_doubles_nothing(mailbox: Mailbox) -> None:
    db = mailbox.desk.database

    async def delivered(uidvalidity: int, uid: int, raw: bytes) -> MailOutcome | None:
        identity = Identity("mesa", uidvalidity, uid)
        await inbox.keep(db, identity, Arrival(raw, len(raw)), at=mailbox.clock())
        return (await take(mailbox.desk, identity.id)).outcome

    new = letter("El correo nuevo que no se puede perder.\n", Message_ID=None, Subject="Nuevo")
    assert await delivered(7, 1, letter(Message_ID=None)) is MailOutcome.OPENED
    assert await delivered(8, 1, new) is MailOutcome.OPENED
    assert await delivered(8, 2, letter(Message_ID=None)) is MailOutcome.OWN
    assert await cases(mailbox) == 2


async def test_05_one_message_to_two_of_our_addresses_is_one_case(mailbox: Mailbox) -> None:
    raw = letter(To="soporte@escala.example", Cc=MESA)
    first, second = await mailbox.take(raw), await mailbox.take(b"X-Loop: 1\r\n" + raw, "soporte")
    assert (first.outcome, second.outcome, second.reason) == (MailOutcome.OPENED, MailOutcome.OWN, MailReason.REPEATED)
    assert second.case_number == first.case_number
    assert await cases(mailbox) == 1


# -- threads ----------------------------------------------------------------------------------------------------------


async def test_08_thread_index_and_topic_join_nothing(mailbox: Mailbox) -> None:
    same = {"Thread_Index": "AdZ0", "Thread_Topic": "El mapa"}
    first = await mailbox.take(letter(**same))
    second = await mailbox.take(letter("Otra falla.\n", **(same | {"Message_ID": "<z@x>", "Subject": "Otra"})))
    assert first.case_number != second.case_number


@pytest.mark.parametrize("subject", ["Re:El mapa", "Asunto nuevo", "RV: otra cosa", ""])
async def test_09_in_reply_to_leads_to_the_case_whatever_the_subject(mailbox: Mailbox, subject: str) -> None:
    number = await mailbox.opened()
    fields = REPLY | {"Subject": subject, "In_Reply_To": mailbox.our_id(number)}
    row = await mailbox.take(letter("Sigue igual.\n", **fields))
    assert (row.outcome, row.case_number) == (MailOutcome.ANSWERED, number)
    assert await said_in(mailbox, number) == ["Sigue igual."]


async def test_09_references_alone_lead_only_who_has_a_part_in_the_case(mailbox: Mailbox) -> None:
    number = await mailbox.opened()
    carried_over = {"References": f"<a@b> {mailbox.our_id(number)}", "Subject": "Un tema nuevo"}
    by_beto = await mailbox.take(letter("Tema nuevo.\n", From=BETO, Message_ID="<t@x>", **carried_over))
    by_ana = await mailbox.take(letter("Del caso.\n", Message_ID="<u@x>", **carried_over))
    assert (by_beto.outcome, by_ana.outcome) == (MailOutcome.OPENED, MailOutcome.ANSWERED)
    assert by_ana.case_number == number != by_beto.case_number


async def test_09_a_forged_token_joins_nothing(mailbox: Mailbox) -> None:
    number = await mailbox.opened()
    good = mailbox.our_id(number)
    forged = good.replace(good[-35:-30], "aaaaa")
    row = await mailbox.take(letter("Hola.\n", References=forged, In_Reply_To=forged, Message_ID="<f@x>"))
    assert row.outcome is MailOutcome.OPENED
    assert row.case_number != number


async def test_11_the_address_of_a_case_fits_everywhere_and_survives_capitals(mailbox: Mailbox) -> None:
    for number in ("MA-2026-000001", "MA-2099-999999999"):
        address = address_of(number, MESA, mailbox.key)
        local = address.partition("@")[0]
        assert (len(local), len(address)) < (64, 254)
        assert len(local.partition("+")[2]) == LENGTH
        assert address == address.lower()
        assert number_by_address([address.upper()], MESA, mailbox.key) == number


async def test_12_a_server_that_strips_the_token_from_the_address_loses_no_thread(mailbox: Mailbox) -> None:
    number = await mailbox.opened()
    row = await mailbox.take(letter("Ya probé.\n", References=mailbox.our_id(number), **REPLY))
    assert (row.outcome, row.case_number) == (MailOutcome.ANSWERED, number)


async def test_14_a_colleague_joins_and_a_stranger_waits(mailbox: Mailbox) -> None:
    number = await mailbox.opened()
    to = {"To": mailbox.address(number)}
    colleague = await mailbox.take(letter("Soy Beto.\n", From=f"Beto <{BETO}>", **(REPLY | to)))
    vouched = VOUCHED.replace("acme.example", "otra.example")
    stranger = await mailbox.take(
        letter(
            "Soy nadie.\n",
            From="x@otra.example",
            Authentication_Results=vouched,
            **(REPLY | to | {"Message_ID": "<s@o>"}),
        )
    )
    assert (colleague.outcome, colleague.contact_id) == (MailOutcome.ANSWERED, "beto-p")
    assert (stranger.outcome, stranger.reason) == (MailOutcome.HELD, MailReason.STRANGER)
    assert await said_in(mailbox, number) == ["Soy Beto."]
    assert (await mailbox.case(number)).contact_id == "ana-p"


# -- who wrote it -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sender",
    [
        "=?utf-8?b?IkouIFIuIsKgPGFAYi50cj4=?=",  # 15: the whole field as one encoded word
        "Fabian <ana.perez@acme.example",  # 16
        "Ana <ana perez@acme.example>",  # 16
        None,  # 16
        f"a@x.co<{ANA}>",
        f"{ANA}, {BETO}",
        f"<{ANA}> <b@evil.example>",
        "Ana <ana@acme>",
    ],
)
async def test_15_16_a_from_that_cannot_be_read_goes_into_quarantine(mailbox: Mailbox, sender: str | None) -> None:
    row = await mailbox.take(letter(From=sender))
    assert (row.state, row.reason) == (MessageState.QUARANTINE, MailReason.NO_SENDER)
    assert (await mailbox.take(letter(Message_ID="<next@x>"))).outcome is MailOutcome.OPENED


# -- automatic mail ---------------------------------------------------------------------------------------------------

GMAIL = {"Auto_Submitted": "auto-replied", "Precedence": "bulk", "Subject": "Fuera de la oficina Re: El mapa"}
EXCHANGE = {"X_Auto_Response_Suppress": "All", "Subject": "Respuesta automática: El mapa no carga"}


@pytest.mark.rule("ESC-16")
@pytest.mark.parametrize("fields", [GMAIL, EXCHANGE, GMAIL | {"Precedence": None}])
@pytest.mark.parametrize("state", ["waiting", "resolved", "assigned"])
async def test_19_an_absence_note_moves_nothing(mailbox: Mailbox, fields: dict[str, str], state: str) -> None:
    number = await mailbox.opened()
    await mailbox.give(number, "claim")
    match state:
        case "waiting":
            await mailbox.give(number, "information-requests", body="¿Qué navegador usa?")
        case "resolved":
            await mailbox.give(number, "resolution", summary="Se amplió la cuota.")
    before = await mailbox.case(number)
    row = await mailbox.take(letter("No estoy.\n", **(REPLY | fields | {"In_Reply_To": mailbox.our_id(number)})))
    after = await mailbox.case(number)
    assert (row.outcome, row.reason, row.case_number) == (MailOutcome.AUTOMATIC, MailReason.VACATION, number)
    assert (after.status, after.assignee, after.question) == (before.status, before.assignee, before.question)
    assert after.level_clock == before.level_clock
    assert "No estoy." in (await notes(mailbox, number))[-1]


async def test_19_auto_submitted_no_is_a_person(mailbox: Mailbox) -> None:
    assert (await mailbox.take(letter(Auto_Submitted="no", Precedence="bulk"))).outcome is MailOutcome.OPENED


async def test_22_a_shop_that_answers_by_itself_gets_one_acknowledgement(mailbox: Mailbox) -> None:
    shop = {"From": "no-reply@acme.example", "Subject": "We cannot handle your message"}
    vouched = letter("Please use our form. Ticket 1\n", Message_ID="<1@x>", **shop)
    first = await mailbox.take(vouched)
    assert first.reason is MailReason.STRANGER  # who is nobody's contact gets nothing at all
    person = {"From": ANA, "Subject": "Your ticket"}
    texts = [f"We cannot handle your message, please use our form. Ticket {place}\n" for place in range(11)]
    rows = [await mailbox.take(letter(text, Message_ID=f"<t{place}@x>", **person)) for place, text in enumerate(texts)]
    assert [row.outcome for row in rows] == [MailOutcome.OPENED] + [MailOutcome.AUTOMATIC] * 10
    assert await cases(mailbox) == 1


async def test_23_two_desks_end_within_two_messages(mailbox: Mailbox) -> None:
    number = await mailbox.opened(From=ANA)
    again = "Hemos recibido su solicitud. [MA-2026-000001] El mapa no carga."
    rows = [
        await mailbox.take(letter(again, Subject=f"[#{place}] Re: [{number}] El mapa", Message_ID=f"<d{place}@x>"))
        for place in range(4)
    ]
    assert {row.outcome for row in rows} <= {MailOutcome.HELD, MailOutcome.AUTOMATIC}  # neither is answered
    assert await cases(mailbox) == 1


def report(action: str, our_id: str, who: str = ANA) -> bytes:
    status = f"Reporting-MTA: dns; mx.acme.example\n\nFinal-Recipient: rfc822; {who}\nAction: {action}\nStatus: 5.1.1"
    body, kind = parted(
        "multipart/report; report-type=delivery-status",
        ("Content-Type: text/plain", "The message could not be delivered.\n"),
        ("Content-Type: message/delivery-status", status),
        ("Content-Type: text/rfc822-headers", f"Message-ID: {our_id}\nSubject: x\n"),
    )
    return letter(
        body,
        content_type=kind,
        From="MAILER-DAEMON@mx.acme.example (Mail Delivery System)",
        Auto_Submitted="auto-replied",
        Return_Path="<>",
        Message_ID=f"<{action}@mx>",
        Subject="Undelivered Mail Returned to Sender",
    )


async def test_24_a_delay_does_nothing_and_a_failure_marks_the_contact(mailbox: Mailbox) -> None:
    number = await mailbox.opened()
    delayed = await mailbox.take(report("delayed", mailbox.our_id(number)))
    assert (delayed.outcome, delayed.reason) == (MailOutcome.AUTOMATIC, MailReason.DELAY)
    assert await threads.bounces_of(mailbox.desk.database, "premium-1") == {}

    before = await mailbox.case(number)
    failed = await mailbox.take(report("failed", mailbox.our_id(number)))
    assert (failed.outcome, failed.case_number) == (MailOutcome.BOUNCED, number)
    assert list(await threads.bounces_of(mailbox.desk.database, "premium-1")) == ["ana-p"]
    assert ANA in (await notes(mailbox, number))[-1]
    assert (await mailbox.case(number)).level_clock == before.level_clock


QMAIL = (
    "Hi. This is the qmail-send program at acme.example.\nI'm afraid I wasn't able to deliver your message.\n"
    f"This is a permanent error; I've given up. Sorry it didn't work out.\n\n<{ANA}>:\nNo such user.\n\n"
    "--- Below this line is a copy of the message.\n\nMessage-ID: OUR_ID\nTo: x@y.example\n"
)


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        (
            {"From": "MAILER-DAEMON@acme.example", "Subject": "failure notice"},
            QMAIL,
        ),
        (
            {
                "From": "postmaster@acme.example",
                "Subject": "No se puede entregar: El mapa",
                "X_MS_Exchange_Message_Is_Ndr": "",
            },
            f"No se pudo entregar a:\n\n{ANA}\n\nMessage-ID: OUR_ID\n",
        ),
    ],
)
async def test_24_bounces_in_the_forms_of_qmail_and_exchange(
    mailbox: Mailbox, fields: dict[str, str], body: str
) -> None:
    number = await mailbox.opened()
    raw = letter(body.replace("OUR_ID", mailbox.our_id(number)), Return_Path="<>", **(fields | {"Message_ID": "<q@x>"}))
    row = await mailbox.take(raw)
    assert (row.outcome, row.case_number) == (MailOutcome.BOUNCED, number)
    assert list(await threads.bounces_of(mailbox.desk.database, "premium-1")) == ["ana-p"]


async def test_24_a_bounce_that_proves_nothing_marks_nobody(mailbox: Mailbox) -> None:
    await mailbox.opened()
    row = await mailbox.take(report("failed", "<forged@x>"))
    assert (row.outcome, row.case_number) == (MailOutcome.BOUNCED, None)
    assert await threads.bounces_of(mailbox.desk.database, "premium-1") == {}


async def test_27_an_answer_to_an_invitation_opens_nothing(mailbox: Mailbox) -> None:
    body, kind = parted(
        "multipart/alternative",
        ("Content-Type: text/calendar; method=REPLY; charset=utf-8", calendar_reply("nobodys@elsewhere")),
    )
    row = await mailbox.take(letter(body, content_type=kind, **REPLY))
    assert (row.outcome, row.reason) == (MailOutcome.AUTOMATIC, MailReason.CALENDAR)
    assert await cases(mailbox) == 0


async def test_27_a_declined_visit_moves_nothing_and_is_told_to_who_works_on_it(mailbox: Mailbox) -> None:
    number, uid = await with_a_visit(mailbox)
    before = await mailbox.case(number)
    row = await mailbox.take(answered(uid, "DECLINED"))
    assert (row.outcome, row.reason, row.case_number) == (MailOutcome.AUTOMATIC, MailReason.CALENDAR, number)
    after = await mailbox.case(number)
    assert replace(after, turn=before.turn, facts=before.facts, last_at=before.last_at) == before, "only a note more"
    assert (await notes(mailbox, number))[-1].startswith("Ana Pérez rechazó en su calendario la visita del lunes 30")
    assert await told(mailbox, number, after.turn) == {"agent:ana", "agent:eva"}, "the agent, and the engineer"


@pytest.mark.parametrize(("answer", "noted"), [("ACCEPTED", "Aceptada."), ("TENTATIVE", "Tal vez.")])
async def test_27_other_answers_are_noted(mailbox: Mailbox, answer: str, noted: str) -> None:
    number, uid = await with_a_visit(mailbox)
    await mailbox.take(answered(uid, answer))
    assert (await notes(mailbox, number))[-1] == f"Ana Pérez responde la invitación a la visita:\n\n{noted}"


async def test_27_an_answer_to_a_visit_that_is_over_is_noted_nowhere(mailbox: Mailbox) -> None:
    number, uid = await with_a_visit(mailbox)
    await mailbox.give(number, "visits/cancellation", reason="Ya responde.")
    row = await mailbox.take(answered(uid, "DECLINED"))
    assert (row.outcome, row.case_number, await notes(mailbox, number)) == (MailOutcome.AUTOMATIC, None, [])


async def test_27_a_stranger_declines_nothing(mailbox: Mailbox) -> None:
    number, uid = await with_a_visit(mailbox)
    row = await mailbox.take(answered(uid, "DECLINED", From="otro@evil.example"))
    assert (row.outcome, row.case_number, await notes(mailbox, number)) == (MailOutcome.AUTOMATIC, None, [])


async def with_a_visit(mailbox: Mailbox) -> tuple[str, str]:
    """A case of Ana's whose visit has its date, and the visit's name in her calendar."""
    number = await mailbox.opened()
    await mailbox.give(number, "claim")
    for channel in Channel:
        await mailbox.give(number, "attempts", channel=channel, outcome="not_solved", summary="Sin resultado.")
    await mailbox.give(number, "visits", city_code="05001", address="Carrera 50 # 41-20", reason="Hay que abrirlo.")
    quote = {"amount": "350000", "currency": "COP"}
    await mailbox.give(number, "visits/approval", by=Actor(Role.DIRECTOR, "dora"), approved=True, quote=quote)
    await mailbox.give(number, "visits/acceptance", by=Actor(Role.CONTACT, "ana-p"), accepted=True)
    await mailbox.give(number, "visits/schedule", starts_at="2026-11-30T14:00:00Z", engineer_id="eva")
    case = await mailbox.case(number)
    return number, uid_of(number, 1, opened_at=case.opened_at)


def answered(uid: str, answer: str, **fields: str) -> bytes:
    """An answer to an invitation, as calendars send it."""
    body, kind = parted("multipart/mixed", ("Content-Type: text/calendar; method=REPLY", calendar_reply(uid, answer)))
    return letter(body, content_type=kind, **(REPLY | fields))


async def told(mailbox: Mailbox, number: str, turn: int) -> set[str]:
    """Whom a turn's notices go to."""
    wanted = select(notices.c.recipient).where(notices.c.case_number == number, notices.c.turn == turn)
    async with mailbox.desk.database.read() as connection:
        return set(await connection.scalars(wanted))


def calendar_reply(uid: str, answer: str = "DECLINED") -> str:
    return (
        f"BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:{uid}\nATTENDEE;PARTSTAT={answer}:mailto:{ANA}\n"
        "END:VEVENT\nEND:VCALENDAR\n"
    )


# -- what it says -----------------------------------------------------------------------------------------------------


async def test_28_winmail_dat_is_unpacked(mailbox: Mailbox) -> None:
    packed = tnef("Adjunto el registro de la información.", (("registro.txt", b"una linea\n"),))
    body, kind = parted(
        "multipart/mixed",
        (
            "Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64",
            base64.encodebytes(packed),
        ),
    )
    row = await mailbox.take(letter(body, content_type=kind))
    assert row.case_number
    assert await description(mailbox, row.case_number) == "Adjunto el registro de la información."
    assert await files_in(mailbox, row.case_number) == ["registro.txt"]


async def test_28_winmail_dat_that_is_broken_is_named(mailbox: Mailbox) -> None:
    body, kind = parted(
        "multipart/mixed", ("Content-Type: application/ms-tnef; name=winmail.dat", b"\x78\x9f\x3e\x22rot")
    )
    row = await mailbox.take(letter(body, content_type=kind))
    assert row.case_number
    assert "winmail.dat" in await description(mailbox, row.case_number)


async def test_30_signed_mail_is_shown_and_encrypted_mail_is_not(mailbox: Mailbox) -> None:
    inner = b"Content-Type: text/plain; charset=utf-8\r\n\r\nFirmado por Ana.\r\n"
    opaque = letter(
        base64.encodebytes(signed(inner)),
        content_type="application/pkcs7-mime; smime-type=signed-data; name=smime.p7m",
        Content_Transfer_Encoding="base64",
    )
    body, kind = parted(
        'multipart/signed; protocol="application/pkcs7-signature"',
        ("Content-Type: text/plain; charset=utf-8", "Solo aquí hay texto."),
        ("Content-Type: application/pkcs7-signature; name=smime.p7s", b"xx"),
    )
    detached = letter(body, content_type=kind, Message_ID="<d@x>", Subject="Otro")
    for raw, said in ((opaque, "Firmado por Ana."), (detached, "Solo aquí hay texto.")):
        row = await mailbox.take(raw)
        assert row.case_number
        told = await description(mailbox, row.case_number)
        assert told.startswith(said)
        assert "no se comprobó" in told
    encrypted = letter(
        b"MIAG", content_type="application/pkcs7-mime; smime-type=enveloped-data", Message_ID="<e@x>", Subject="Tercero"
    )
    assert (await mailbox.take(encrypted)).reason is MailReason.ENCRYPTED


async def test_31_html_with_an_empty_text_beside_it(mailbox: Mailbox) -> None:
    html = (
        "<html><head><style>p.MsoNormal{margin:0}</style></head><body><!--[if mso]><p>mso</p><![endif]-->"
        "<p>El mapa no carga.</p><p>Gracias</p><div id='divRplyFwdMsg'><b>De:</b> Mesa &lt;mesa@escala.example&gt;<br>"
        "<b>Enviado:</b> lunes, 2 de noviembre de 2026 9:14<br><b>Para:</b> Ana<br><b>Asunto:</b> El mapa</div>"
        "<p>lo de antes</p></body></html>"
    )
    body, kind = parted(
        "multipart/alternative", ("Content-Type: text/plain", " \n"), ("Content-Type: text/html; charset=utf-8", html)
    )
    row = await mailbox.take(letter(body, content_type=kind))
    assert row.body == "El mapa no carga.\n\nGracias"


async def test_32_an_attachment_alone_is_an_attachment(mailbox: Mailbox) -> None:
    body, kind = parted(
        "multipart/mixed",
        (
            'Content-Type: text/plain; name="traza.txt"\nContent-Disposition: attachment; filename="traza.txt"',
            "linea\n",
        ),
    )
    row = await mailbox.take(letter(body, content_type=kind))
    assert row.case_number
    assert await description(mailbox, row.case_number) == "(sin texto)"
    assert await files_in(mailbox, row.case_number) == ["traza.txt"]


@pytest.mark.parametrize(
    ("subject", "charset", "content"),
    [
        ("La informaci\u00f3n", "iso-8859-1", "La informaci\u00f3n no llega".encode()),
        ("La informaci\u00f3n", "ISO-8859-1", b"La informaci\xf3n \x93no\x94 llega \x96"),
        ("La informaci\udcf3n", "us-ascii", b"La informaci\xf3n no llega"),
        ("=?utf-8?Q?La_informaci=C3?=\r\n =?utf-8?Q?=B3n?=", "utf-8", "La informaci\u00f3n no llega".encode()),
        ("=?utf-8?Q?La_informaci=C3=B3n", "x-unknown", "La informaci\u00f3n no llega".encode()),
    ],
)
async def test_34_wrong_and_missing_charsets(mailbox: Mailbox, subject: str, charset: str, content: bytes) -> None:
    row = await mailbox.take(letter(content, content_type=f"text/plain; charset={charset}", Subject=subject))
    assert row.body.startswith("La informaci\u00f3n")
    assert row.subject == "La informaci\u00f3n"


async def test_36_twelve_replies_with_the_whole_quote_stay_as_long_as_what_was_said(mailbox: Mailbox) -> None:
    number = await mailbox.opened()
    quote = "El mapa no carga."
    for place in range(12):
        whole = (
            f"Respuesta {place} con algo nuevo\n\nEl lun, 2 nov 2026 a las 9:14, Mesa <{MESA}> escribió:\n"
            + "".join(f"> {line}\n" for line in quote.splitlines())
        )
        fields = REPLY | {"Message_ID": f"<r{place}@x>", "Subject": f"Re: tema {'abcdefghijkl'[place]}"}
        await mailbox.take(letter(whole, In_Reply_To=mailbox.our_id(number), **fields))
        quote = whole
    said = await said_in(mailbox, number)
    assert said[0] == "Respuesta 0 con algo nuevo"
    assert {len(each) for each in said} <= {26, 27}


async def test_36_a_text_that_is_too_long_is_cut(mailbox: Mailbox) -> None:
    row = await mailbox.take(letter("una línea más\n" * 200_000))
    assert row.case_number
    told = await description(mailbox, row.case_number)
    assert len(told) <= 20_000
    assert "original" in told[-100:]


# -- what the plans say, and the solution -----------------------------------------------------------------------------


@pytest.mark.rule("REQ-7", "PLAN-7")
async def test_standard_is_told_its_channels_and_opens_nothing(mailbox: Mailbox) -> None:
    vouched = VOUCHED.replace("acme", "estandar")
    fields = {"From": "Sara <sara@estandar.example>", "Authentication_Results": vouched}
    rows = [await mailbox.take(letter(f"{each}\n", Message_ID=f"<{each}@x>", **fields)) for each in ("uno", "dos")]
    assert [(row.outcome, row.reason) for row in rows] == [(MailOutcome.HELD, MailReason.CHANNEL_NOT_IN_PLAN)] * 2
    assert len(mailbox.desk.engine.redirected) == 1  # type: ignore[attr-defined]
    assert await cases(mailbox) == 0


async def test_the_message_that_opens_a_case_is_named_before_it_is_settled(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its acknowledgement may leave at once."""

    async def never(*_: object, **__: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as cut_off:
        cut_off.setattr(inbox, "settle", never)
        with pytest.raises(ConnectionError):
            await mailbox.take(letter())
    db = mailbox.desk.database
    assert await threads.ids_from(db, "MA-2026-000001", [ANA], most=3) == ["uno@acme.example"]
    [row] = await inbox.waiting(db, before=mailbox.clock() + timedelta(minutes=1))
    assert (await take(mailbox.desk, row.id)).case_number == "MA-2026-000001"
    assert await cases(mailbox) == 1


@pytest.mark.rule("REQ-4", "PLAN-7")
async def test_premium_opens_a_case_whose_clocks_count_from_the_message(mailbox: Mailbox) -> None:
    row = await mailbox.take(letter())
    assert row.case_number
    case = await mailbox.case(row.case_number)
    assert (case.channel, case.contact_id, case.opened_at) == ("email", "ana-p", row.received_at)


async def test_an_answer_ends_the_wait(mailbox: Mailbox) -> None:
    number = await mailbox.opened()
    await mailbox.give(number, "claim")
    await mailbox.give(number, "information-requests", body="¿Qué navegador usa?")
    await mailbox.take(letter("Firefox.\n", To=mailbox.address(number), **REPLY))
    assert (await mailbox.case(number)).status is Status.IN_PROGRESS


@pytest.mark.rule("ESC-14")
@pytest.mark.parametrize(
    ("words", "status", "outcome"),
    [
        ("Muchas gracias.\n", Status.RESOLVED, MailOutcome.ANSWERED),
        ("Confirmo, ya quedó funcionando. Gracias.\n", Status.CLOSED, MailOutcome.ANSWERED),
        ("Sigue en blanco.\n", Status.IN_PROGRESS, MailOutcome.ANSWERED),
        ("Gracias. ¿Me envían el informe de lo que pasó?\n", Status.RESOLVED, MailOutcome.HELD),
    ],
)
async def test_a_solution_is_reopened_by_more_than_thanks(
    mailbox: Mailbox, words: str, status: Status, outcome: MailOutcome
) -> None:
    number = await mailbox.opened()
    await mailbox.give(number, "claim")
    await mailbox.give(number, "resolution", summary="Se amplió la cuota.")
    row = await mailbox.take(letter(words, To=mailbox.address(number), **REPLY))
    assert (row.outcome, row.case_number) == (outcome, number)
    assert (await mailbox.case(number)).status is status


@pytest.mark.parametrize(
    "results",
    [
        None,
        f"{OURS}; dmarc=fail header.from=acme.example; dkim=pass header.d=acme.example",
        f"{OURS}; dkim=pass header.d=evil.example",
        f"{OURS}; dmarc=pass header.from=evil.example",
        "mx.evil.example; dmarc=pass header.from=acme.example",
        f"({OURS}) mx.evil.example; dmarc=pass header.from=acme.example",
        f'mx.evil.example; reason="{OURS}; dmarc=pass header.from=acme.example"',
        f"{OURS}; none",
    ],
)
async def test_whom_our_server_does_not_vouch_for_waits(mailbox: Mailbox, results: str | None) -> None:
    row = await mailbox.take(letter(Authentication_Results=results))
    assert (row.state, row.reason) == (MessageState.HELD, MailReason.UNVERIFIED)


async def test_a_number_in_the_subject_joins_nothing(mailbox: Mailbox) -> None:
    number = await mailbox.opened()
    row = await mailbox.take(letter("Añado algo.\n", Subject=f"Re: [{number}] El mapa", Message_ID="<n@x>"))
    assert (row.outcome, row.reason) == (MailOutcome.HELD, MailReason.NUMBER_ALONE)
    assert await said_in(mailbox, number) == []


async def test_a_person_whose_from_a_group_rewrote_waits(mailbox: Mailbox) -> None:
    fields = {
        "From": "Ana via Soporte <soporte@acme.example>",
        "X_Original_From": f"Ana <{ANA}>",
        "List_Id": "<s.acme>",
    }
    assert (await mailbox.take(letter(**fields))).reason is MailReason.REWRITTEN


async def test_our_own_mail_is_our_own(mailbox: Mailbox) -> None:
    number = await mailbox.opened()
    looped = await mailbox.take(letter(Message_ID=mailbox.our_id(number)))
    from_us = await mailbox.take(letter(From=f"Mesa <{MESA}>", Message_ID="<o@x>"))
    assert [row.outcome for row in (looped, from_us)] == [MailOutcome.OWN] * 2


async def test_a_flood_of_one_contact_waits_and_is_counted(mailbox: Mailbox) -> None:
    allowed = {(Spending.OPENING, Holder.CONTACT): Allowance(2, timedelta(hours=1))}
    mailbox.desk = replace(mailbox.desk, budgets=Budgets(allowed))
    texts = ("Uno que dice algo muy distinto.\n", "Dos: ya no se imprime nada.\n", "Tres: el correo está lento.\n")
    rows = [await mailbox.take(letter(text, Message_ID=f"<{place}@x>")) for place, text in enumerate(texts)]
    assert [row.outcome for row in rows] == [MailOutcome.OPENED, MailOutcome.OPENED, MailOutcome.HELD]
    assert rows[-1].reason is MailReason.FLOOD


async def test_the_same_delivery_again_changes_nothing(mailbox: Mailbox) -> None:
    row = await mailbox.take(letter())
    assert await take(mailbox.desk, row.id) == row
    assert await cases(mailbox) == 1


async def test_what_was_received_is_what_became_of_it(mailbox: Mailbox) -> None:
    await mailbox.take(letter())
    await mailbox.take(letter(From="x"))
    await mailbox.take(letter(Authentication_Results=None, Message_ID="<h@x>"))
    counted = await inbox.counts(mailbox.desk.database)
    assert counted == {MailOutcome.OPENED: 1, MailOutcome.QUARANTINE: 1, MailOutcome.HELD: 1}


@pytest.mark.parametrize("again", [letter(), letter(Received="from mx2.escala.example")])
async def test_a_message_that_comes_twice_at_once_opens_one_case(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, again: bytes
) -> None:
    """Whichever is judged first, and although the other was not read yet when it was."""
    desk = mailbox.desk
    first, second = [
        await came_in(desk.database, desk.engine, "intake", raw, at=mailbox.clock()) for raw in (letter(), again)
    ]

    async def carry_out_late(*given: Any) -> Carried:
        monkeypatch.undo()
        with pytest.raises(OtherUnderWay):
            await take(desk, first.id)
        return await carry_out(*given)

    monkeypatch.setattr(taking, "carry_out", carry_out_late)
    assert (await take(desk, second.id)).outcome is MailOutcome.OPENED
    assert (await take(desk, first.id)).reason is MailReason.REPEATED
    assert await cases(mailbox) == 1
