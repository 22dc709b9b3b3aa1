"""What a notice shows beyond its fact: the names behind the ids that the fact holds, and where a visit goes."""

from __future__ import annotations

from storage.engine.database import Database
from storage.notices.outbox import OutboxRow
from storage.people import agents, contacts
from storage.visit import visits

_ENGINEERS = ("engineer_id", "from_engineer_id")


async def names(db: Database, row: OutboxRow) -> dict[str, str]:
    """The names of the people whom the fact names, by id; whoever is not known has none."""
    engineers = [await agents.get(db, row.data[each]) for each in _ENGINEERS if row.data.get(each)]
    consented_by = row.data.get("consented_by")
    contact = await contacts.get(db, consented_by) if consented_by else None
    return {person.id: person.name for person in (*engineers, contact) if person}


async def place(db: Database, row: OutboxRow) -> str:
    """Where the fact's visit goes, its address first; empty where the fact is about no visit."""
    site = await visits.site(db, row.case_number, row.data["visit"]) if "visit" in row.data else None
    return ", ".join(" ".join(part.split()) for part in (site.address, site.place) if part.strip()) if site else ""
