"""Security acts, and who does them: the doer of a request is known to everything that happens in it."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, replace
from enum import StrEnum, auto


class Act(StrEnum):
    """What is put on the audit."""

    SIGNED_IN = auto()
    CODE_AWAITED = auto()
    SIGN_IN_FAILED = auto()
    SIGN_IN_THROTTLED = auto()
    TOKEN_REFUSED = auto()
    SIGNED_OUT = auto()
    SESSIONS_ENDED = auto()
    NAME_CHOSEN = auto()
    SECOND_FACTOR_ON = auto()
    SECOND_FACTOR_OFF = auto()
    SECOND_FACTOR_FAILED = auto()
    RECOVERY_CODE_USED = auto()
    INVITED = auto()
    PASSWORD_FORGOTTEN = auto()
    PRESENT_PASSWORD_FAILED = auto()
    PASSWORD_CHANGED = auto()
    ROLE_GIVEN = auto()
    ROLE_TAKEN = auto()
    AGENT_REGISTERED = auto()
    ABSENCE_MARKED = auto()
    ABSENCE_ENDED = auto()
    ROTA_MADE = auto()
    ROTA_ENDED = auto()
    OVERRIDE_MADE = auto()
    OVERRIDE_ENDED = auto()
    SWAP_PROPOSED = auto()
    SWAP_ANSWERED = auto()
    CALENDAR_MADE = auto()
    CALENDAR_REVOKED = auto()
    ACCOUNT_DISABLED = auto()
    ACCOUNT_ENABLED = auto()
    TOKEN_MADE = auto()
    TOKEN_REVOKED = auto()
    ROSTER_CHANGED = auto()
    SETTINGS_CHANGED = auto()
    EXPORTED = auto()
    TERMS_AMENDED = auto()
    WEBHOOK_MADE = auto()
    WEBHOOK_SECRET_CHANGED = auto()
    WEBHOOK_PAUSED = auto()
    WEBHOOK_RESUMED = auto()
    WEBHOOK_REMOVED = auto()


@dataclass(frozen=True)
class Doer:
    """Who acts: a role ("" for nobody known yet, "operator" at the command line), an id, and the network address."""

    role: str = "system"
    id: str = ""
    address: str = ""

    def as_account(self, account_id: str) -> Doer:
        """The same visitor, by the account that they proved to own or tried to use."""
        return replace(self, id=account_id)


_DESK = Doer()
_acting: ContextVar[Doer] = ContextVar("acting", default=_DESK)


def acts_as(doer: Doer) -> None:
    """From here on, in this request or command, this one acts."""
    _acting.set(doer)


def doer() -> Doer:
    """Who acts here: the desk itself, where nobody asked."""
    return _acting.get()
