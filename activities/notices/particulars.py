"""The particulars of a notice beyond its fact: the names behind the ids that the fact holds, and a visit's place."""

from __future__ import annotations

from policy.case.facts import NoteAdded, RemoteSessionStarted
from policy.visit.facts import VisitCancelled, VisitFact, VisitScheduled, VisitStarted
from storage.engine.database import Reader
from storage.notices.outbox import OutboxRow
from storage.people import agents, contacts
from storage.people.agents import Agent
from storage.people.contacts import Contact
from storage.visit import visits


async def names(db: Reader, row: OutboxRow) -> dict[str, str]:
    """The names of the people whom the fact names, by id; whoever is not known has none."""
    people: list[Agent | Contact | None] = []
    match row.fact:
        case RemoteSessionStarted(consented_by=contact_id):
            people = [await contacts.get(db, contact_id)]
        case VisitScheduled(engineer_id=engineer, from_engineer_id=replaced):
            people = [await agents.get(db, each) for each in (engineer, replaced) if each]
        case VisitCancelled(engineer_id=str(engineer)) | VisitStarted(engineer_id=engineer):
            people = [await agents.get(db, engineer)]
    return {person.id: person.name for person in people if person}


async def author(db: Reader, row: OutboxRow) -> str:
    """The name of the colleague who wrote the note that the fact is; empty for all else."""
    if not isinstance(row.fact, NoteAdded) or row.actor is None:
        return ""
    found = await agents.get(db, row.actor.id)
    return found.name if found else ""


async def place(db: Reader, row: OutboxRow) -> str:
    """Where the fact's visit goes, its address first; empty where the fact is about no visit."""
    visit = row.fact.visit if isinstance(row.fact, VisitFact) else None
    site = await visits.site(db, row.case_number, visit) if visit else None
    return ", ".join(" ".join(part.split()) for part in (site.address, site.place) if part.strip()) if site else ""
