"""The mail that the pages send, as it lies in the office's folder."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from tests.api.office import Office, pages_behind


async def letters(office: Office, to: str | None = None) -> list[EmailMessage]:
    """What was sent, to anybody or to one mailbox, the oldest first, once nothing is under way any more."""
    portal = pages_of(office).state.portal
    await portal.mail.done()
    folder = portal.settings.mail_dir
    files = sorted(folder.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns) if folder.exists() else []
    found = [message_from_bytes(file.read_bytes(), _class=EmailMessage, policy=policy.default) for file in files]
    return [each for each in found if to in (None, each["To"])]


async def key_path(office: Office, to: str) -> str:
    """The path of the key in the latest letter to this mailbox."""
    latest = (await letters(office, to))[-1]
    found = re.search(r"/clave/\S+", latest.get_content())
    assert found
    return found[0]


def pages_of(office: Office) -> Any:
    """The application that serves the pages."""
    return pages_behind(office.app)
