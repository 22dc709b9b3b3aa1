"""The leads from an answer to its case: the key of tokens and the ids that a server gave; and what bounced."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, or_, select

from storage.engine.database import Database, Reader, insert
from storage.engine.prepared import Prepared
from storage.engine.tables import contacts, inbox, mail_bounces, mail_keys, mail_sent_ids, reservations

_THE_KEY = 1
_KEY_BYTES = 32


async def key(db: Database, *, at: datetime) -> bytes:
    """What tokens are signed with, made once for this installation."""
    found = await known_key(db)
    if found is None:
        async with db.write() as connection:
            made = insert(connection, mail_keys).values(id=_THE_KEY, key=secrets.token_hex(_KEY_BYTES), made_at=at)
            await connection.execute(made.on_conflict_do_nothing())
        found = await known_key(db)
    assert found is not None
    return found


async def known_key(db: Reader) -> bytes | None:
    """The same; None where nothing was ever signed."""
    async with db.read() as connection:
        found = await _KEY.scalar(connection)
    return None if found is None else bytes.fromhex(found)


async def sent_as(db: Database, number: str, message_id: str, *, at: datetime) -> None:
    """Keep the id under which a server sent what we gave it."""
    async with db.write() as connection:
        row = {"message_id": message_id, "case_number": number, "at": at}
        await connection.execute(insert(connection, mail_sent_ids).values(**row).on_conflict_do_nothing())


async def number_of_sent(db: Reader, ids: Sequence[str]) -> str | None:
    """The case of the last of these ids that a server gave to a message of ours, with or without its own domain."""
    wanted = {each: place for place, one in enumerate(ids) for each in (one, one.partition("@")[0])}
    if not wanted:
        return None
    c = mail_sent_ids.c
    async with db.read() as connection:
        rows = await connection.execute(select(c.message_id, c.case_number).where(c.message_id.in_(list(wanted))))
        found = {each.message_id: each.case_number for each in rows}
    return found[max(found, key=lambda each: wanted[each])] if found else None


async def ids_from(db: Reader, number: str, mailboxes: Sequence[str], *, most: int) -> list[str]:
    """The ids of messages that these people wrote to a case: the first one, and the last ones.

    The one that opens it counts as soon as the number is reserved: its acknowledgement leaves before it is settled.
    """
    senders = [each.lower() for each in mailboxes]
    async with db.read() as connection:
        rows = await _IDS_FROM.rows(connection, number=number, senders=senders)
    found = list(dict.fromkeys(row.message_id for row in rows))
    return found if len(found) <= most else [found[0], *found[1 - most :]]


async def bounced(db: Database, address: str, customer_id: str, inbox_id: str, *, at: datetime) -> str | None:
    """Mark the customer's contact whose address refused what we sent; answer who that is."""
    c = contacts.c
    async with db.write() as connection:
        contact_id = await connection.scalar(
            select(c.id).where(c.customer_id == customer_id, c.mailbox == address.lower(), c.removed_at.is_(None))
        )
        if contact_id is None:
            return None
        row = {"address": address, "inbox_id": inbox_id, "at": at}
        marked = insert(connection, mail_bounces).values(contact_id=contact_id, **row)
        await connection.execute(marked.on_conflict_do_update(index_elements=["contact_id"], set_=row))
        return str(contact_id)


async def bounces_of(db: Reader, customer_id: str) -> dict[str, datetime]:
    """The customer's contacts to whose present address something did not arrive, and when that came back last."""
    c, b = contacts.c, mail_bounces.c
    wanted = select(b.contact_id, b.at).join(contacts, c.id == b.contact_id)
    async with db.read() as connection:
        rows = await connection.execute(wanted.where(c.customer_id == customer_id, c.mailbox == b.address))
        return {each.contact_id: each.at for each in rows}


_I = inbox.c
_KEY = Prepared(select(mail_keys.c.key).where(mail_keys.c.id == _THE_KEY))
_IDS_FROM = Prepared(
    select(_I.message_id)
    .where(
        or_(
            _I.case_number == bindparam("number"),
            _I.id.in_(select(reservations.c.key).where(reservations.c.number == bindparam("number"))),
        ),
        _I.sender.in_(bindparam("senders", expanding=True)),
        _I.message_id != "",
    )
    .order_by(_I.received_at, _I.id)
)
