"""This installation's mail: its own addresses, and our server's name in Authentication-Results."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parseaddr
from typing import Self

from settings import Settings

INTAKE = "intake"
"""The mailbox of what comes by SMTP to this machine."""


@dataclass(frozen=True, kw_only=True)
class Post:
    """`support` is the address that customers write to, `own` all from which only we write, in lower case."""

    support: str = "mesa@escala.example"
    authserv_id: str = ""
    own: frozenset[str] = frozenset()

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As the settings say."""
        own = (
            settings.support_address,
            parseaddr(settings.mail_from)[1],
            settings.level_1_mailbox,
            settings.level_2_mailbox,
            settings.level_3_mailbox,
            settings.commercial_mailbox,
        )
        return cls(
            support=settings.support_address.lower(),
            authserv_id=settings.authserv_id,
            own=frozenset(each.lower() for each in own if each),
        )
