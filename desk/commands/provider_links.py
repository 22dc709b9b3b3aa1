"""The command that ties a case to an incident that a provider published (SCOPE-6)."""

from __future__ import annotations

from pydantic import Field

from desk.commands.offers import AskedCommand, Offer
from desk.desk import Desk
from desk.inputs import Body, Id
from desk.refusals import IncidentUnknown
from policy.case import commands as c
from policy.case import refusals as r
from storage.providers import incidents


class ProviderIncidentLink(Body):
    incident_id: Id = Field(examples=["google-maps-platform:rZvZvSKVdDHyWh4dZJ8D"])


async def _known_incident(desk: Desk, asked: AskedCommand) -> None:
    """Refuse what no feed told us: whatever is linked goes into histories and onto pages."""
    if await incidents.get(desk.database, asked.body.incident_id) is None:
        raise IncidentUnknown(incident=asked.body.incident_id)


PROVIDER_LINKS: tuple[Offer, ...] = (
    Offer(
        path="provider-incidents",
        summary="Link the case to a provider's incident",
        command=c.LinkProviderIncident,
        body=ProviderIncidentLink,
        look_up=_known_incident,
        make=lambda new: c.LinkProviderIncident(by=new.by, incident_id=new.body.incident_id),
        refusals=(IncidentUnknown, r.ProviderIncidentAlreadyLinked),
    ),
)
