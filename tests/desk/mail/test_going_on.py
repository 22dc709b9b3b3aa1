"""Mail that goes on: in the case that follows a closed one, and with the analysis that completes one."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from desk.mail import carrying_out, holding, taking, verdicts
from desk.mail.arriving import came_in
from desk.mail.carrying_out import Carried
from desk.mail.holding import HeldAct, HeldDecision
from desk.mail.taking import take
from policy.case.case import Actor, Role, Status
from policy.case.facts import CaseOpened, CustomerAnswered
from policy.mail.decision import Answers, Confirms, MailOutcome
from storage.case import successors, views
from storage.engine.tables import inbox as table
from storage.mail import inbox
from storage.mail.inbox import Identity
from tests.desk import asking
from tests.desk.mail.conftest import Mailbox, in_process
from tests.desk.mail.letters import letter

ANA_P = Actor(Role.CONTACT, "ana-p")


async def closed(mailbox: Mailbox, **fields: str) -> str:
    """A case that Ana's mail opened, and that she has confirmed."""
    number = await mailbox.opened(**fields)
    await mailbox.give(number, "claim")
    await mailbox.give(number, "resolution", summary="Se amplió la cuota.")
    await mailbox.give(number, "confirmation", by=ANA_P)
    return number


async def answer(mailbox: Mailbox, number: str, words: str, **fields: str) -> str:
    """Ana's mail to a case, whichever it is by now; the case that took it."""
    new = {"Message_ID": f"<{'-'.join(words.split())}@acme.example>", "Subject": "Re: El mapa no carga"}
    row = await mailbox.take(letter(f"{words}\n", To=mailbox.address(number), **(new | fields)))
    assert row.case_number, row
    return row.case_number


# -- a closed case ----------------------------------------------------------------------------------------------------


async def test_mail_to_a_closed_case_opens_one_that_goes_on_from_it(mailbox: Mailbox) -> None:
    first = await closed(mailbox)
    second = await answer(mailbox, first, "Volvió a fallar.")
    assert second != first
    [opened, *_] = await views.timeline(mailbox.desk.database, second)
    assert isinstance(opened.fact, CaseOpened)
    assert (opened.fact.follows, (await mailbox.case(second)).follows) == (first, first)
    assert opened.body(opened.fact.description) == "Volvió a fallar.", "the link is no part of what was written"
    assert await successors.of_cases(mailbox.desk.database, [first, second]) == {first: (second,)}


async def test_what_is_written_there_again_joins_the_one_that_goes_on(mailbox: Mailbox) -> None:
    """Until that one is closed too: then another goes on from it, so that each knows where it came from."""
    first = await closed(mailbox)
    second = await answer(mailbox, first, "Volvió a fallar.")
    assert await answer(mailbox, first, "Y ahora tampoco carga la leyenda.") == second
    await mailbox.give(second, "claim")
    await mailbox.give(second, "resolution", summary="Se corrigió.")
    await mailbox.give(second, "confirmation", by=ANA_P)
    third = await answer(mailbox, first, "Otra vez en blanco, desde el lunes.")
    assert (await mailbox.case(third)).follows == second
    assert await successors.goes_on_in(mailbox.desk.database, first) == third


@pytest.mark.rule("REQ-4")
@pytest.mark.parametrize("by_agent", [False, True], ids=["of-themselves", "held-and-opened-by-an-agent"])
async def test_of_what_comes_at_the_same_instant_one_goes_on_and_the_others_join_it(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, *, by_agent: bool
) -> None:
    """Each was judged before any of them had opened anything."""
    db, engine = mailbox.desk.database, mailbox.desk.engine
    first = await closed(mailbox)
    said = ("Volvió a fallar.", "Y la leyenda tampoco se ve.", "Adjunto la consola.")
    came: list[Identity] = []
    for place, words in enumerate(said):
        fields = {"To": mailbox.address(first), "Message_ID": f"<junto{place}@acme.example>"}
        raw = letter(f"{words}\n", **fields, **({"Authentication_Results": "x; dmarc=fail"} if by_agent else {}))
        came.append(await came_in(db, engine, "intake", raw, at=mailbox.clock()))
    together = asyncio.Barrier(len(said))
    carrying = carrying_out.carried

    async def at_once(*given: Any) -> Carried:
        await together.wait()
        return await carrying(*given)

    if by_agent:
        for each in came:
            assert (await take(mailbox.desk, each.id)).outcome is MailOutcome.HELD
        monkeypatch.setattr(holding, "carried", at_once)
        monkeypatch.setattr(holding, "read_message", in_process)
        decision = HeldDecision(act=HeldAct.OPEN, contact_id="ana-p")
        rows = await asyncio.gather(*(holding.decide(mailbox.desk, each.id, decision, by="ana") for each in came))
    else:
        monkeypatch.setattr(carrying_out, "carried", at_once)
        rows = await asyncio.gather(*(take(mailbox.desk, each.id) for each in came))

    [second] = {row.case_number for row in rows}
    assert second
    assert await successors.of_cases(db, [first]) == {first: (second,)}
    assert sorted(str(row.outcome) for row in rows) == ["answered", "answered", "opened"]
    told = [words for each in await views.timeline(db, second) for words in each.words.values()]
    assert sorted(words for words in told if words in said) == sorted(said), "each is there once"
    again = [await take(mailbox.desk, row.id) for row in rows]
    assert [row.case_number for row in again] == [second] * len(said)


async def test_a_held_message_to_a_case_that_goes_on_meanwhile_leads_there(mailbox: Mailbox) -> None:
    first = await closed(mailbox)
    fields = {"To": mailbox.address(first), "Authentication_Results": "x; dmarc=fail"}
    held = await mailbox.take(letter("Sigue.\n", Message_ID="<retenido@acme.example>", **fields))
    assert HeldAct.OPEN in (await holding.shown(mailbox.desk, held.id)).acts
    second = await answer(mailbox, first, "Volvió a fallar.")
    shown = await holding.shown(mailbox.desk, held.id)
    assert (shown.leads_to, shown.acts) == (second, (HeldAct.JOIN, HeldAct.DISCARD))


@pytest.mark.rule("ESC-18")
async def test_mail_to_a_duplicate_joins_the_case_that_it_goes_on_in(mailbox: Mailbox) -> None:
    first = await mailbox.opened()
    second = await mailbox.opened(Message_ID="<otro@acme.example>", Subject="El mapa en blanco")
    await mailbox.give(second, "duplicate-of", number=first)
    assert await answer(mailbox, second, "Seguimos igual.") == first


async def test_thanks_to_a_closed_case_open_nothing(mailbox: Mailbox) -> None:
    first = await closed(mailbox)
    row = await mailbox.take(letter("Muchas gracias.\n", To=mailbox.address(first), Message_ID="<g@acme.example>"))
    assert (row.outcome, row.case_number) == (MailOutcome.ANSWERED, first)
    assert await successors.of_cases(mailbox.desk.database, [first]) == {}


# -- a case that moves on in between ----------------------------------------------------------------------------------

SOLVES: tuple[str, dict[str, str], Actor] = ("resolution", {"summary": "Se amplió la cuota."}, asking.AGENT.actor)
CONFIRMS: tuple[str, dict[str, str], Actor] = ("confirmation", {}, ANA_P)
REOPENS: tuple[str, dict[str, str], Actor] = ("reopening", {"reason": "Sigue igual."}, ANA_P)
IN_ANSWER, IN_CONFIRMATION = Answers("", "ana-p"), Confirms("", "ana-p")


@pytest.mark.rule("ESC-14", "REQ-4")
@pytest.mark.parametrize(
    ("verdict", "meanwhile", "words", "becomes"),
    [
        (IN_ANSWER, [SOLVES], "Sigue sin funcionar, todo en blanco.", (Status.IN_PROGRESS, MailOutcome.ANSWERED)),
        (IN_ANSWER, [SOLVES], "Quedó solucionado, muchas gracias.", (Status.CLOSED, MailOutcome.ANSWERED)),
        (IN_ANSWER, [SOLVES, CONFIRMS], "Volvió a fallar.", (Status.CLOSED, MailOutcome.OPENED)),
        (IN_CONFIRMATION, [SOLVES, REOPENS], "Quedó solucionado.", (Status.IN_PROGRESS, MailOutcome.ANSWERED)),
    ],
)
async def test_a_message_is_judged_once_more_where_its_case_moved_on_before_it_was_carried_out(
    mailbox: Mailbox, verdict: Answers | Confirms, meanwhile: list[Any], words: str, becomes: tuple[Status, MailOutcome]
) -> None:
    """As when the desk was down: the verdict was kept, and the case is another one by the restart."""
    number, db = await mailbox.opened(), mailbox.desk.database
    await mailbox.give(number, "claim")
    raw = letter(f"{words}\n", To=mailbox.address(number), Message_ID="<luego@acme.example>")
    identity = await came_in(db, mailbox.desk.engine, "intake", raw, at=mailbox.clock())
    kept = verdicts.to_json(replace(verdict, number=number))
    await inbox.once(db, identity.id, taking.VERDICT, kept, at=mailbox.clock())
    for path, body, by in meanwhile:
        await mailbox.give(number, path, by=by, **body)
    row = await taking.take(mailbox.desk, identity.id)
    assert ((await mailbox.case(number)).status, row.outcome) == becomes
    said = await views.timeline(db, row.case_number or "")
    assert sum(words in text for each in said for text in each.words.values()) == (0 if "gracias" in words else 1)


async def test_what_was_judged_twice_is_done_once_however_often_it_is_tried(mailbox: Mailbox) -> None:
    """A worker that died after it had reopened the case finds one that takes an answer, as the first verdict said."""
    number, db = await mailbox.opened(), mailbox.desk.database
    await mailbox.give(number, "claim")
    raw = letter("Sigue en blanco.\n", To=mailbox.address(number), Message_ID="<luego@acme.example>")
    identity = await came_in(db, mailbox.desk.engine, "intake", raw, at=mailbox.clock())
    await inbox.once(db, identity.id, taking.VERDICT, verdicts.to_json(Answers(number, "ana-p")), at=mailbox.clock())
    await mailbox.give(number, "resolution", summary="Se amplió la cuota.")
    await taking.take(mailbox.desk, identity.id)
    async with db.write() as connection:
        undone = update(table).where(table.c.id == identity.id).values(state="received", outcome=None)
        await connection.execute(undone)
    turn = (await mailbox.case(number)).turn
    await taking.take(mailbox.desk, identity.id)
    assert (await mailbox.case(number)).turn == turn


# -- what was analysed ------------------------------------------------------------------------------------------------


@pytest.mark.rule("REQ-4", "REQ-5")
@pytest.mark.parametrize(
    ("words", "brings"),
    [
        ("Probamos otro navegador y otra red.", True),
        ("Gracias. Probamos otro navegador.", True),
        ("Muchas gracias, quedo atenta.", False),
        ("Ok, recibido.", False),
    ],
)
async def test_the_first_answer_that_is_more_than_thanks_is_what_was_analysed(
    mailbox: Mailbox, words: str, *, brings: bool
) -> None:
    number = await mailbox.opened()
    before = await mailbox.case(number)
    assert before.awaits_analysis
    assert before.level_clock
    assert before.level_clock.since_at == before.opened_at, "its clocks count from the first mail"
    await answer(mailbox, number, words)
    after = await mailbox.case(number)
    assert (after.awaits_analysis, after.level_clock, after.status) == (not brings, before.level_clock, Status.NEW)
    await answer(mailbox, number, "Adjunto la consola.")
    said = [each.fact for each in await views.timeline(mailbox.desk.database, number)]
    assert [each.brings_analysis for each in said if isinstance(each, CustomerAnswered)] == [brings, not brings]


@pytest.mark.rule("REQ-5")
async def test_the_answer_may_come_by_the_portal_and_a_case_that_says_it_lacks_nothing(mailbox: Mailbox) -> None:
    number = await mailbox.opened()
    await mailbox.give(number, "answers", by=ANA_P, body="Probamos con otra red.")
    assert not (await mailbox.case(number)).lacks_analysis
    row = await asking.read(mailbox.desk, number)
    assert not row.case.awaits_analysis
