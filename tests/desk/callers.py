"""Who asks for a use case in the tests, and the requests that they make."""

from __future__ import annotations

from desk.idempotency import IdempotentRequest
from policy.case.case import Actor, Level, Role
from storage.signing_in.tokens import Principal
from tests.api.office import STANDARD
from tests.support.lives import bogota

AGENT = Principal("token-agent", Actor(Role.AGENT, "ana", (Level.HELP_DESK,)), None)
COMMERCIAL = Principal("token-commercial", Actor(Role.COMMERCIAL, "carla"), None)


def contact_of(customer_id: str = STANDARD) -> Principal:
    """The customer's one contact, who administers its system."""
    return Principal(f"token-{customer_id}", Actor(Role.CONTACT, f"contact-{customer_id}"), customer_id)


def request(key: str = "k", at: str = "09:00") -> IdempotentRequest:
    return IdempotentRequest(scope="token", key=key, address="/here", at=bogota(at), language="es")
