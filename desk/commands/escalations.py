"""The commands that take a case to others: up a level, sideways to a group, and to a service provider (ESC-7..9)."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from desk.commands.offers import AskedCommand, Offer
from desk.commands.work import Message
from desk.desk import Desk
from desk.inputs import Body, Code, LevelNumber, Words, clean
from desk.people.groups import check_served
from desk.refusals import GroupDisabled
from policy.case import commands as c
from policy.case import refusals as r
from policy.case.case import Level


class HandOffReason(Body):
    reason: Words = Field(examples=["El problema está en el servidor de base de datos."])


class Transfer(Body):
    """To a specialist group or straight to level 3: exactly one of both."""

    group: Code | None = Field(default=None, examples=["google-maps-platform"])
    level: LevelNumber | None = None
    reason: Words = Field(examples=["Hay que revisar la facturación de la API de mapas."])


CodeIfAny = Annotated[str, BeforeValidator(clean), Field(max_length=64, pattern=r"^([A-Za-z0-9][A-Za-z0-9 ._-]*)?$")]
"""A `Code` that may be empty: the policy says by which rule that is refused."""


class ProviderEscalation(Body):
    provider: CodeIfAny = Field(examples=["google"])
    provider_case: CodeIfAny = Field(examples=["58120034"])


async def _served_group(desk: Desk, asked: AskedCommand) -> None:
    if asked.body.group:
        await check_served(desk, asked.body.group)


ESCALATIONS: tuple[Offer, ...] = (
    Offer(
        path="hand-offs",
        summary="Move the case one level up",
        command=c.HandOff,
        body=HandOffReason,
        make=lambda new: c.HandOff(by=new.by, reason=new.text("reason")),
        refusals=(r.ReasonMissing, r.AlreadyAtHighestLevel),
    ),
    Offer(
        path="transfers",
        summary="Escalate functionally: to a specialist group or to level 3",
        command=c.TransferCase,
        body=Transfer,
        look_up=_served_group,
        make=lambda new: c.TransferCase(
            by=new.by,
            group=new.body.group,
            level=Level(new.body.level) if new.body.level else None,
            reason=new.text("reason"),
        ),
        refusals=(
            r.ReasonMissing,
            r.FunctionalEscalationNotInPlan,
            r.TransferTargetUnclear,
            r.UnknownGroup,
            GroupDisabled,
            r.GroupHasIt,
            r.AlreadyAtHighestLevel,
        ),
    ),
    Offer(
        path="provider-escalations",
        summary="Escalate to a service provider",
        command=c.EscalateToProvider,
        body=ProviderEscalation,
        make=lambda new: c.EscalateToProvider(
            by=new.by, provider=new.body.provider, provider_case=new.body.provider_case
        ),
        refusals=(r.ProviderCaseMissing, r.ProviderCaseKnown),
    ),
    Offer(
        path="provider-updates",
        summary="Note what the provider said",
        command=c.UpdateFromProvider,
        body=Message,
        make=lambda new: c.UpdateFromProvider(by=new.by, body=new.text("body")),
        refusals=(r.TextMissing, r.ProviderNotInvolved),
    ),
)
"""The escalations, in the contract's order."""
