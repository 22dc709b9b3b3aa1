"""An office for each test of the pages, the one browser, and people who have signed in."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.api.conftest import migrated, office
from tests.api.office import Office
from tests.support.browser import chromium, served

__all__ = ["browser", "migrated", "office", "site"]


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest.fixture
async def site(office: Office) -> AsyncIterator[str]:
    """The address where the test's office is served to a browser."""
    async with served(office) as address:
        yield address
