"""Who keeps whose account, and whom they may let in."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.desk import Desk
from desk.problems import NotFound
from desk.signing_in import account_keeping
from desk.signing_in.invitations import Guest, ensure_account
from desk.signing_in.problems import InvitationIncomplete, LastAdministrator, OnNoList, OwnAccount
from desk.signing_in.sign_in_mail import SignInMail
from policy.case.case import Role
from policy.case.refusals import RoleNotAllowed
from settings import Settings
from storage.signing_in import accounts
from storage.signing_in.accounts import Account
from tests.support.lives import bogota

AT = bogota("09:00")
CONTACT, AGENT, STRANGER = "ana@cliente.example", "ana@escala.example", "nadie@x.example"


@pytest.fixture
def mail(tmp_path: Path) -> SignInMail:
    return SignInMail.of(Settings(state_dir=tmp_path))


async def account(desk: Desk, email: str, role: Role | None = None) -> Account:
    return await ensure_account(desk.database, Guest(email=email, name="Ana", staff_role=role), at=AT)


async def test_commercial_keeps_accounts_that_are_contacts_only(desk: Desk) -> None:
    contact, agent, admin = [
        await account(desk, CONTACT), await account(desk, AGENT), await account(desk, "root@x.example", Role.ADMIN)
    ]  # fmt: skip

    kept = await account_keeping.listing(desk, Role.COMMERCIAL, sought="", at=AT)
    all_kept = await account_keeping.listing(desk, Role.ADMIN, sought="", at=AT)

    assert [each.account for each in kept.accounts] == [contact]
    assert {each.account.id for each in all_kept.accounts} == {contact.id, agent.id, admin.id}
    assert await account_keeping.kept_account(desk, Role.ADMIN, agent.id, at=AT) == agent
    for account_id in (agent.id, admin.id, "nobody"):
        with pytest.raises(NotFound):
            await account_keeping.kept_account(desk, Role.COMMERCIAL, account_id, at=AT)


@pytest.mark.parametrize(
    ("keeper", "guest", "refused"),
    [
        (Role.ADMIN, Guest(email=STRANGER, name=""), OnNoList),
        (Role.COMMERCIAL, Guest(email=AGENT, name=""), OnNoList),
        (Role.COMMERCIAL, Guest(email=STRANGER, name="N", staff_role=Role.COMMERCIAL), RoleNotAllowed),
        (Role.ADMIN, Guest(email=STRANGER, name="N", staff_role=Role.DIRECTOR), RoleNotAllowed),
        (Role.ADMIN, Guest(email=STRANGER, name=" ", staff_role=Role.ADMIN), InvitationIncomplete),
        (Role.ADMIN, Guest(email="no address", name="N", staff_role=Role.ADMIN), InvitationIncomplete),
    ],
)
async def test_whom_nobody_may_let_in_so(
    desk: Desk, mail: SignInMail, keeper: Role, guest: Guest, refused: type[Exception]
) -> None:
    with pytest.raises(refused):
        await account_keeping.invite_guest(desk, mail, keeper, guest, at=AT)
    assert await accounts.by_mailbox(desk.database, guest.email) is None


@pytest.mark.parametrize(("email", "is_one"), [("a@x.co", True), (" a@x.co ", True), ("a@x .co", False), ("a", False)])
def test_a_slip_in_an_address_is_seen(email: str, is_one: bool) -> None:
    assert account_keeping.is_address(email) is is_one


async def test_nobody_shuts_themselves_out_and_one_administrator_stays(desk: Desk) -> None:
    root = await account(desk, "root@x.example", Role.ADMIN)

    with pytest.raises(OwnAccount):
        await account_keeping.disable(desk, root, by=root, at=AT)
    with pytest.raises(LastAdministrator):
        await account_keeping.take_role_away(desk, root, at=AT)
    with pytest.raises(RoleNotAllowed):
        await account_keeping.enable(desk, Role.COMMERCIAL, root, at=AT)
