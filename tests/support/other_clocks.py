"""Run the clock-bound tests with the machine's clock set to other hours and days (Debian's libfaketime).

`python -m tests.support.other_clocks [pytest's arguments]`; `make test-long` calls it. A Go process (Temporal) cannot
be told another time, and a browser has its own: tests with such a process stay out, marked `real`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

BOGOTA = ZoneInfo("America/Bogota")
HOURS = ("00:30", "07:59", "12:30", "23:59")
"""Today in Bogotá: before the desk opens, as it opens, while it is at lunch, and as the day ends."""
DAYS = ("2028-02-29 10:00", "2031-07-15 10:00")
CLOCK_BOUND = ("policy", "storage", "activities", "desk", "wording", "api", "portal", "demo", "house")
_LIBRARY = "faketime/libfaketimeMT.so.1"


def library() -> Path | None:
    """Debian's library; None where it is not installed."""
    return next(iter(sorted(Path("/usr/lib").glob(f"*/{_LIBRARY}"))), None)


def instants() -> list[datetime]:
    """What the clock is set to, in turn; the last day of the year is this year's."""
    today = datetime.now(BOGOTA)
    labels = [*(f"{today:%Y-%m-%d} {hour}" for hour in HOURS), f"{today:%Y}-12-31 16:59", *DAYS]
    return [datetime.fromisoformat(label).replace(tzinfo=BOGOTA) for label in labels]


def environment(at: datetime, preload: Path) -> dict[str, str]:
    """The clock starts at the instant and runs on; what measures durations is left alone."""
    return os.environ | {
        "LD_PRELOAD": str(preload),
        "FAKETIME": f"@{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DONT_RESET": "1",
        "NO_FAKE_STAT": "1",
        "TZ": "UTC",
    }


def main() -> int:
    """Run them at each instant; 1 where a run failed."""
    preload = library()
    if preload is None:
        print("libfaketime is not installed: make system-packages", file=sys.stderr)
        return 1
    given = sys.argv[1:]
    tests = [*given, *(f"tests/{folder}" for folder in CLOCK_BOUND if not any("tests/" in each for each in given))]
    failed = []
    for at in instants():
        print(f"== {at:%Y-%m-%d %H:%M} in Bogotá", flush=True)
        command = [sys.executable, "-m", "pytest", "-q", "-m", "not real", "-p", "no:cacheprovider", *tests]
        if subprocess.run(command, env=environment(at, preload), check=False).returncode:
            failed.append(at)
    print("\n".join(f"red at {at:%Y-%m-%d %H:%M} in Bogotá" for at in failed) or "green at every instant")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
