"""Events of a telephone system over HTTP: signed, each once, in any order, and nobody else's."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from httpx import Response
from standardwebhooks.webhooks import Webhook as Signer

from desk.budgets import Allowance, Budgets, Holder, Spending
from storage.telephone import calls
from storage.telephone.calls import CallRow
from storage.webhooks.webhooks import new_secret
from tests.api.office import BASE, Office, with_desk

SECRET, FORMER = new_secret(), new_secret()
_IDS = (f"evt_{place}" for place in count(1))


@pytest.fixture(autouse=True)
def system(office: Office) -> None:
    """A telephone system that is about to change its secret."""
    with_desk(office, telephone_secrets=(SECRET, FORMER))


async def send(office: Office, event: Any, **how: Any) -> Response:
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    sent_at: datetime = how.get("sent_at", office.clock())
    event_id = how.get("event_id") or next(_IDS)
    signature = Signer(how.get("secret", SECRET)).sign(event_id, sent_at, how.get("signed", body).decode())
    headers = {
        "Content-Type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": signature,
        **how.get("headers", {}),
    }
    return await office.client.post(f"{BASE}/telephone/events", content=body, headers=headers)


def told(office: Office, kind: str, **data: Any) -> dict[str, Any]:
    said = {"call_id": "27", "number": "(300) 123-4567", **data}
    return {"type": f"call.{kind}", "timestamp": office.clock().isoformat(), "data": said}


async def the_call(office: Office) -> CallRow:
    [found] = (await calls.listing(office.db, limit=5)).items
    return found


async def test_a_call_is_one_in_whatever_order_its_events_come_and_however_often(office: Office) -> None:
    ended = told(office, "ended", agent="ANA@escala.example", recording_url="https://pbx.example/27")
    first = await send(office, ended, event_id="evt_a")
    assert (first.status_code, first.json()["repeated"]) == (200, False)
    again = await send(office, ended, event_id="evt_a")
    assert again.json() == first.json() | {"repeated": True}
    before = {"timestamp": (office.clock() - timedelta(minutes=1)).isoformat()}
    assert (await send(office, told(office, "answered", agent="ana") | before, secret=FORMER)).status_code == 200
    call = await the_call(office)
    assert (call.number, call.agent_id, call.lasted) == ("+573001234567", "ana", timedelta(minutes=1))
    assert call.recording_url == "https://pbx.example/27"


async def test_an_event_that_comes_again_under_another_call_makes_none(office: Office) -> None:
    first = await send(office, told(office, "ringing"), event_id="evt_a")
    again = await send(office, told(office, "answered", call_id="28", number="+573009999999"), event_id="evt_a")
    assert (first.json()["repeated"], again.json()["repeated"]) == (False, True)
    call = await the_call(office)
    assert (call.number, call.answered_at) == ("+573001234567", None)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
async def test_who_called_is_the_same_in_any_order(office: Office, order: tuple[int, ...]) -> None:
    """Though only one of the events says that we called."""
    events = [told(office, "ringing", direction="out"), told(office, "answered"), told(office, "ended")]
    for place in order:
        assert (await send(office, events[place])).status_code == 200
    assert (await the_call(office)).direction == "out"


async def test_a_hidden_number_and_an_address_that_nobody_may_open_are_left_out(office: Office) -> None:
    for place, url in enumerate(("http://pbx/1", "javascript:alert(1)", "https://u:p@pbx/1", "https://", "file:///x")):
        event = told(office, "ringing", call_id=str(place), number="anonymous", agent="nobody", recording_url=url)
        assert (await send(office, event)).status_code == 200
    found = (await calls.listing(office.db, limit=9)).items
    assert {(each.number, each.agent_id, each.recording_url) for each in found} == {("", "", "")}
    assert len(found) == 5


async def test_what_nobody_signed_just_now_is_refused(office: Office) -> None:
    event = told(office, "ringing")
    other = json.dumps(told(office, "ended")).encode()
    old = office.clock() - timedelta(minutes=6)
    refused = [
        await send(office, event, secret=new_secret()),
        await send(office, event, signed=other),
        await send(office, event, sent_at=old),
        await send(office, event, sent_at=office.clock() + timedelta(minutes=6)),
        await send(office, event, headers={"webhook-timestamp": "-1"}),
        await send(office, event, headers={"webhook-timestamp": "9" * 15}),
        await send(office, event, headers={"webhook-id": "another"}),
        await send(office, event, headers={"webhook-signature": ""}),
        await office.client.post(f"{BASE}/telephone/events", json=event),
        await office.client.post(f"{BASE}/telephone/events", json=event, headers=office.headers("admin")),
    ]
    assert [each.status_code for each in refused] == [401] * len(refused)
    assert (await calls.listing(office.db, limit=5)).items == []
    with_desk(office, telephone_secrets=())
    assert (await send(office, event)).status_code == 401


async def test_what_is_not_known_is_refused_and_a_flood_as_well(office: Office) -> None:
    wrong = [
        told(office, "ringing", caller_name="Ana"),
        told(office, "ringing") | {"more": 1},
        told(office, "transferred"),
        told(office, "ringing", call_id="a b"),
        told(office, "ringing", number="3" * 61),
        told(office, "ringing") | {"timestamp": "ayer"},
    ]
    assert [(await send(office, each)).status_code for each in wrong] == [422] * len(wrong)
    budgets = Budgets({(Spending.TELEPHONE, Holder.TOKEN): Allowance(2, timedelta(minutes=1))})
    with_desk(office, budgets=budgets)
    answers = [(await send(office, told(office, "ringing"))).status_code for _ in range(3)]
    assert answers == [200, 200, 429]
