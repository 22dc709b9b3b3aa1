"""A courier for webhooks without an engine: what departs is tried once, at once, by the real activity."""

from __future__ import annotations

from dataclasses import dataclass, field

from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.webhooks.delivering import Webhooks
from activities.webhooks.reach import networks
from desk.problems import EngineUnavailable
from desk.webhooks import departures
from tests.api.office import Office

HERE = networks("127.0.0.0/8")


@dataclass
class Courier:
    """Delivers at once what departs, as the activity would: each start one try. `is_away`: as the engine can be."""

    office: Office
    is_away: bool = False
    started: list[str] = field(default_factory=list)

    async def deliver_webhook(self, delivery_id: str, *, replays: int) -> None:
        if self.is_away:
            raise EngineUnavailable
        self.started.append(f"{delivery_id}_{replays}")

    async def departs(self) -> None:
        """Begin with what waits, and try each once."""
        self.started.clear()
        await departures.depart(self.office.db, self, at=self.office.clock())
        for each in list(self.started):
            await self.tries(each.rpartition("_")[0])

    async def tries(self, delivery_id: str) -> str:
        """What a try answers, or how it fails."""
        activity = Webhooks(database=self.office.db, clock=self.office.clock, also=HERE)
        try:
            answered: str = await ActivityEnvironment().run(activity.deliver, delivery_id)
        except ApplicationError as failed:
            return failed.message
        return answered
