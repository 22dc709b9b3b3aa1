"""The colleagues whom a note calls, and who are told of it. Whoever cannot read it is not called by it."""

from __future__ import annotations

from desk.commands.offers import AskedCommand
from desk.desk import Desk
from policy.case.refusals import Refusal
from policy.people.mentions import Mentionable, mentioned
from storage.people import agents, contacts


class MentionedSeesNoNotes(Refusal):
    """A note is read at the desk alone, by those who serve there."""

    message = (
        "{name} cannot read this note: only colleagues who serve cases are mentioned in one. Mention somebody else, or "
        "write the name without the @."
    )


async def colleagues_called(desk: Desk, asked: AskedCommand) -> tuple[str, ...]:
    """The ids of those whom the note calls, but for its author. Raises MentionedSeesNoNotes."""
    words: str = asked.body.body
    if "@" not in words:
        return ()
    async with desk.database.snapshot() as db:
        serving = {each.id for each in await agents.serving(db)}
        staff = [Mentionable(each.id, each.name, sees=each.id in serving) for each in await agents.listing(db)]
        customers = await contacts.roster(db, asked.row.case.customer_id)
    called = mentioned(words, [*staff, *(Mentionable(each.id, each.name, sees=False) for each in customers)])
    for each in called:
        if not each.sees:
            raise MentionedSeesNoNotes(name=each.name)
    return tuple(each.id for each in called if each.id != asked.by.id)
