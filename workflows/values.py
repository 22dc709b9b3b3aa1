"""The payload converter: pydantic's JSON, of which the whole process has one, as it has one copy of each terms.

The terms of a run's input and of a first turn stand in their payloads' metadata, so that what carries them may put a
digest there instead (`activities/terms_once.py`), and are read once; in payloads from before they stand in the data.

The SDK makes a converter for each running workflow. With adapters of its own, each would build them anew: 20 ms a case.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import to_json
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import CompositePayloadConverter, DataConverter, DefaultPayloadConverter

from activities.ledger import Turn
from activities.terms_once import TERMS
from policy.terms.terms import Terms
from workflows.case_run import BesideTerms, CaseRun

_adapter = lru_cache(maxsize=256)(TypeAdapter)
_TERMS: TypeAdapter[Terms] = TypeAdapter(Terms)


@lru_cache(maxsize=4096)
def _one(terms: Terms) -> Terms:
    """The first of all terms that say the same: they are most of what a case in memory consists of."""
    return terms


@lru_cache(maxsize=1024)
def _said(terms: Terms) -> bytes:
    return to_json(terms)


@lru_cache(maxsize=1024)
def _read(terms: bytes) -> Terms:
    return _one(_TERMS.validate_json(terms))


class _SharedAdapters(PydanticJSONPlainPayloadConverter):
    def __init__(self) -> None:
        super().__init__()
        self._type_adapter = _adapter

    def to_payload(self, value: Any) -> Payload | None:
        if not isinstance(value, CaseRun | Turn) or value.terms is None:
            return super().to_payload(value)
        metadata = {"encoding": self.encoding.encode(), TERMS: _said(value.terms)}
        return Payload(metadata=metadata, data=to_json(value, exclude={"terms"}))

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        terms = payload.metadata.get(TERMS)
        if terms is not None and type_hint is CaseRun:
            return CaseRun(terms=_read(terms), **vars(super().from_payload(payload, BesideTerms)))
        if terms is not None and type_hint is Turn:
            return replace(super().from_payload(payload, Turn), terms=_read(terms))
        if terms is not None:  # for a class of the same name, that a sandbox has loaded anew
            metadata = {"encoding": self.encoding.encode()}
            payload = Payload(metadata=metadata, data=b'{"terms":' + terms + b"," + payload.data[1:])
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
