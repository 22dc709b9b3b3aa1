"""Word of tokens that expire soon: to whom, once, and without a secret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage

import pytest

from desk.desk import Desk
from desk.signing_in.sign_in_mail import SignInMail
from desk.signing_in.token_warnings import warn
from policy.case.case import Role
from storage.signing_in import accounts, tokens
from storage.signing_in.accounts import NewAccount
from storage.signing_in.tokens import Token
from tests.api.office import STANDARD
from tests.support.lives import bogota

AT, WITHIN = bogota("09:00"), timedelta(days=14)


@dataclass
class Post:
    """A way out that keeps what was sent."""

    sent: list[tuple[str, str]] = field(default_factory=list)

    async def send(self, message: EmailMessage, to: Sequence[str], *, all_or_nobody: bool = True) -> list[str]:
        self.sent.append((*to, message.get_content()))
        return list(to)


@pytest.mark.parametrize(
    ("role", "subject", "told"),
    [
        (Role.CONTACT, f"contact-{STANDARD}", "ana@cliente.example"),
        (Role.AGENT, "ana", "ana@escala.example"),
        (Role.COMMERCIAL, "acc-1", "carla@escala.example"),
        (Role.COMMERCIAL, "erp", "root@escala.example"),
    ],
)
async def test_goes_once_to_the_holder_or_for_a_program_to_the_administrators(
    desk: Desk, role: Role, subject: str, told: str
) -> None:
    for account_id, email, its in (
        ("acc-1", "carla@escala.example", Role.COMMERCIAL),
        ("acc-2", "root@escala.example", Role.ADMIN),
    ):
        await accounts.create(desk.database, NewAccount(id=account_id, email=email, name="x", staff_role=its), at=AT)
    token = Token(
        id="tok_1",
        role=role,
        subject_id=subject,
        customer_id=STANDARD if role is Role.CONTACT else None,
        label="consola",
        created_at=AT,
        expires_at=AT + timedelta(days=10),
    )
    await tokens.create(desk.database, token, "esc_secret")
    post = Post()
    mail = SignInMail(mail=post, sender="Mesa <mesa@escala.example>", public_url="https://mesa.example")
    for _ in range(2):
        await warn(desk.database, mail, within=WITHIN, at=AT)
    await mail.done()
    [(to, words)] = post.sent
    assert to == told
    assert "vence el sábado 5 de diciembre de 2026" in " ".join(words.split())
    assert "esc_" not in words
