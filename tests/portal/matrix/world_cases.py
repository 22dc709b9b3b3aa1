"""The cases of a customer's desk: one with all that a case can have, one that is done and rated, and a plain one."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from PIL import Image

from policy.case.case import Channel
from storage.duty import pages
from storage.workbench import drafts, pending_replies
from storage.workbench.drafts import Draft
from tests.portal.matrix.world import INTERNAL, WORDS, Say, World


async def fill_cases(world: World, x: str, say: Say) -> None:
    """One case with all that a case can have, one on a piece of equipment that is closed and rated, and a plain one."""
    office, ids, me = world.office, world.ids[x], f"contact_{x}"
    files = {"files": [await _file(world, me, f"{WORDS[x]} plano.png")]}
    ids["case"] = await _open(world, x, say, "sol", **files)
    case, did = ids["case"], _Doing(world, ids["case"])
    ids["delivery"] = f"msg_whk-{x}_{case}_1"
    world.ids[x]["file"] = files["files"][0]
    await did("claim")
    await did("priority", priority=2, reason=say(x, "motivo"))
    kept = await _file(world, "agent", f"{INTERNAL} {WORDS[x]}.txt", case)
    await did("notes", body=f"{INTERNAL} {say(x, 'nota')}", files=[kept])
    world.ids[x]["internal_file"] = kept
    await did("replies", body=say(x, "respuesta"))
    await did("information-requests", body=say(x, "pregunta"))
    await did("answers", me, body=say(x, "contestación"))
    await did("provider-escalations", provider="google", provider_case=f"{WORDS[x]}-5812")
    await did("provider-updates", body=say(x, "proveedor"))
    await did("provider-incidents", incident_id="google-maps-platform:outage")
    await did("remote-sessions", tool=f"Escritorio {WORDS[x]}", consented_by=ids["contact"])
    await did("remote-sessions/1/end", summary=say(x, "sesión"))
    await did("transfers", group="sig", reason=say(x, "traslado"))
    await _visit(did, x, say)
    quote = {"amount": "350000", "currency": "COP"}
    await did("visits/approval", "director", approved=True, quote=quote, reason=say(x, "aprobación"))
    await did("visits/acceptance", me, accepted=True, amount=quote)
    taxi = {"concept": say(x, "taxi"), "receipt_reference": f"FE-{WORDS[x]}"}
    await did("visits/expenses", amount={"amount": "120000", "currency": "COP"}, **taxi)
    ids["done"] = await _open(world, x, say, "equ", serial_number=f"SN-{WORDS[x]}")
    did = _Doing(world, ids["done"])
    await did("claim")
    await did("diagnosis", "director", cause="manufacturing_defect", summary=say(x, "diagnóstico"))
    await did("resolution", summary=say(x, "solución"))
    await did("confirmation", me)
    await did("rating", me, score=2, comment=say(x, "opinión"))
    ids["plain"] = await _open(world, x, say, "sol")
    await _visit(_Doing(world, ids["plain"]), x, say)
    paged = await _open(world, x, say, "sol")
    await _Doing(world, paged)("hand-offs", reason=say(x, "traspaso"))
    [page] = [each for each in (await pages.listing(office.db)).items if each.case_number == paged]
    ids["page"] = page.id
    ids["loose_file"] = await _file(world, me, f"{WORDS[x]} suelto.txt")
    account, at = "acc-agent", office.clock()
    draft = {"composer": "replies", "body": f"{INTERNAL} {say(x, 'borrador')}"}
    await drafts.keep(office.db, Draft(account_id=account, number=case, **draft), at=at)
    world.ids[x]["reply"] = await _held_reply(world, ids["plain"], f"{INTERNAL} {say(x, 'por salir')}")


async def _visit(did: _Doing, x: str, say: Say) -> None:
    """Asked for, once every remote channel was tried."""
    for channel in Channel:
        await did("attempts", channel=channel.value, outcome="not_solved", summary=say(x, "intento"))
    await did("visits", city_code="05001", address=say(x, "Carrera 50"), reason=say(x, "visita"))


async def _held_reply(world: World, number: str, body: str) -> str:
    """A reply that has not left yet; its id."""
    form = {"stamp": world.stamp("agent"), "key": f"held-reply-{number}", "body": body}
    answer = await world.office.client.post(
        f"https://escala.test/casos/{number}/ordenes/replies", data=form, headers=world.cookie("agent")
    )
    assert answer.status_code == 303, answer.text
    [held] = (await pending_replies.of_cases(world.office.db, [number]))[number]
    return held.id


@dataclass
class _Doing:
    world: World
    number: str

    async def __call__(self, command: str, who: str = "agent", /, **body: Any) -> None:
        answer = await self.world.office.give(self.number, command, who, **body)
        assert answer.status_code == 200, f"{command}: {answer.text}"


async def _open(world: World, x: str, say: Say, solution: str, **more: Any) -> str:
    ids = world.ids[x]
    body = {
        "contact_id": ids["contact"],
        "solution_id": f"{solution}-{x}",
        "channel": "web",
        "category": "incident",
        "title": say(x, "título"),
        "description": say(x, "descripción"),
        "prior_analysis": say(x, "análisis"),
        "proposed_priority": 3,
        **more,
    }
    answer = await world.office.post("/cases", body, f"contact_{x}")
    assert answer.status_code == 201, answer.text
    return str(answer.json()["number"])


async def _file(world: World, who: str, name: str, number: str = "") -> str:
    content = name.encode()
    if name.endswith(".png"):
        written = io.BytesIO()
        Image.new("RGB", (4, 4), "red").save(written, "PNG")
        content = written.getvalue()
    office = world.office
    path = f"/api/v1/cases/{number}/files" if number else "/api/v1/files"
    headers = office.headers(who, **{"Idempotency-Key": next(office.keys)})
    answer = await office.client.post(path, files={"file": (name, content)}, headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])
