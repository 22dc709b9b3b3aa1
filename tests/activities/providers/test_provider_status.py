"""Polling a feed, against a real HTTP server: good, unchanged, slow, huge, malformed, failing, redirecting, gone."""

from __future__ import annotations

import asyncio
import gzip
import json
import shutil
import zlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.testing import ActivityEnvironment

from activities.providers.provider_status import Polled, ProviderStatus
from storage.engine.database import Database
from storage.providers import incidents
from storage.providers.incidents import Feed
from tests.support.status_page import StatusPage, published, status_page
from tests.support.templates import migrated_file

FEED = "google-maps-platform"
AT = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
MOST = 100_000


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    url = f"sqlite+aiosqlite:///{shutil.copy(migrated_file(), tmp_path / 'escala.db')}"
    database = Database.at(url)
    yield database
    await database.close()


@pytest.fixture
async def page() -> AsyncIterator[StatusPage]:
    async with status_page() as page:
        yield page


@pytest.fixture
def status(db: Database, page: StatusPage) -> ProviderStatus:
    return ProviderStatus(database=db, addresses={FEED: page.address}, clock=lambda: AT, within=0.5, most_bytes=MOST)


async def poll(status: ProviderStatus) -> Polled:
    polled: Polled = await ActivityEnvironment().run(status.poll, FEED)
    return polled


@pytest.mark.rule("SCOPE-6")
class TestAGoodPage:
    @pytest.mark.parametrize("packed", [False, True])
    async def test_is_kept(self, db: Database, page: StatusPage, status: ProviderStatus, packed: bool) -> None:
        page.tells(published(), published("other"), {"id": "bad"}, packed=packed)

        assert await poll(status) == Polled(feed=FEED, incidents=2, skipped=1, changed=2)
        found = await incidents.get(db, f"{FEED}:other")
        assert found is not None
        assert found.link == page.address.replace("incidents.json", "incidents/other")

    async def test_is_noted(self, db: Database, page: StatusPage, status: ProviderStatus) -> None:
        page.tells(published())
        await poll(status)

        feed = Feed(name=FEED, last_tried_at=AT, last_ok_at=AT, incidents=1)
        assert await incidents.feeds(db) == {FEED: feed}

    async def test_that_says_the_same_is_not_sent_again(self, page: StatusPage, status: ProviderStatus) -> None:
        page.tells(published(), etag='"v1"')
        await poll(status)

        assert await poll(status) == Polled(feed=FEED, incidents=1)
        assert page.asked[-1]["if-none-match"] == '"v1"'

    async def test_that_could_not_be_kept_is_asked_for_again(
        self, db: Database, page: StatusPage, status: ProviderStatus, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def lost(*_: Any) -> int:
            raise BrokenPipeError

        page.tells(published(), etag='"v1"')
        with monkeypatch.context() as broken:
            broken.setattr(incidents, "keep", lost)
            with pytest.raises(BrokenPipeError):
                await poll(status)

        assert (await poll(status)).changed == 1

    async def test_that_forgets_an_incident_does_not_make_us_forget(
        self, db: Database, page: StatusPage, status: ProviderStatus
    ) -> None:
        page.tells(published(), published("other"))
        await poll(status)
        page.tells(published())
        await poll(status)

        assert await incidents.get(db, f"{FEED}:other") is not None


def is_slow(page: StatusPage) -> None:
    page.body, page.stalls = b"[", True


def is_huge(page: StatusPage) -> None:
    page.body = b"[" + b" " * MOST + b"]"


def never_ends(page: StatusPage) -> None:
    page.body, page.stalls = b"[" + b" " * MOST, True


def is_a_bomb(page: StatusPage) -> None:
    page.body, page.headers = gzip.compress(b" " * 50_000_000), {"content-encoding": "gzip"}


def is_cut_short(page: StatusPage) -> None:
    page.body, page.headers = gzip.compress(json.dumps([published()]).encode())[:-20], {"content-encoding": "gzip"}


def goes_on_after_its_end(page: StatusPage) -> None:
    page.body, page.headers = gzip.compress(b"[]") + b"\0" * 50_000, {"content-encoding": "gzip"}
    page.stalls = True


def is_hollow(page: StatusPage) -> None:
    """Packed blocks without end that hold nothing."""
    packing = zlib.compressobj(wbits=31)
    page.body = packing.compress(b"[") + packing.flush(zlib.Z_SYNC_FLUSH) + b"\0\0\0\xff\xff" * (MOST // 5)
    page.headers, page.stalls = {"content-encoding": "gzip"}, True


def is_packed_badly(page: StatusPage) -> None:
    page.body, page.headers = b"[]", {"content-encoding": "gzip"}


def is_packed_strangely(page: StatusPage) -> None:
    page.body, page.headers = b"[]", {"content-encoding": "br"}


def is_a_form(page: StatusPage) -> None:
    page.body, page.headers = b"<html>Sign in</html>", {"content-type": "text/html"}


def is_nested(page: StatusPage) -> None:
    page.body = b"[" * 90_000


def fails(page: StatusPage) -> None:
    page.status, page.body = 500, b"[]"


def moved(page: StatusPage) -> None:
    page.status, page.headers = 302, {"location": "http://127.0.0.1:9/elsewhere.json"}


def has_not_changed_from_nothing(page: StatusPage) -> None:
    page.status, page.body = 304, b""


@pytest.mark.rule("SCOPE-6")
class TestABadPage:
    @pytest.mark.parametrize(
        ("happens", "error"),
        [
            (is_slow, "timed_out"),
            (is_huge, "too_large"),
            (never_ends, "too_large"),
            (is_a_bomb, "too_large"),
            (is_hollow, "too_large"),
            (goes_on_after_its_end, "malformed"),
            (is_cut_short, "malformed"),
            (is_packed_badly, "malformed"),
            (is_packed_strangely, "malformed"),
            (is_a_form, "malformed"),
            (is_nested, "malformed"),
            (fails, "status_500"),
            (moved, "redirected"),
            (has_not_changed_from_nothing, "redirected"),
        ],
    )
    async def test_is_an_outcome_that_is_noted(
        self,
        db: Database,
        page: StatusPage,
        status: ProviderStatus,
        happens: Callable[[StatusPage], None],
        error: str,
    ) -> None:
        happens(page)

        assert await poll(status) == Polled(feed=FEED, error=error)
        assert (await incidents.feeds(db))[FEED] == Feed(name=FEED, last_tried_at=AT, last_error=error, failures=1)

    async def test_may_not_be_there(self, db: Database) -> None:
        gone = ProviderStatus(database=db, addresses={FEED: "http://127.0.0.1:9/x"}, clock=lambda: AT)
        assert (await poll(gone)).error == "unreachable"

    async def test_may_break_off(self, db: Database) -> None:
        async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n[")
            await writer.drain()
            writer.close()

        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
            cut = ProviderStatus(database=db, addresses={FEED: address}, clock=lambda: AT)
            assert (await poll(cut)).error == "unreachable"

    async def test_may_have_been_switched_off_meanwhile(self, db: Database) -> None:
        assert (await poll(ProviderStatus(database=db, addresses={}, clock=lambda: AT))).error == "switched_off"

    async def test_takes_nothing_away(self, db: Database, page: StatusPage, status: ProviderStatus) -> None:
        page.tells(published())
        await poll(status)
        fails(page)
        await poll(status)

        feed = (await incidents.feeds(db))[FEED]
        assert (feed.last_ok_at, feed.incidents, feed.last_error) == (AT, 1, "status_500")
        assert await incidents.get(db, f"{FEED}:rZvZvSKVdDHyWh4dZJ8D") is not None

    async def test_is_logged_when_it_begins_and_not_while_it_lasts(
        self, page: StatusPage, status: ProviderStatus, caplog: pytest.LogCaptureFixture
    ) -> None:
        fails(page)
        for _ in range(3):
            await poll(status)

        assert len([each for each in caplog.records if "cannot be read" in each.getMessage()]) == 1


async def test_the_clock_is_read_when_it_is_noted(db: Database, page: StatusPage) -> None:
    ticks = iter(AT + timedelta(seconds=place) for place in range(9))
    await poll(ProviderStatus(database=db, addresses={FEED: page.address}, clock=lambda: next(ticks)))

    assert (await incidents.feeds(db))[FEED].last_ok_at == AT + timedelta(seconds=1)
