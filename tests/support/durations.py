"""The dearest files of tests first, and how long each took: kept in tests/durations.txt where that is asked for.

A session with several workers gives out whole files in the collected order. Given out last, a file of two minutes would
keep one worker busy while the others have nothing left to do.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

DURATIONS = Path(__file__).parents[1] / "durations.txt"
_SHOWN = 25
_KEPT_FROM = 1.0
"""Seconds: what takes less is not worth a line."""


def read(path: Path = DURATIONS) -> dict[str, float]:
    """Seconds by the file's name from the root, as an earlier run took them; nothing where none was kept."""
    if not path.exists():
        return {}
    lines = (line.split() for line in path.read_text(encoding="utf-8").splitlines())
    return {name: float(seconds) for seconds, name in lines}


def dearest_first(items: list[pytest.Item], seconds: dict[str, float]) -> None:
    """Sort by file, the dearest ones first; the order within a file, and of files without a figure, stays."""
    items.sort(key=lambda item: -seconds.get(item.nodeid.partition("::")[0], 0.0))


@dataclass(eq=False)  # pytest keeps its plugins in sets
class Durations:
    """Seconds by file of this session: the dearest are printed at its end, and all kept where `keeps`."""

    keeps: bool
    path: Path = DURATIONS
    seconds: Counter[str] = field(default_factory=Counter)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid.partition("::")[0]] += report.duration  # type: ignore[assignment]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if len(self.seconds) > 1:
            terminalreporter.section(f"seconds by file, of {sum(self.seconds.values()):.0f}")
            terminalreporter.write_line("\n".join(self.lines()[:_SHOWN]))
        if self.keeps:
            kept = [line for line in self.lines() if float(line.split()[0]) >= _KEPT_FROM]
            self.path.write_text("\n".join(kept) + "\n", encoding="utf-8")

    def lines(self) -> list[str]:
        """A line for each file, the dearest first; equal ones by name, so that two runs differ by little."""
        rounded = sorted((-round(seconds), name) for name, seconds in self.seconds.items())
        return [f"{-seconds:6.1f} {name}" for seconds, name in rounded]
