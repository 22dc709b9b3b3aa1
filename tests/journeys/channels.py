"""The ways to a desk in service beside the portal: a mail program by SMTP, and a telephone system by its events."""

from __future__ import annotations

import asyncio
import json
import smtplib
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import httpx
from standardwebhooks.webhooks import Webhook as Signer

from policy.case.case import Role
from tests.desk.mail.letters import MESA, OURS, letter
from tests.journeys.conftest import LiveDesk
from tests.support.server import eventually


@dataclass
class Correspondent:
    """Somebody's mailbox: what they write goes to the desk's intake, what it writes to them lies in its folder."""

    desk: LiveDesk
    address: str
    sent: int = 0

    @property
    def received(self) -> list[EmailMessage]:
        """The desk's letters to them, in their order."""
        files = sorted((self.desk.folder / "state" / "mail").glob("*.eml"))
        read = (message_from_bytes(each.read_bytes(), _class=EmailMessage, policy=policy.SMTP) for each in files)
        return [each for each in read if self.address in str(each["To"])]

    async def hears(self, words: str) -> EmailMessage:
        """Wait for a letter with these words."""
        await eventually(lambda: any(words in _text(each) for each in self.received))
        return next(each for each in reversed(self.received) if words in _text(each))

    async def writes(self, words: str, **fields: str) -> dict[str, Any]:
        """Write to the desk; answers what its inbox says of the message, once that is settled."""
        self.sent += 1
        message_id = f"carta-{self.sent}-{self.address}"
        domain = self.address.partition("@")[2]
        vouched = f"{OURS}; dmarc=pass header.from={domain}"
        told = {"From": self.address, "Message_ID": f"<{message_id}>", "Authentication_Results": vouched} | fields
        await asyncio.to_thread(self._hand_over, letter(f"{words}\n", **told))
        async with asyncio.timeout(20):
            while True:
                kept = (await self.desk.get(Role.AGENT, "/inbox?limit=50"))["items"]
                for each in kept:
                    if each["message_id"] == message_id and each["state"] != "received":
                        return dict(each)
                await asyncio.sleep(0.05)

    async def answers(self, words: str, to: EmailMessage, **fields: str) -> dict[str, Any]:
        """Answer one of the desk's letters."""
        there = {
            "To": str(to["Reply-To"]),
            "Subject": f"Re: {to['Subject']}",
            "In_Reply_To": str(to["Message-ID"]),
            "References": str(to["Message-ID"]),
        }
        return await self.writes(words, **(there | fields))

    def _hand_over(self, raw: bytes) -> None:
        with smtplib.SMTP("127.0.0.1", int(self.desk.environment["ESCALA_INTAKE_SMTP_PORT"]), timeout=20) as server:
            server.sendmail(self.address, [MESA], raw)


def _text(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    return str(part.get_content()) if part else ""


async def tells(desk: LiveDesk, kind: str, **data: str) -> str:
    """The telephone system tells of a call; the id under which the desk shows it."""
    at = datetime.now(UTC)
    body = json.dumps({"type": f"call.{kind}", "timestamp": at.isoformat(), "data": data})
    event_id = f"evt-{data['call_id']}-{kind}"
    headers = {
        "Content-Type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Signer(desk.environment["ESCALA_TELEPHONE_SECRET"]).sign(event_id, at, body),
    }
    async with httpx.AsyncClient(timeout=30) as http:
        answer = await http.post(f"{desk.url}/telephone/events", content=body, headers=headers)
    assert answer.is_success, answer.text
    return str(answer.json()["call"])
