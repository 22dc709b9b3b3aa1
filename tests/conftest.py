"""What holds for all tests: their order, what they took, and which test proves which rule (the conformance table).

Fixtures live beside the tests that use them.
"""

import gc
import json
import os
import select
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

from cli.conformance import LAST_RUN
from desk.signing_in import passwords
from tests.support import durations, first_to_collect, quick_databases
from tests.support.lives import policy
from wording.language import learn

# What is imported and collected stays to the end: the collector looks through it neither now (a third of the time) nor
# later; and it looks through what a test makes once in a while, not after each 700 objects.
gc.disable()
_OBJECTS_BEFORE_A_LOOK = 20_000

# A password costs 136 ms of a core, by design (tests/desk/signing_in/test_passwords.py holds it); here as little as can
# be, but more than the hashes that tests put in place, which are made anew at a sign-in as old ones are.
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1)

if "FAKETIME" in os.environ:
    # With a set clock beside the real monotonic one libfaketime refuses to sleep; to wait for nothing is as good.
    def _sleep(seconds: Any) -> None:
        select.select([], [], [], seconds)

    time.sleep = _sleep

# What an HTTP client trusts is read from a file for 30 ms of a core, also by those that speak to this machine alone.
pytest.MonkeyPatch().setattr(httpx._transports.default, "create_ssl_context", cache(httpx.create_ssl_context))

quick_databases.wait_for_no_disk()
quick_databases.share_statements()
quick_databases.ask_without_a_thread()

settings.register_profile("escala", deadline=None)  # a busy machine is no fault of what is tried
settings.load_profile("escala")

_JOURNEYS = "tests/journeys/"

REAL = {"browser", "covers", "engine", "env", "gate", "house", "idle", "live_desk", "postgres"}
"""Fixtures with a process behind them, whose clock nobody sets."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--keep-durations", action="store_true", help="write tests/durations.txt anew")


def pytest_configure(config: pytest.Config) -> None:
    learn("plan", policy().plan_names)  # as every process does that has read its policy file
    if not hasattr(config, "workerinput"):  # xdist's workers report to the one that writes
        config.pluginmanager.register(RuleRecorder(config.rootpath / LAST_RUN))
        config.pluginmanager.register(durations.Durations(config.getoption("--keep-durations")))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Gives out whole files; the journeys, which share a desk, together."""
    scheduler = LoadFileScheduling(config, log)
    scheduler._split_scope = lambda test: _JOURNEYS if test.startswith(_JOURNEYS) else test.partition("::")[0]
    return scheduler


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Iterator[None]:
    first_to_collect.wait()
    try:
        return (yield)
    finally:  # also where there is nothing to collect: the others have the same to say
        first_to_collect.say()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    durations.dearest_first(items, durations.read())
    for item in items:
        if REAL & set(getattr(item, "fixturenames", ())):
            item.add_marker("real")
        rules = {rule for marker in item.iter_markers("rule") for rule in marker.args}
        item.user_properties.append(("rules", sorted(rules)))


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.set_threshold(_OBJECTS_BEFORE_A_LOOK)
    gc.enable()


def pytest_sessionfinish(exitstatus: int) -> None:
    if exitstatus != pytest.ExitCode.USAGE_ERROR:  # then the others still look for it
        first_to_collect.forget()


def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Look no more through what a file's tests have left (apps, schemas, pytest's own): the collector would do so for
    seconds at a time, and stop servers and workers that live in the same process.
    """
    if nextitem is not None and nextitem.path != item.path:
        gc.collect()
        gc.freeze()


@dataclass(eq=False)  # pytest keeps its plugins in sets
class RuleRecorder:
    """The outcome of every test that names a rule, written when the session ends."""

    path: Path
    outcomes: dict[str, dict[str, object]] = field(default_factory=dict)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        rules = dict(report.user_properties).get("rules")
        if rules and (report.when == "call" or report.outcome != "passed"):
            self.outcomes[report.nodeid] = {"rules": rules, "outcome": report.outcome}

    def pytest_sessionfinish(self) -> None:
        if not self.outcomes:
            return
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_text(json.dumps(self.outcomes, indent=1, sort_keys=True))
