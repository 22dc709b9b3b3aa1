"""What a cover's workflow adds to the policy: it announces the end at its instants, and knows of every change."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle

from policy.case.case import Status
from policy.cover.cover import CoverRef
from policy.people.recipients import Commercial
from policy.terms.terms import CoverKind
from storage.cover import announcements, cover_changes
from tests.support.server import eventually, time_skipping_server
from tests.workflows.cover_office import DAY, CoverOffice, Newcomer, add_contract, cover_office, in_bogota
from worker import sweep_covers
from workflows import addresses

COMMERCIAL = "comercial@escala.example"
LONG_AGO = -300
"""When a cover began, in days from today, whose announcement is due already, by night too.

One that begins today is announced at 08:00 of today at the earliest (WAR-5): by night there is nothing to wait for.
"""


def nearly_over(covers: CoverOffice) -> dict[str, date]:
    """The days of a contract that began long ago and has its last day in ten days."""
    return {"starts_on": covers.today + LONG_AGO * DAY, "ends_on": covers.today + 10 * DAY}


async def given(covers: CoverOffice, kind: CoverKind, id_: str, customer: Newcomer) -> list[int]:
    """The announcements that were recorded, in order."""
    cover = CoverRef(kind=kind, id=id_, customer_id=customer.id)
    rows = await announcements.of_cover(covers.office.db, cover)
    return [row.days_before for row in rows if row.recipient == Commercial()]


async def told(covers: CoverOffice, customer: Newcomer, *, times: int) -> None:
    """Wait until the customer was written to so many times."""
    await eventually(lambda: len(covers.post.to(customer.mailbox)) == times)


async def lived(covers: CoverOffice, handle: WorkflowHandle[Any, Any], *days: int, ends_in: int) -> None:
    """Let a cover's clock run to 08:00 of each day before its last one."""
    for before in days:
        covers.mail_clock.at = in_bogota(covers.today + (ends_in - before) * DAY) + timedelta(minutes=1)
        await covers.skip(handle, covers.mail_clock.at)


@pytest.mark.rule("WAR-5")
class TestTheEndOfCover:
    async def test_is_announced_30_15_7_and_1_days_before_and_not_after(self, covers: CoverOffice) -> None:
        """To the customer's administrators and to the commercial team, each once; then the workflow ends."""
        customer = await covers.newcomer()
        contract = await covers.contract(customer, ends_in=60, paid=True)
        handle = covers.workflow(f"contract-{contract['id']}")
        for place, days in enumerate((30, 15, 7, 1), start=1):
            await lived(covers, handle, days, ends_in=60)
            await told(covers, customer, times=place)
        await covers.skip(handle, in_bogota(covers.today + 61 * DAY))

        assert (await handle.result()).startswith("cubrió hasta el")
        assert await given(covers, CoverKind.CONTRACT, contract["id"], customer) == [30, 15, 7, 1]
        assert len(covers.post.to(customer.mailbox)) == len(covers.post.to(COMMERCIAL)) == 4
        assert "Faltan 30 días." in covers.post.to(customer.mailbox)[0]

    @pytest.mark.rule("WAR-2")
    async def test_moves_with_a_renewal_once_it_is_paid(self, covers: CoverOffice) -> None:
        """Until it is paid the announcement says so; from then on the new last day counts."""
        customer = await covers.newcomer()
        contract = await covers.contract(customer, ends_in=40, paid=True)
        handle = covers.workflow(f"contract-{contract['id']}")
        await covers.renew(contract, covers.today + 400 * DAY)
        await lived(covers, handle, 30, ends_in=40)
        await eventually(lambda: len(covers.post.to(customer.mailbox)) == 1)
        assert "su pago aún no está registrado" in covers.post.to(customer.mailbox)[0].replace("\n", " ")

        await covers.pay(contract)
        await lived(covers, handle, 15, 1, ends_in=40)
        await lived(covers, handle, 30, ends_in=400)
        await eventually(lambda: len(covers.post.to(customer.mailbox)) == 2)
        assert await given(covers, CoverKind.CONTRACT, contract["id"], customer) == [30, 30]

    async def test_is_told_once_where_it_is_near_already(self, covers: CoverOffice) -> None:
        """A contract that is registered ten days before its end: one message now, not two."""
        customer = await covers.newcomer()
        contract = await covers.contract(customer, ends_in=10, starts_in=LONG_AGO, paid=True)
        await eventually(lambda: len(covers.post.to(COMMERCIAL)) == 1)
        assert await given(covers, CoverKind.CONTRACT, contract["id"], customer) == [15]

    async def test_of_a_warranty_is_announced_too(self, covers: CoverOffice) -> None:
        accepted = covers.today - 75 * DAY
        customer = await covers.newcomer(accepted_on=str(accepted), acceptance_reference="Acta 1")
        await eventually(lambda: any("garantía de Geovisor" in body for body in covers.post.to(COMMERCIAL)))
        assert (await covers.workflow(f"warranty-{customer.solution}").describe()).status is (
            WorkflowExecutionStatus.RUNNING
        )

    async def test_that_has_passed_is_not_announced(self, covers: CoverOffice) -> None:
        customer = await covers.newcomer()
        contract = await covers.contract(customer, starts_in=LONG_AGO, ends_in=-1, paid=True)
        await covers.workflow(f"contract-{contract['id']}").result()
        assert covers.post.sent == []

    @pytest.mark.rule("WAR-2")
    async def test_of_what_is_not_paid_is_none(self, covers: CoverOffice) -> None:
        customer = await covers.newcomer()
        contract = await covers.contract(customer, ends_in=20)
        handle = covers.workflow(f"contract-{contract['id']}")
        await lived(covers, handle, 15, 7, 1, -1, ends_in=20)
        assert await handle.result() == "terminó sin pago"
        assert covers.post.sent == []

    async def test_reaches_its_readers_though_the_mail_server_is_down_at_first(self, covers: CoverOffice) -> None:
        covers.post.failures = 1
        customer = await covers.newcomer()
        await covers.contract(customer, starts_in=LONG_AGO, ends_in=10, paid=True)
        await eventually(lambda: len(covers.post.to(customer.mailbox)) == len(covers.post.to(COMMERCIAL)) == 1)


class TestItsWorkflow:
    async def test_ignores_a_cancellation(self, covers: CoverOffice) -> None:
        """A button in Temporal's UI silences no announcement."""
        customer = await covers.newcomer()
        contract = await covers.contract(customer, ends_in=40, paid=True)
        handle = covers.workflow(f"contract-{contract['id']}")
        await handle.cancel()
        await lived(covers, handle, 30, ends_in=40)
        await eventually(lambda: len(covers.post.to(customer.mailbox)) == 1)

    async def test_is_read_in_temporals_ui(self, covers: CoverOffice) -> None:
        """Its days, what is paid, and what comes next, in Spanish and without names."""
        customer = await covers.newcomer()
        contract = await covers.contract(customer, ends_in=60, paid=True)
        handle = covers.workflow(f"contract-{contract['id']}")
        details: str = ""
        async with asyncio.timeout(20):
            while "Lo que sigue" not in details:
                described = await handle.query("__temporal_workflow_metadata")
                details = str(described)
        assert "vigente" in details
        assert "aviso: faltan 30 días" in details
        assert "Cliente 1" not in details

    async def test_goes_on_over_many_runs(self, migrated: Path, tmp_path: Path) -> None:
        """A contract that changes often outlives its history, and announces once."""
        async with (
            time_skipping_server("limit.historyCount.suggestContinueAsNew=30") as env,
            cover_office(env, migrated, tmp_path, 1) as covers,
            covers.worker(),
        ):
            customer = await covers.newcomer()
            contract = await covers.contract(customer, starts_in=LONG_AGO, ends_in=10, paid=True)
            handle = covers.workflow(f"contract-{contract['id']}")
            first_run = (await handle.describe()).run_id
            for _ in range(20):
                await handle.signal(addresses.CHANGED)
                await asyncio.sleep(0.02)  # a task of its own for each
            assert (await handle.describe()).run_id != first_run
            await eventually(lambda: len(covers.post.to(customer.mailbox)) == 1)
            assert await given(covers, CoverKind.CONTRACT, contract["id"], customer) == [15]

    @pytest.mark.rule("WAR-2")
    async def test_lives_on_with_a_payment_that_comes_while_its_last_mail_has_to_wait(
        self, covers: CoverOffice
    ) -> None:
        """The days are over and mail is down: the renewal is not lost, and a held case is told at once."""
        covers.post.failures = 10_000
        customer = await covers.newcomer()
        contract = await covers.contract(customer, ends_in=0, paid=True)
        handle = covers.workflow(f"contract-{contract['id']}")
        over = in_bogota(covers.today + DAY, hour=1)
        await covers.skip(handle, over)
        covers.office.clock.at = over
        case = await covers.open_case(customer)
        assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING
        assert (await case.state()).status is Status.HELD

        await covers.renew(contract, covers.today + 300 * DAY)
        await covers.pay(contract)

        async with asyncio.timeout(20):
            while (await case.state()).status is Status.HELD:
                await asyncio.sleep(0.01)
        covers.post.failures = 0
        assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING

    async def test_is_found_by_customer_kind_and_next_date(self, covers: CoverOffice) -> None:
        """And says what it told and what it will."""
        customer = await covers.newcomer()
        contract = await covers.contract(customer, ends_in=20, starts_in=LONG_AGO, paid=True)
        handle = covers.workflow(f"contract-{contract['id']}")
        await told(covers, customer, times=1)

        found = f"CaseCustomer = '{customer.id}' AND CoverKind = 'contract' AND CoverNextDate > '2026-01-01T00:00:00Z'"
        async with asyncio.timeout(20):
            while [each.id async for each in covers.env.client.list_workflows(found)] != [handle.id]:
                await asyncio.sleep(0.05)
        shown = (await handle.describe()).typed_search_attributes
        assert shown[addresses.COVER_NEXT_DATE] == in_bogota(covers.today + 5 * DAY)
        said = [line.partition(": ")[2] for line in await handle.query(addresses.ANNOUNCEMENTS_QUERY)]
        assert said == [
            "faltan 30 días para el fin de la cobertura (dado)",
            "faltan 15 días para el fin de la cobertura (por dar)",
            "faltan 7 días para el fin de la cobertura (por dar)",
            "falta 1 día para el fin de la cobertura (por dar)",
            "termina",
        ]

    @pytest.mark.rule("WAR-2")
    async def test_begins_again_with_a_renewal_after_the_end(self, covers: CoverOffice) -> None:
        customer = await covers.newcomer()
        contract = await covers.contract(customer, starts_in=LONG_AGO, ends_in=-1, paid=True)
        handle = covers.workflow(f"contract-{contract['id']}")
        await handle.result()
        await covers.renew(contract, covers.today + 300 * DAY)
        assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING


class TestTheSweep:
    @pytest.mark.rule("WAR-5")
    async def test_runs_when_a_worker_starts_and_is_scheduled_once(self, covers: CoverOffice) -> None:
        """A second worker finds the schedule there, and has it run at once all the same."""
        customer = await covers.newcomer()
        await add_contract(
            covers, customer, "imported-2", starts_on=covers.today + LONG_AGO * DAY, ends_on=covers.today + 10 * DAY
        )
        for _ in range(2):
            await sweep_covers(covers.env.client, covers.settings)
        await told(covers, customer, times=1)

        schedule = await covers.env.client.get_schedule_handle(addresses.SWEEP_SCHEDULE).describe()
        assert [each.every for each in schedule.schedule.spec.intervals] == [timedelta(hours=1)]
        await covers.env.client.get_schedule_handle(addresses.SWEEP_SCHEDULE).delete()

    @pytest.mark.rule("WAR-5")
    async def test_gives_every_cover_its_workflow(self, covers: CoverOffice) -> None:
        """Also one that the API never told of, such as an import's; a second sweep finds nothing to do."""
        await covers.sweep()
        customer = await covers.newcomer()
        await add_contract(
            covers, customer, "imported-1", starts_on=covers.today + LONG_AGO * DAY, ends_on=covers.today + 10 * DAY
        )

        assert await covers.sweep() == "1 coberturas y 0 casos retenidos avisados"
        await eventually(lambda: len(covers.post.to(customer.mailbox)) == 1)
        assert await cover_changes.untold(covers.office.db) == {}
        assert await covers.sweep() == "0 coberturas y 0 casos retenidos avisados"

    @pytest.mark.rule("WAR-5")
    async def test_gives_a_cover_back_the_workflow_that_was_terminated(self, covers: CoverOffice) -> None:
        customer = await covers.newcomer()
        contract = await covers.contract(customer, ends_in=60, paid=True)
        handle = covers.workflow(f"contract-{contract['id']}")
        await covers.sweep()
        await handle.terminate()
        async with asyncio.timeout(20):
            while (await handle.describe()).status is not WorkflowExecutionStatus.RUNNING:
                await covers.sweep()
