"""The base of answers: frozen models, and instants and amounts as the contract writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema


class Answer(BaseModel):
    """An answer's body."""

    model_config = ConfigDict(frozen=True, serialize_by_alias=True, populate_by_name=True)


class MoneyAnswer(Answer):
    """An amount of Colombian pesos, in whole pesos."""

    amount: str = Field(pattern=r"^-?[0-9]+$", examples=["350000"])
    currency: Literal["COP"] = Field(default="COP", examples=["COP"])


def show_money(pesos: int) -> MoneyAnswer:
    return MoneyAnswer(amount=str(pesos))


def show_instant(at: datetime) -> str:
    """RFC 3339 in UTC with Z; microseconds only where there are any."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


Z = Annotated[
    datetime,
    PlainSerializer(show_instant, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""An instant as answers show it."""
