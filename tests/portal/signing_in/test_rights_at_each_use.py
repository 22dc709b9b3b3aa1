"""A token and a session give no right: what their holder may is asked at each use, of every role and in every way.

The table is roles x what became of their holder; each cell asks by a JSON request, an open stream and a page.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from httpx import AsyncClient

from desk.people.roster import Replacement, RosterContact
from desk.people.roster import replace as put_roster
from desk.signing_in import account_keeping
from policy.case.case import Actor, Level, Plan, Role
from storage.people import agents
from storage.signing_in import accounts, tokens
from storage.signing_in.accounts import NewAccount
from storage.signing_in.tokens import Token
from tests.api.office import AGENTS, BASE, PEOPLE, STANDARD, Office
from tests.portal.people import EMAILS, session_secret, visitor
from tests.support.serving import serving


@dataclass
class Holder:
    """Somebody with a token and a session. `secret` is the token's."""

    office: Office
    who: str
    secret: str
    session: str

    @property
    def desk(self) -> Any:
        return self.office.app.state.desk

    def header(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}


async def holder(office: Office, who: str) -> Holder:
    session, secret = await session_secret(office, who), tokens.new_secret()
    person = PEOPLE[who] | ({"subject_id": f"acc-{who}"} if who in ("commercial", "admin") else {})
    until = office.clock() + timedelta(days=90)
    await tokens.create(office.db, Token(id="tok-1", created_at=office.clock(), expires_at=until, **person), secret)
    return Holder(office, who, secret, session)


async def _keeper(office: Office) -> accounts.Account:
    new = NewAccount(id="acc-keeper", email="keeper@escala.example", name="keeper", staff_role=Role.ADMIN)
    return await accounts.create(office.db, new, at=office.clock())


# -- what becomes of them ---------------------------------------------------------------------------------------------


async def disabled(of: Holder) -> None:
    account = await accounts.by_mailbox(of.office.db, EMAILS[of.who])
    assert account
    await account_keeping.disable(of.desk, account, by=await _keeper(of.office), at=of.office.clock())


async def without_role(of: Holder) -> None:
    await _keeper(of.office)
    account = await accounts.by_mailbox(of.office.db, EMAILS[of.who])
    assert account
    await account_keeping.take_role_away(of.desk, account, at=of.office.clock())


async def in_the_other_role(of: Holder) -> None:
    await _keeper(of.office)
    other = Role.ADMIN if of.who == "commercial" else Role.COMMERCIAL
    new = NewAccount(id="x", email=EMAILS[of.who], name="x", staff_role=other)
    await accounts.create(of.office.db, new, at=of.office.clock())


async def _registered(of: Holder, **changes: Any) -> None:
    agent = replace(AGENTS[of.who], **changes)
    body: dict[str, Any] = {"id": agent.id, "name": agent.name, "email": agent.email, "groups": list(agent.groups)}
    body |= {"levels": [int(level) for level in agent.levels], "is_director": agent.is_director}
    answer = await of.office.post("/agents", body, "admin")
    assert answer.status_code == 201, answer.text


async def demoted(of: Holder) -> None:
    await _registered(of, is_director=False)


async def promoted(of: Holder) -> None:
    await _registered(of, is_director=True)


async def at_another_level(of: Holder) -> None:
    await _registered(of, levels=(Level.DIRECTOR,))


async def _rostered(of: Holder, *more: str, **changes: Any) -> None:
    entry: dict[str, Any] = {"name": "Ana", "email": EMAILS[of.who], "is_system_administrator": True}
    entry |= {"notice_reference": "Carta 17", "notified_on": "2026-11-02", "can_sign_in": True}
    luz = entry | {"name": "Luz", "email": "luz@cliente.example", "can_sign_in": False}
    people = [luz, *([entry | changes] if changes != {"off": True} else [])]
    wanted = Replacement(customer_id=STANDARD, contacts=[RosterContact.model_validate(each) for each in people])
    registrar = tokens.Principal("t", Actor(Role.ADMIN, "root"), None)
    await put_roster(of.desk, registrar, wanted, at=of.office.clock())


async def off_the_roster(of: Holder) -> None:
    await _rostered(of, off=True)


async def named_no_more(of: Holder) -> None:
    await _rostered(of, can_sign_in=False)


async def not_yet_active(of: Holder) -> None:
    await _rostered(of, notified_on="2027-01-04")


async def expired(of: Holder) -> None:
    of.office.clock.passes(days=90)


async def revoked(of: Holder) -> None:
    answer = await of.office.client.delete(f"{BASE}/tokens/tok-1", headers=of.office.headers("admin"))
    assert answer.status_code == 204, answer.text


Loss = Callable[[Holder], Awaitable[None]]
OF_ALL: tuple[Loss, ...] = (disabled, expired, revoked)
OF_SOME: dict[str, tuple[Loss, ...]] = {
    "contact": (off_the_roster, named_no_more, not_yet_active),
    "agent": (promoted, at_another_level),
    "director": (demoted,),
    "commercial": (without_role, in_the_other_role),
    "admin": (without_role, in_the_other_role),
}
TABLE = [(who, loss) for who, own in OF_SOME.items() for loss in (*OF_ALL, *own)]


@pytest.mark.rule("REQ-1")
@pytest.mark.rule("REQ-3")
@pytest.mark.rule("REQ-6")
@pytest.mark.rule("ESC-8")
@pytest.mark.parametrize(("who", "loss"), TABLE, ids=[f"{who}-{loss.__name__}" for who, loss in TABLE])
async def test_who_lost_the_right_is_refused_at_the_next_use(office: Office, who: str, loss: Loss) -> None:
    of = await holder(office, who)
    number = await office.open()
    async with (
        asyncio.timeout(10),
        serving(office.app) as address,
        AsyncClient(base_url=address, headers=of.header(), timeout=10) as client,
        client.stream("GET", f"{BASE}/cases/{number}/stream") as stream,
    ):
        lines = stream.aiter_lines()
        async for line in lines:
            if line.startswith("data: "):
                break
        assert (await client.get(f"{BASE}/cases/{number}")).status_code == 200

        await loss(of)
        await office.give(number, "replies", "agent" if who != "agent" else "specialist", body="Sí.")

        told = [line async for line in lines if line.startswith("data: ")]
        assert told == []
        refused = await client.get(f"{BASE}/cases/{number}")
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        async with client.stream("GET", f"{BASE}/cases/{number}/stream") as again:
            assert again.status_code == 401
    async with visitor(office) as browser:
        browser.bring(of.session)
        page = await browser.get(f"/casos/{number}")
        # The token's own end is not the session's; levels are asked of the list, and change what one may do.
        goes_on = loss in (revoked, at_another_level)
        assert page.status_code == (200 if goes_on else 303), page.text


@pytest.mark.rule("PLAN-8")
async def test_a_contact_over_a_smaller_plans_number_is_refused_until_chosen(office: Office) -> None:
    of = await holder(office, "contact")
    number = await office.open()
    entry = {"name": "Z", "is_system_administrator": True, "notice_reference": "C", "notified_on": "2026-10-01"}
    people = [{**entry, "email": f"{name}@cliente.example", "can_sign_in": True} for name in ("b", "c")]
    own = {**entry, "email": EMAILS["contact"], "notified_on": "2026-11-02", "can_sign_in": True}
    answer = await office.put(f"/customers/{STANDARD}/contacts", {"contacts": [own, people[0]]})
    assert answer.status_code == 200, answer.text
    await _one_more_than_the_plan_has(office, people[1])

    refused = await office.client.get(f"{BASE}/cases/{number}", headers=of.header())

    assert (refused.status_code, refused.json()["rule"]) == (403, "PLAN-8")
    async with visitor(office) as browser:
        browser.bring(of.session)
        assert (await browser.get(f"/casos/{number}")).status_code == 303


async def _one_more_than_the_plan_has(office: Office, entry: dict[str, Any]) -> None:
    from sqlalchemy import update

    from storage.engine.tables import contracts as table

    async with office.db.write() as connection:
        await connection.execute(update(table).where(table.c.customer_id == STANDARD).values(plan=Plan.PREMIUM))
    answer = await office.post(f"/customers/{STANDARD}/contacts", entry, "admin")
    assert answer.status_code == 201, answer.text
    async with office.db.write() as connection:
        await connection.execute(update(table).where(table.c.customer_id == STANDARD).values(plan=Plan.STANDARD))


@pytest.mark.rule("ESC-8")
async def test_an_agents_token_serves_the_levels_and_groups_that_the_agent_serves_now(office: Office) -> None:
    of = await holder(office, "agent")
    await _registered(of, levels=(Level.SPECIALISTS, Level.HELP_DESK), groups=("sig",))
    found = await tokens.principal(office.db, of.secret, at=office.clock())
    assert found
    assert (found.actor.levels, found.actor.groups) == ((Level.HELP_DESK,), ("sig",))


async def test_a_disabled_administrators_token_makes_no_director(office: Office) -> None:
    of = await holder(office, "admin")
    await disabled(of)
    body = {"id": "mallory", "name": "M", "email": "m@x.example", "levels": [3], "is_director": True}
    office.secrets["gone"] = of.secret
    assert (await office.post("/agents", body, "gone")).status_code == 401
    assert await agents.get(office.db, "mallory") is None


@pytest.mark.parametrize("who", ["contact", "agent", "admin"])
async def test_who_is_enabled_again_has_no_old_token(office: Office, who: str) -> None:
    of = await holder(office, who)
    await disabled(of)
    await accounts.change(office.db, f"acc-{who}", disabled_at=None)
    assert await tokens.principal(office.db, of.secret, at=office.clock()) is None


async def test_a_programs_token_is_nobodys_account(office: Office) -> None:
    secret, at = tokens.new_secret(), office.clock()
    await tokens.create(office.db, Token(id="p", role=Role.COMMERCIAL, subject_id="erp", created_at=at), secret)
    await tokens.create(
        office.db, Token(id="q", role=Role.ADMIN, subject_id="nobody@x.example", created_at=at), "esc_" + "q" * 40
    )
    assert await tokens.principal(office.db, secret, at=at)
    assert await tokens.principal(office.db, "esc_" + "q" * 40, at=at) is None


# -- nothing is given to who could not sign in to do it ---------------------------------------------------------------


async def _shut_out(office: Office, who: str) -> None:
    await disabled(await holder(office, who))


@pytest.mark.rule("ESC-8")
async def test_no_case_is_assigned_to_somebody_disabled(office: Office) -> None:
    number = await office.open()
    await _shut_out(office, "agent")
    refused = await office.give(number, "assignments", "director", agent_id="ana")
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:escala:agent-disabled")


@pytest.mark.rule("ESC-8")
async def test_no_case_goes_to_a_group_in_which_everybody_is_disabled(office: Office) -> None:
    number = await office.open("premium_contact")
    await agents.put(office.db, replace(AGENTS["specialist"], groups=("sig",)))
    await _shut_out_as_they_are(office, "eva@escala.example")
    refused = await office.give(number, "transfers", "agent", group="sig", reason="Es de mapas.")
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:escala:group-disabled")
    listed = (await office.get("/groups")).json()["items"]
    assert next(each["agents"] for each in listed if each["id"] == "sig") == []


async def _shut_out_as_they_are(office: Office, email: str) -> None:
    account = await accounts.create(office.db, NewAccount(id="acc-x", email=email, name="x"), at=office.clock())
    await accounts.disable(office.db, account.id, at=office.clock())


async def test_a_page_offers_nobody_who_is_disabled(office: Office) -> None:
    number = await office.open()
    await _shut_out_as_they_are(office, "ana@escala.example")
    async with visitor(office, "director") as dora:
        page = (await dora.get(f"/casos/{number}")).text
    assert 'value="dora"' in page
    assert 'value="ana"' not in page
