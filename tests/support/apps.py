"""The app that nobody starts: its routes and OpenAPI document are read, and it stands in front of the offices."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from fastapi import FastAPI

from api.http.app import create_app
from settings import Settings


@cache
def app_at_rest() -> FastAPI:
    """One for the whole process: FastAPI works out routes and their document for seconds."""
    return create_app(Settings(state_dir=Path("/nonexistent")))
