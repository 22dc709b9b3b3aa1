"""The input of a message's workflow: which delivery it is. Nothing of what the message says."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class MailRun:
    """A delivery: its id in the inbox, and how its mailbox knows it."""

    message_id: str
    mailbox: str
    uidvalidity: int
    uid: int

    @property
    def workflow_id(self) -> str:
        """The name under which operators find it, the same for ever."""
        mailbox = re.sub(r"[^A-Za-z0-9_.]+", "_", self.mailbox)
        return f"mail-{mailbox}-{self.uidvalidity}-{self.uid}"
