"""The payload converter: pydantic's JSON, of which the whole process has one, as it has one copy of each terms.

The SDK makes a converter for each running workflow. With adapters of its own, each would build them anew: 20 ms a case.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import CompositePayloadConverter, DataConverter, DefaultPayloadConverter

from policy.terms.terms import Terms
from workflows.case_run import CaseRun

_adapter = lru_cache(maxsize=256)(TypeAdapter)


@lru_cache(maxsize=4096)
def _one(terms: Terms) -> Terms:
    """The first of all terms that say the same: they are most of what a case in memory consists of."""
    return terms


class _SharedAdapters(PydanticJSONPlainPayloadConverter):
    def __init__(self) -> None:
        super().__init__()
        self._type_adapter = _adapter

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        value = super().from_payload(payload, type_hint)
        return replace(value, terms=_one(value.terms)) if isinstance(value, CaseRun) else value


_JSON = _SharedAdapters()


class _Payloads(CompositePayloadConverter):
    def __init__(self) -> None:
        super().__init__(
            *(
                _JSON if each.encoding == _JSON.encoding else each
                for each in DefaultPayloadConverter.default_encoding_payload_converters
            )
        )


DATA_CONVERTER = DataConverter(payload_converter_class=_Payloads)
