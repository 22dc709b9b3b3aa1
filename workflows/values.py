"""The payload converter: pydantic's JSON, with one set of adapters for the whole process.

The SDK makes a converter for each running workflow. With adapters of its own, each would build them anew: 20 ms a case.
"""

from __future__ import annotations

from functools import lru_cache

from pydantic import TypeAdapter
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import CompositePayloadConverter, DataConverter, DefaultPayloadConverter

_adapter = lru_cache(maxsize=256)(TypeAdapter)


class _SharedAdapters(PydanticJSONPlainPayloadConverter):
    def __init__(self) -> None:
        super().__init__()
        self._type_adapter = _adapter


class _Payloads(CompositePayloadConverter):
    def __init__(self) -> None:
        json = _SharedAdapters()
        super().__init__(
            *(
                json if each.encoding == json.encoding else each
                for each in DefaultPayloadConverter.default_encoding_payload_converters
            )
        )


DATA_CONVERTER = DataConverter(payload_converter_class=_Payloads)
