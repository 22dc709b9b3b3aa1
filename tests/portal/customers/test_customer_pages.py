"""The customer's pages: its cases, its contacts, its covers, providers' incidents; and staff's pages of customers."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from httpx import Response

from policy.case.case import Plan
from policy.case.incidents import Incident
from policy.cover.cover import CoverRef
from policy.people.contacts import RosterEntry
from policy.terms.terms import CoverKind
from portal.customers.my_cases_news import CustomerNews
from storage.cover import announcements, contracts, solutions
from storage.cover.contracts import NewPayment
from storage.cover.solutions import Solution, SolutionKind
from storage.people import contacts, customers
from storage.people.contacts import NewContact, NewRoster
from storage.providers import incidents
from tests.api.given import exhaust_channels, give
from tests.api.office import PREMIUM, STANDARD, Office
from tests.portal.people import EMAILS, Visitor, unspaced, visitor
from tests.support.lives import bogota, policy

XSS = '"><img src=x onerror=alert(1)>'
PAGES = ("/casos", "/casos/nuevo", "/contactos", "/contratos", "/incidentes")
NEW_CONTACT = {"name": "Berta", "email": "berta@x.example", "notice_reference": "Carta 18", "notified_on": "2026-11-02"}


def found(pattern: str, answer: Response) -> str:
    match = re.search(pattern, answer.text)
    assert match, answer.text
    return match[1]


async def tag(who: Visitor, path: str = "/contactos") -> str:
    return found(r'name="tag" value="([^"]+)"', await who.get(path))


async def key(who: Visitor, path: str) -> str:
    return found(r'name="key" value="([^"]+)"', await who.get(path))


async def named(office: Office, *names: str, customer: str = STANDARD, signs_in: bool = True) -> None:
    """These contacts beside the one who is there."""
    there = await contacts.roster(office.db, customer)
    entries = [NewContact(each.id, each.entry) for each in there]
    for name in names:
        entry = RosterEntry(
            name=name,
            email=f"{name}@x.example",
            is_system_administrator=False,
            notice_reference="Carta 18",
            notified_on=date(2026, 11, 2),
            can_sign_in=signs_in,
        )
        entries.append(NewContact(f"contact-{name}", entry))
    await contacts.replace_roster(office.db, customer, NewRoster(entries), policy=policy(), at=office.clock())


async def signing_in(office: Office, customer: str = STANDARD) -> set[str]:
    return {each.name for each in await contacts.roster(office.db, customer) if each.can_sign_in}


class TestEveryPage:
    @pytest.mark.parametrize("path", PAGES)
    async def test_is_there_for_the_customer(self, office: Office, path: str) -> None:
        async with visitor(office, "contact") as ana:
            answer = await ana.get(path)
            assert (answer.status_code, "premium" in answer.text.casefold()) == (200, False)

    @pytest.mark.parametrize("path", ["/casos/nuevo", "/contactos", "/contratos"])
    async def test_of_another_customer_is_not_there(self, office: Office, path: str) -> None:
        async with visitor(office, "contact") as ana:
            assert (await ana.get(f"{path}?cliente={PREMIUM}")).status_code == 404
            assert (await ana.get(f"/clientes/{PREMIUM}")).status_code == 403

    @pytest.mark.parametrize("path", PAGES)
    async def test_asks_who_is_there_first(self, office: Office, path: str) -> None:
        async with visitor(office) as somebody:
            assert (await somebody.get(path)).headers["location"] == f"/ingreso?volver={path}"

    @pytest.mark.parametrize("path", [*PAGES, "/clientes", f"/clientes/{STANDARD}"])
    async def test_can_be_read_in_english(self, office: Office, path: str) -> None:
        who = "commercial" if path.startswith("/clientes") else "contact"
        async with visitor(office, who, **{"Accept-Language": "en"}) as somebody:
            answer = await somebody.get(path)
            assert (answer.status_code, 'lang="en"' in answer.text) == (200, True)

    async def test_shows_what_people_wrote_as_words(self, office: Office) -> None:
        await office.open(title=XSS)
        await named(office, XSS)
        solution = Solution(id="x", customer_id=STANDARD, name=XSS, kind=SolutionKind.CLOUD, provider_product=XSS)
        await solutions.create(office.db, solution, at=office.clock())
        await incidents.keep(
            office.db,
            [
                Incident(
                    provider=XSS, id="1", products=(XSS,), began_at=office.clock(), summary=XSS, link="javascript:x"
                )
            ],
        )
        await contracts.renew(office.db, f"contract-{STANDARD}", id="r", ends_on=date(2028, 12, 31), at=office.clock())
        await contracts.pay(
            office.db,
            f"contract-{STANDARD}",
            NewPayment(id="p", paid_on=date(2026, 11, 2), reference=XSS),
            at=office.clock(),
        )
        async with visitor(office, "contact") as ana, visitor(office, "commercial") as carla:
            for path in (*PAGES, f"/casos?q={XSS}", f"/incidentes?producto={XSS}"):
                assert_plain(await ana.get(path))
            for path in ("/clientes", f"/clientes/{STANDARD}", f"/contactos?cliente={STANDARD}"):
                assert_plain(await carla.get(path))


def assert_plain(answer: Response) -> None:
    assert answer.status_code == 200, answer.text
    assert "<img src=x" not in answer.text
    assert "javascript:" not in answer.text


class TestMyCases:
    async def test_are_the_open_ones_first_by_what_is_due_next(self, office: Office) -> None:
        late = await office.open(title="Con tiempo", proposed_priority=4)
        soon = await office.open(title="Urgente", proposed_priority=1)
        done = await office.open(title="Ya listo")
        await office.give(done, "resolution", summary="Listo.")
        async with visitor(office, "contact") as ana:
            page = (await ana.get("/casos")).text
        places = [page.index(each) for each in ("Le espera a usted", done, soon, late, "Terminados")]
        assert places == sorted(places)
        assert "Nivel 1" in page

    async def test_say_when_one_was_answered_until_one_has_seen_it(self, office: Office) -> None:
        """Each contact for themselves."""
        number = await office.open(title="Preguntado")
        await office.give(number, "replies", body="Ya lo miramos.")
        words = "Le respondieron a las 9:00"
        async with visitor(office, "contact") as ana:
            assert words in unspaced((await ana.get("/casos")).text)
            await ana.get(f"/casos/{number}")
            assert words not in unspaced((await ana.get("/casos")).text)

    async def test_say_first_what_waits_for_the_customer_and_who_asks(self, office: Office) -> None:
        asked, done = await office.open(title="Preguntado"), await office.open(title="Listo")
        other = await office.open(title="Sin nada")
        for words in ("¿Desde cuándo?", "¿En qué equipo?"):
            await office.give(asked, "information-requests", body=words)
            if words.startswith("¿Desde"):
                await office.give(asked, "answers", "contact", body="Desde ayer.")
        await office.give(done, "resolution", summary="Listo.")
        async with visitor(office, "contact") as ana:
            page = unspaced((await ana.get("/casos")).text)
        first, _, rest = page.partition("Los atiende la Mesa de Ayuda")
        assert "Ana Torres le pregunta" in first
        assert "«¿En qué equipo?»" in first
        assert "¿Desde cuándo?" not in page
        assert (asked in first, done in first, other in first) == (True, True, False)
        assert (asked in rest, done in rest, other in rest) == (False, False, True)

    async def test_say_what_a_quote_is_for(self, office: Office) -> None:
        """Where the visit leads, its amount, and the word with which the last one was approved."""
        number = await office.open("premium_contact")
        await exhaust_channels(office, number)
        for word in ("Tiquetes y hotel.", 'Sólo el <b>tiquete</b>: "un día".'):
            await give(office, number, "visits")
            await give(office, number, "visits/approval", reason=word)
            if word.startswith("Tiq"):
                await give(office, number, "visits/cancellation")
        async with visitor(office, "premium_contact") as ana:
            page = unspaced((await ana.get("/casos")).text)
            case = unspaced((await ana.get(f"/casos/{number}")).text)
        assert "Cubre: Sólo el &lt;b&gt;tiquete&lt;/b&gt;: &#34;un día&#34;." in case
        card = page[page.index("Una cotización por aceptar") : page.index("Ver la cotización")]
        assert "Visita a Medellín, Antioquia:<strong>$ 350.000 COP</strong>" in card
        assert "«Sólo el &lt;b&gt;tiquete&lt;/b&gt;: &#34;un día&#34;.»" in card
        assert "hotel" not in page

    async def test_say_on_the_case_who_has_it_and_until_when(self, office: Office) -> None:
        number = await office.open()
        async with visitor(office, "contact") as ana:

            async def told() -> str:
                its = re.search(r'<p class="in-charge">([^<]*)<', (await ana.get(f"/casos/{number}")).text)
                return its[1].strip() if its else ""

            assert (await told()).startswith("Alguien del nivel 1 lo toma y le responde a más tardar el ")
            await office.give(number, "claim")
            await office.give(number, "replies", body="Lo vemos.")
            assert (await told()).startswith("Lo tiene Ana Torres, en el nivel 1, a más tardar hasta el ")
            await office.give(number, "information-requests", body="¿Desde cuándo?")
            assert await told() == "Lo tiene Ana Torres, en el nivel 1, y espera su respuesta."

    async def test_are_the_customers_alone(self, office: Office) -> None:
        mine, theirs = await office.open(), await office.open("premium_contact")
        async with visitor(office, "contact") as ana:
            for path in ("/casos", "/casos?q=mapa", "/casos/lista"):
                page = (await ana.get(path)).text
                assert (mine in page, theirs in page) == (True, False)

    async def test_can_be_sought(self, office: Office) -> None:
        one, other = await office.open(title="Avería del visor"), await office.open(title="Otra cosa")
        async with visitor(office, "contact") as ana:
            page = (await ana.get("/casos", q="averia")).text
            assert (one in page, other in page) == (True, False)

    async def test_come_in_pages(self, office: Office) -> None:
        numbers = []
        for n in range(51):
            numbers.append(await office.open(title=f"Caso {n}"))
            office.clock.passes(minutes=2)  # a contact opens thirty cases an hour
        async with visitor(office, "contact") as ana:
            first = await ana.get("/casos")
            more = found(r'href="(/casos\?[^"]*abiertos=[^"]+)"', first).replace("&amp;", "&")
            second = (await ana.get(more)).text
            shown = [set(re.findall(r'href="/casos/(MA-[0-9-]+)"', each)) for each in (first.text, second)]
            assert shown[0] | shown[1] == set(numbers)
            assert not shown[0] & shown[1]
            assert (await ana.get("/casos?abiertos=nada")).status_code == 422

    async def test_are_shown_anew_when_something_happened(self, office: Office) -> None:
        number = await office.open()
        async with visitor(office, "contact") as ana:
            page = await ana.get("/casos")
            part = found(r'data-list="([^"]+)"', page).replace("&amp;", "&")
            known = part + "&huella=" + found(r'data-mark="([^"]+)"', page)
            assert (await ana.get(known)).status_code == 204
            assert (await ana.get(part)).status_code == 200  # who slept wants it again as it is
            await office.give(number, "claim")
            assert "en curso" in (await ana.get(known)).text

    @pytest.mark.parametrize("who", ["agent", "commercial"])
    async def test_have_news_for_contacts_alone(self, office: Office, who: str) -> None:
        async with visitor(office, who) as somebody:
            assert (await somebody.get("/casos/eventos")).status_code == 403

    async def test_have_news_of_the_customers_own_alone(self, office: Office) -> None:
        """Nothing that is heard changes by what others do, nor tells how much it was."""
        number = await office.open()
        await office.open("premium_contact")
        news = CustomerNews(office.app.state.desk)
        before = await news.ask({STANDARD})
        theirs = await office.open("premium_contact")
        await office.give(theirs, "claim")
        assert await news.ask({STANDARD}) == before == {STANDARD: "1"}
        await office.give(number, "claim")
        assert await news.ask({STANDARD}) == {STANDARD: "2"}

    async def test_count_down_to_the_next_hand_off(self, office: Office) -> None:
        await office.open(proposed_priority=2)
        due = (office.clock() + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
        async with visitor(office, "contact") as ana:
            assert f'data-due="{due}"' in (await ana.get("/casos")).text

    async def test_of_staff_are_in_the_queue(self, office: Office) -> None:
        async with visitor(office, "agent") as ana:
            assert (await ana.get("/casos")).headers["location"] == "/cola"


class TestContacts:
    @pytest.mark.rule("REQ-6")
    async def test_are_shown_with_the_places_left(self, office: Office) -> None:
        async with visitor(office, "contact") as ana:
            page = (await ana.get("/contactos")).text
            assert "permite que ingresen 2 contactos; designados: 1." in page
            assert "Carta 17" in page

    @pytest.mark.rule("PLAN-8")
    async def test_who_signs_in_is_the_administrators_choice(self, office: Office) -> None:
        await named(office, "berta", "celia", signs_in=False)
        async with visitor(office, "contact") as ana:
            chosen = [f"contact-{STANDARD}", "contact-berta"]
            answer = await ana.post("/contactos/ingreso", tag=await tag(ana), signs_in=chosen)
            assert answer.headers["location"] == "/contactos?hecho=elegido"
            assert await signing_in(office) == {"Ana", "berta"}
            all_three = [*chosen, "contact-celia"]
            answer = await ana.post("/contactos/ingreso", tag=await tag(ana), signs_in=all_three)
            assert (answer.status_code, "REQ-6" in answer.text) == (422, True)

    @pytest.mark.rule("PLAN-8")
    async def test_that_wait_for_a_place_are_marked(self, office: Office) -> None:
        await named(office, "berta", "celia", customer=PREMIUM)
        await shrunk(office)
        async with visitor(office, "premium_contact") as ana:
            page = (await ana.get("/contactos")).text
            assert "Hay más que cupos" in page
            assert "espera un cupo" in page

    async def test_can_be_taken_off_but_the_last_administrator(self, office: Office) -> None:
        await named(office, "berta")
        async with visitor(office, "contact") as ana:
            answer = await ana.post("/contactos/contact-berta/retiro", tag=await tag(ana))
            assert answer.status_code == 303
            assert [each.name for each in await contacts.roster(office.db, STANDARD)] == ["Ana"]
            answer = await ana.post(f"/contactos/contact-{STANDARD}/retiro", tag=await tag(ana))
            assert (answer.status_code, "REQ-2" in answer.text) == (422, True)
            assert (await ana.post(f"/contactos/contact-{PREMIUM}/retiro", tag="x")).status_code == 404

    async def test_that_changed_meanwhile_are_not_overwritten(self, office: Office) -> None:
        async with visitor(office, "contact") as ana:
            old = await tag(ana)
            await named(office, "berta")
            answer = await ana.post("/contactos/ingreso", tag=old, signs_in=[])
            assert (answer.status_code, "berta" in answer.text) == (409, True)
            assert (await ana.post("/contactos/ingreso", tag="", signs_in=[])).status_code == 422
            assert await signing_in(office) == {"Ana", "berta"}

    async def test_are_not_for_other_contacts_to_choose(self, office: Office) -> None:
        await named(office, "berta", signs_in=False)
        async with visitor(office, "contact") as ana:
            its = await tag(ana)
            await not_an_administrator(office)
            assert (await ana.post("/contactos/ingreso", tag=its, signs_in=[])).status_code in (403, 409)
            assert (await ana.post(f"/contactos/contact-{STANDARD}/invitacion")).status_code == 403
            assert 'name="signs_in"' not in (await ana.get("/contactos")).text

    @pytest.mark.rule("REQ-3")
    async def test_are_named_by_commercial_and_not_by_the_customer(self, office: Office) -> None:
        there = (await contacts.roster(office.db, STANDARD))[0]
        async with visitor(office, "commercial") as carla, visitor(office, "contact") as ana:
            path = f"/contactos?cliente={STANDARD}"
            rows: dict[str, Any] = {
                "name": ["Ana", NEW_CONTACT["name"], ""],
                "email": [EMAILS["contact"], NEW_CONTACT["email"], ""],
                "notice_reference": [there.notice_reference, NEW_CONTACT["notice_reference"], ""],
                "notified_on": [there.notified_on.isoformat(), NEW_CONTACT["notified_on"], ""],
                "administrator": ["0"],
                "signs_in": ["0", "1"],
            }
            put = f"/contactos/lista?cliente={STANDARD}"
            answer = await carla.post(put, tag=await tag(carla, path), **rows)
            assert answer.status_code == 303, answer.text
            assert await signing_in(office) == {"Ana", "Berta"}
            assert (await ana.post("/contactos/lista", tag=await tag(ana), **rows)).status_code == 403
            rows["notice_reference"][1] = ""
            answer = await carla.post(put, tag=await tag(carla, path), **rows)
            assert (answer.status_code, "REQ-3" in answer.text) == (422, True)
            assert NEW_CONTACT["email"] in answer.text

    async def test_are_invited_who_have_a_place(self, office: Office) -> None:
        await named(office, "berta", signs_in=False)
        async with visitor(office, "contact") as ana:
            answer = await ana.post(f"/contactos/contact-{STANDARD}/invitacion")
            assert answer.headers["location"] == "/contactos?hecho=invitado"
            assert (await ana.post("/contactos/contact-berta/invitacion")).status_code == 404
            assert (await ana.post(f"/contactos/contact-{PREMIUM}/invitacion")).status_code == 404


class TestCovers:
    async def test_show_contracts_and_warranties(self, office: Office) -> None:
        solution = Solution(
            id="acta",
            customer_id=STANDARD,
            name="Visor",
            kind=SolutionKind.SOFTWARE,
            accepted_on=date(2026, 8, 30),
            acceptance_reference="Acta 118",
        )
        await solutions.create(office.db, solution, at=office.clock())
        async with visitor(office, "contact") as ana:
            page = (await ana.get("/contratos")).text
            assert "30 de noviembre de 2026" in page
            assert "Acta 118" in page
            assert "31 de diciembre de 2027" in page
            assert "Registrar un contrato" not in page

    @pytest.mark.rule("WAR-5")
    async def test_do_not_say_of_what_reached_nobody_that_it_is_on_its_way(self, office: Office) -> None:
        """Nor show what was never sent because a renewal was paid."""
        contract = CoverRef(kind=CoverKind.CONTRACT, id=f"contract-{STANDARD}", customer_id=STANDARD)
        for days in (30, 15):
            at = bogota("2027-12-31 08:00") - timedelta(days=days)
            await announcements.announce(office.db, policy(), contract, at=at)
        first, second = (row for row in await announcements.pending(office.db, contract) if row.is_for_the_customer)
        await announcements.superseded(office.db, first.id)
        await announcements.failed(office.db, second.id, error="there is no address to send it to", final=True)
        async with visitor(office, "contact") as ana:
            page = (await ana.get("/contratos")).text
        assert "no se pudo avisar a nadie" in page
        assert "en camino" not in page
        assert "30 días antes del" not in page

    async def test_are_registered_renewed_and_paid_by_commercial(self, office: Office) -> None:
        path = f"/contratos?cliente={STANDARD}"
        contract = f"contract-{STANDARD}"
        async with visitor(office, "commercial") as carla:
            renewal: dict[str, Any] = {"key": await key(carla, path), "ends_on": "2028-12-31"}
            renewed = [
                await carla.post(f"/contratos/{contract}/renovaciones?cliente={STANDARD}", **renewal) for _ in range(2)
            ]
            assert [each.status_code for each in renewed] == [303, 303]
            payment: dict[str, Any] = {"key": await key(carla, path), "paid_on": "2026-11-20", "reference": "FV-1"}
            await carla.post(f"/contratos/{contract}/pagos?cliente={STANDARD}", **payment)
            page = (await carla.get(path)).text
            assert "FV-1" in page
            assert "31 de diciembre de 2028" in page
            kept = await contracts.get(office.db, contract)
            assert kept
            assert kept.paid
            new: dict[str, Any] = {
                "key": await key(carla, path),
                "plan": "premium",
                "starts_on": "2029-01-01",
                "ends_on": "2029-12-31",
            }
            assert (await carla.post(path, **new)).status_code == 303
            assert len(await contracts.of_customer(office.db, STANDARD)) == 2
            assert len(office.desk.changed) == 3

    @pytest.mark.rule("PLAN-17")
    async def test_are_ended_early_and_replaced_by_commercial(self, office: Office) -> None:
        """The page says from which day on and why; a contract that was ended offers neither again."""
        path, contract = f"/contratos?cliente={STANDARD}", f"contract-{STANDARD}"
        async with visitor(office, "commercial") as carla:
            said: dict[str, Any] = {
                "key": await key(carla, path),
                "ends_on": "2026-12-09",
                "reason": "Pasa a otro plan.",
            }
            late = await carla.post(f"/contratos/{contract}/fin?cliente={STANDARD}", **said | {"ends_on": "2026-10-31"})
            assert (late.status_code, "Regla PLAN-17" in late.text) == (422, True)
            said |= {"key": await key(carla, path), "plan": "premium", "calendar": ""}
            said |= {"starts_on": "2026-12-10", "ends_on": "2027-12-31"}
            done = await carla.post(f"/contratos/{contract}/reemplazo?cliente={STANDARD}", **said)
            assert done.status_code == 303, done.text
            page = (await carla.get(path)).text
            assert "Pasa a otro plan." in page
            assert f"/contratos/{contract}/fin" not in page
        [old, new] = await contracts.of_customer(office.db, STANDARD)
        assert (str(old.ends_on), new.plan, str(new.starts_on)) == ("2026-12-09", "premium", "2026-12-10")

    @pytest.mark.rule("PLAN-12")
    async def test_that_overlap_are_refused_in_place(self, office: Office) -> None:
        path = f"/contratos?cliente={STANDARD}"
        async with visitor(office, "commercial") as carla:
            new: dict[str, Any] = {
                "key": await key(carla, path),
                "plan": "premium",
                "starts_on": "2027-01-01",
                "ends_on": "2029-12-31",
            }
            answer = await carla.post(path, **new)
            assert (answer.status_code, "2029-12-31" in answer.text) == (422, True)
            answer = await carla.post(path, key=await key(carla, path), plan="premium")
            assert (answer.status_code, "Primer día: Falta" in answer.text) == (422, True)

    async def test_are_not_the_customers_or_an_agents_to_register(self, office: Office) -> None:
        for who in ("contact", "agent", "director"):
            async with visitor(office, who) as somebody:
                for path in ("/contratos", f"/contratos/contract-{STANDARD}/pagos"):
                    answer = await somebody.post(f"{path}?cliente={STANDARD}", key="una-clave")
                    assert answer.status_code == 403

    async def test_of_another_customer_are_not_here(self, office: Office) -> None:
        async with visitor(office, "commercial") as carla:
            given: dict[str, Any] = {"key": "una-clave", "ends_on": "2030-12-31"}
            answer = await carla.post(f"/contratos/contract-{PREMIUM}/renovaciones?cliente={STANDARD}", **given)
            assert answer.status_code == 404


class TestCustomers:
    async def test_are_listed_and_each_has_its_page(self, office: Office) -> None:
        number = await office.open()
        async with visitor(office, "agent") as ana:
            listed = unspaced((await ana.get("/clientes")).text)
            assert "Cliente standard-1" in listed
            assert 'customer_id=standard-1">1</a>' in listed
            page = (await ana.get(f"/clientes/{STANDARD}")).text
            assert all(each in page for each in (number, "Geoportal", EMAILS_OF_OFFICE))
            assert "Registrar" not in page
            assert (await ana.get("/clientes/nadie")).status_code == 404

    async def test_are_registered_with_their_solutions_by_commercial(self, office: Office) -> None:
        async with visitor(office, "commercial") as carla:
            new: dict[str, Any] = {"key": await key(carla, "/clientes"), "name": "Aguas", "tax_id": "900.123.456-8"}
            answers = [await carla.post("/clientes", **new) for _ in range(2)]
            path = answers[0].headers["location"]
            assert answers[1].headers["location"] == path
            solution: dict[str, Any] = {
                "key": await key(carla, path),
                "name": "Visor",
                "kind": "cloud",
                "supplied_by_us": "true",
            }
            assert (await carla.post(f"{path}/soluciones", **solution)).status_code == 303
            assert "Visor" in (await carla.get(path)).text
            taken: dict[str, Any] = {"key": await key(carla, "/clientes"), "name": "Otra", "tax_id": "900123456-8"}
            answer = await carla.post("/clientes", **taken)
            assert (answer.status_code, "Otra" in answer.text) == (422, True)

    @pytest.mark.rule("WAR-1")
    async def test_have_a_certificate_registered_later_by_commercial(self, office: Office) -> None:
        path, solution = f"/clientes/{STANDARD}", f"solution-{STANDARD}"
        async with visitor(office, "commercial") as carla:
            given: dict[str, Any] = {
                "key": await key(carla, path),
                "accepted_on": "2026-11-26",
                "acceptance_reference": "Acta 7",
            }
            ahead = await carla.post(f"{path}/soluciones/{solution}/acta", **given)
            assert (ahead.status_code, "Acta 7" in ahead.text, "aún no llega" in ahead.text) == (422, True, True)
            given |= {"key": await key(carla, path), "accepted_on": "2026-11-20"}
            assert (await carla.post(f"{path}/soluciones/{solution}/acta", **given)).status_code == 303
            page = (await carla.get(path)).text
            assert "garantía hasta el 20 de febrero de 2027" in page
            assert "/acta" not in page
            foreign = f"{path}/soluciones/solution-{PREMIUM}/acta"
            assert (await carla.post(foreign, **given)).status_code == 404
        async with visitor(office, "agent") as ana:
            assert (await ana.post(f"{path}/soluciones/{solution}/acta", key="una-clave")).status_code == 403

    async def test_are_not_an_agents_to_register(self, office: Office) -> None:
        async with visitor(office, "agent") as ana:
            assert (await ana.post("/clientes", key="una-clave", name="A", tax_id="900123456")).status_code == 403
            assert (await ana.post(f"/clientes/{STANDARD}/soluciones", key="una-clave")).status_code == 403
            assert len((await customers.listing(office.db)).items) == 2


class TestIncidents:
    async def test_are_everybodys_to_read_and_the_feeds_staffs(self, office: Office) -> None:
        told = Incident(
            provider="google-cloud", id="1", products=("BigQuery",), began_at=office.clock(), summary="Lento"
        )
        await incidents.keep(office.db, [told, replace(told, id="2", summary="Fue", ended_at=office.clock())])
        await incidents.polled(office.db, "google-cloud", at=office.clock(), incidents=2, skipped=1)
        async with visitor(office, "contact") as ana, visitor(office, "agent") as eva:
            page = (await ana.get("/incidentes")).text
            assert ("Lento" in page, "Dónde preguntamos" in page) == (True, False)
            assert "No se consulta a nadie" in (await eva.get("/incidentes")).text
            only = (await ana.get("/incidentes?estado=terminados")).text
            assert ("Fue" in only, "Lento" in only) == (True, False)
            assert "Lento" not in (await ana.get("/incidentes?producto=Cloud SQL")).text


EMAILS_OF_OFFICE = "ana@cliente.example"


async def shrunk(office: Office) -> None:
    """The Premium customer has the Standard plan now."""
    from sqlalchemy import update

    from storage.engine.tables import contracts as table

    async with office.db.write() as connection:
        await connection.execute(update(table).where(table.c.id == f"contract-{PREMIUM}").values(plan=Plan.STANDARD))


async def not_an_administrator(office: Office) -> None:
    from sqlalchemy import update

    from storage.engine.tables import contacts as table

    async with office.db.write() as connection:
        its = table.c.id == f"contact-{STANDARD}"
        await connection.execute(update(table).where(its).values(is_system_administrator=False))
