"""The types of a form's fields: text of a sane length that any database takes, and nothing else."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Path
from pydantic import AfterValidator


def _storable(text: str) -> str:
    if "\0" in text:
        raise ValueError("PostgreSQL keeps no such sign")
    return text


Text = Annotated[str, Form(max_length=300), AfterValidator(_storable)]
"""A line: an address, a name, a password, a code."""

Ids = Annotated[str, Form(max_length=30_000), AfterValidator(_storable)]
"""Many ids in one field, with blanks between them."""
Back = Annotated[str, Form(max_length=4_000), AfterValidator(_storable)]
"""Where to go on afterwards, with the filters that were in the address; read it with `safe_path`."""

Id = Annotated[str, Path(max_length=100), AfterValidator(_storable)]
"""An id in an address."""
