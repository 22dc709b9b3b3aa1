"""The pages of duty: rotas made and ended, turns swapped, pages acknowledged, with and without signing in (ESC-17)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from desk.duty.paging import Paging
from policy.duty.steps import PageState, PageStep
from storage.audit import audit
from storage.audit.audit import Wanted
from storage.duty import pages, rotas
from storage.people import agents
from storage.signing_in import accounts
from storage.signing_in.accounts import NewAccount
from tests.api.office import Office
from tests.desk.duty.conftest import LUZ, Posted
from tests.portal.people import Visitor, unspaced, visitor
from tests.support.lives import policy

pytestmark = pytest.mark.rule("ESC-17")

EVA_MAIL = "eva@escala.example"
ROTA: dict[str, Any] = {
    "level": "2",
    "people": ["eva", "luz"],
    "starts_on": "2026-11-23",
    "hands_over_at": "08:00",
    "every": "7",
}


async def key(them: Visitor, path: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', (await them.get(path)).text)
    assert found
    return found[1]


async def made(them: Visitor, **changes: Any) -> int:
    fields: dict[str, Any] = {**ROTA, "unit": "days", "key": await key(them, "/guardia/turnos"), **changes}
    return (await them.post("/guardia/turnos", **fields)).status_code


async def with_rota(office: Office) -> None:
    """Eva and Luz take turns at level 2, and Eva is on duty."""
    await agents.put(office.db, LUZ)
    async with visitor(office, "director") as them:
        assert await made(them) == 303


def paging(office: Office, post: Posted) -> Paging:
    return Paging(
        database=office.db,
        engine=office.desk,
        policy=policy(),
        mail=post,
        sender="Mesa <mesa@escala.example>",
        public_url="https://escala.test",
        within=timedelta(minutes=10),
        clock=office.clock,
    )


async def paged(office: Office, post: Posted) -> str:
    """A Premium case that was handed off, about which Eva was paged; its number."""
    number = await office.open("premium_contact")
    office.clock.passes(hours=1)
    await office.desk.settle(number)
    await paging(office, post).once()
    assert post.letters
    return number


async def test_the_director_makes_a_rota_and_everybody_sees_who_is_on_duty(office: Office) -> None:
    await with_rota(office)
    async with visitor(office, "agent") as them:
        page = unspaced((await them.get("/guardia")).text)
        assert "Eva Luna" in page.partition("De turno ahora")[2].partition("Avisos por atender")[0]
        assert "luego Luz Ríos" in re.sub(r"<[^>]*>", " ", page).replace("  ", " ")
        assert "Cambiar los turnos" not in page
        assert (await them.get("/guardia/turnos")).status_code == 403
        assert (await them.post("/guardia/turnos", key="k" * 10, **ROTA)).status_code == 403
    acts = {each.act for each in (await audit.listing(office.db, Wanted())).items}
    assert "rota_made" in acts


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"people": []}, "Un turno de guardia necesita"),
        ({"people": ["eva", "ana"]}, "Ana Torres no atiende el nivel 2"),
        ({"people": ["nadie"]}, "nadie no atiende el nivel 2"),
        ({"every": "0"}, "Un turno dura de 1 a 744 horas."),
        ({"every": "muchas"}, "Cada:"),
        ({"starts_on": "ayer"}, "Desde el día:"),
        ({"hands_over_at": "25:00"}, "Hora del relevo:"),
        ({"level": "7"}, "Nivel:"),
        ({"days": ["9"]}, "Solo estos días"),
    ],
)
async def test_a_rota_that_makes_no_sense_says_why(office: Office, changes: dict[str, Any], said: str) -> None:
    await agents.put(office.db, LUZ)
    async with visitor(office, "director") as them:
        fields: dict[str, Any] = {**ROTA, "unit": "days", "key": await key(them, "/guardia/turnos"), **changes}
        answer = await them.post("/guardia/turnos", **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert not await rotas.is_set_up(office.db)


async def test_a_form_that_is_sent_twice_makes_one_rota(office: Office) -> None:
    await agents.put(office.db, LUZ)
    async with visitor(office, "admin") as them:
        once = await key(them, "/guardia/turnos")
        for _ in range(2):
            assert (await them.post("/guardia/turnos", **{**ROTA, "unit": "days", "key": once})).status_code == 303
        [end] = set(re.findall(r'action="(/guardia/turnos/[^/"]+/fin)"', (await them.get("/guardia/turnos")).text))
        assert (await them.post(end)).status_code == 303
        assert (await them.post(end)).status_code == 404
    assert not await rotas.is_set_up(office.db)


async def test_an_override_is_made_and_taken_back_and_two_do_not_overlap(office: Office) -> None:
    await with_rota(office)
    span: dict[str, Any] = {"from": "2026-11-25T08:00", "until": "2026-11-26T08:00"}
    async with visitor(office, "agent") as other:
        assert (await other.post("/guardia/reemplazos", key="k" * 10, level="2", **span)).status_code == 403
    async with visitor(office, "admin") as them:
        said: dict[str, Any] = {"level": "2", "agent_id": "luz", **span}
        once = await key(them, "/guardia/turnos")
        assert (await them.post("/guardia/reemplazos", key=once, **said)).status_code == 303
        answer = await them.post("/guardia/reemplazos", key=await key(them, "/guardia/turnos"), **said)
        assert answer.status_code == 422
        assert "Ya se puso a otra persona de turno" in answer.text
        assert "Luz Ríos" in unspaced((await them.get("/guardia")).text).partition("De turno ahora")[2][:1500]
        end = re.search(r'action="(/guardia/reemplazos/[^/]+/fin)"', (await them.get("/guardia/turnos")).text)
        assert end
        assert (await them.post(end[1])).status_code == 303


async def test_two_swap_their_turns(office: Office) -> None:
    await with_rota(office)
    async with visitor(office, "specialist") as eva:
        page = (await eva.get("/guardia")).text
        own, theirs = (
            re.search(rf'<select id="{each}".*?value="([^"]+)"', page, re.DOTALL) for each in ("own", "theirs")
        )
        assert own
        assert theirs
        form: dict[str, Any] = {"key": await key(eva, "/guardia"), "own": own[1], "theirs": theirs[1]}
        assert (await eva.post("/guardia/cambios", **{**form, "theirs": own[1], "key": "x" * 20})).status_code == 422
        assert (
            await eva.post("/guardia/cambios", **{**form, "theirs": "2|luz|ayer|", "key": "y" * 20})
        ).status_code == 422
        assert (await eva.post("/guardia/cambios", **form)).status_code == 303
        [swap] = await rotas.swaps(office.db)
        assert (await eva.post(f"/guardia/cambios/{swap.id}/aceptado")).status_code == 403
        assert (await eva.post(f"/guardia/cambios/{swap.id}/olvidado")).status_code == 404
    async with visitor(office, "agent") as ana:
        assert (await ana.post(f"/guardia/cambios/{swap.id}/rechazado")).status_code == 403
    async with visitor(office, "admin") as them:
        assert (await them.post(f"/guardia/cambios/{swap.id}/aceptado")).status_code == 303
        assert (await them.post(f"/guardia/cambios/{swap.id}/retirado")).status_code == 409
        page = unspaced((await them.get("/guardia")).text)
        assert "Luz Ríos" in page.partition("De turno ahora")[2][:1500], "and Luz is on duty now"


async def test_a_page_is_acknowledged_by_its_link_without_signing_in(office: Office) -> None:
    await with_rota(office)
    post = Posted()
    number = await paged(office, post)
    found = re.search(r"https://escala\.test(/guardia/aviso/\S+)", post.text())
    assert found
    async with visitor(office) as them:
        for _ in range(2):
            page = await them.get(found[1])
            assert page.status_code == 200
            assert number in page.text
        [still] = (await pages.listing(office.db)).items
        assert still.state is PageState.PAGED, "a look changes nothing"
        assert (await them.client.post(found[1], data={"stamp": "forged"})).status_code == 403
        for _ in range(2):
            assert "Lo tiene usted" in (await them.post(found[1])).text
        assert (await them.get(f"{found[1][:-1]}0" if found[1][-1] != "0" else f"{found[1][:-1]}1")).status_code == 404
    await paging(office, post).once()
    kinds = [each["kind"] for each in await office.timeline(number)]
    assert kinds.count("duty_paged") == 2
    assert "duty_paged" not in [each["kind"] for each in await office.timeline(number, "premium_contact")]


async def test_the_pages_link_speaks_the_language_that_its_reader_chose(office: Office) -> None:
    await with_rota(office)
    post = Posted()
    await paged(office, post)
    found = re.search(r"https://escala\.test(/guardia/aviso/\S+)", post.text())
    assert found
    eva = await accounts.create(office.db, NewAccount(id="eva", email=EVA_MAIL, name="Eva"), at=office.clock())
    async with visitor(office, **{"accept-language": "es"}) as them:
        assert "Lo tengo" in (await them.get(found[1])).text
        await accounts.change(office.db, eva.id, language="en")
        page = (await them.get(found[1])).text
        assert '<html lang="en"' in page
        assert "1 case calls you" in page
        assert "You have it: nobody else is called about it." in (await them.post(found[1])).text


async def test_a_page_is_acknowledged_in_the_portal_and_stands_in_the_case(office: Office) -> None:
    await with_rota(office)
    post = Posted()
    number = await paged(office, post)
    async with visitor(office, "agent") as ana:
        page = (await ana.get("/guardia")).text
        assert number in page
        assert "recibido" not in page, "it is not hers to take"
    async with visitor(office, "specialist") as eva:
        take = re.search(r'action="(/guardia/avisos/[^"]+/recibido)"', (await eva.get("/guardia")).text)
        assert take
        assert (await eva.post(take[1])).status_code == 303
        await paging(office, post).once()
        page = (await eva.get("/guardia")).text
        assert "Ningún aviso espera acuse de recibo." in page
        assert "acusó recibo del aviso del nivel 2" in (await eva.get(f"/casos/{number}")).text


async def test_all_pages_that_call_one_are_acknowledged_with_one_act(office: Office) -> None:
    """As they were shown: what comes since still calls. Sent twice it is done once; who is not called may not."""
    await with_rota(office)
    post = Posted()
    numbers = [await office.open("premium_contact") for _ in range(3)]
    office.clock.passes(minutes=5)
    late = await office.open("premium_contact")
    office.clock.passes(minutes=55)
    for number in numbers:
        await office.desk.settle(number)
    await paging(office, post).once()
    act = "/guardia/avisos/recibidos"
    async with visitor(office, "specialist") as eva, visitor(office, "agent") as ana:
        page = (await eva.get("/guardia")).text
        assert "Atender todos los míos (3)" in page
        found = re.search(r'name="avisos" value="([^"]+)"', page)
        assert found
        assert {each.partition(".")[0] for each in found[1].split()} == set(numbers)
        assert act not in (await ana.get("/guardia")).text
        office.clock.passes(minutes=5)
        await office.desk.settle(late)
        await paging(office, post).once()
        assert (await ana.post(act, avisos=found[1])).status_code == 403, "of another level"
        for wrong in (f"{found[1]} MA-2026-999999.1", "", "x", "x" * 40_000, "\0"):
            assert (await eva.post(act, avisos=wrong)).status_code in (404, 422), wrong
        assert len(await pages.open_ones(office.db, most=10)) == 4, "none of them by halves"
        for _ in range(2):
            done = await eva.post(act, avisos=found[1])
            assert (done.status_code, done.headers["location"]) == (303, "/guardia?hecho=recibidos")
        assert [each.case_number for each in await pages.open_ones(office.db, most=10)] == [late]
        steps = await pages.steps_of(office.db, found[1].split())
        assert [[each.step for each in told].count(PageStep.ACKNOWLEDGED) for told in steps.values()] == [1, 1, 1]
        assert "Los avisos son suyos" in (await eva.get("/guardia?hecho=recibidos")).text


async def test_nobody_on_duty_is_seen_on_the_page(office: Office) -> None:
    await with_rota(office)
    for place, who in enumerate(("eva", "luz")):
        mailbox = f"{who}@escala.example"
        await accounts.create(office.db, NewAccount(id=f"off-{place}", email=mailbox, name=who), at=office.clock())
        await accounts.disable(office.db, f"off-{place}", at=office.clock())
    async with visitor(office, "admin") as them:
        page = unspaced((await them.get("/guardia")).text)
    assert "Eva Luna no está disponible" in page
    assert "no hay nadie" in page
