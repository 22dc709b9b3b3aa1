"""Which test proves which rule: kept for the conformance table. Fixtures live beside the tests that use them."""

import gc
import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cli.conformance import LAST_RUN


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # xdist's workers report to the one that writes
        config.pluginmanager.register(RuleRecorder(config.rootpath / LAST_RUN))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        rules = {rule for marker in item.iter_markers("rule") for rule in marker.args}
        item.user_properties.append(("rules", sorted(rules)))


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
