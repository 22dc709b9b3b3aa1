"""Random lives of cases on the pure core: how many a minute, with all that is held against each of their turns.

Run: python -m bench.lives [--check]
"""

from __future__ import annotations

import sys
import time as stopwatch

from tests.support.random_lives import live

LIVES = 500
LEAST_A_MINUTE = 1_000


def main() -> int:
    live(10, first=2)  # what is compiled once a process
    begun, busy = stopwatch.perf_counter(), stopwatch.process_time()
    lives = live(LIVES, first=1)
    took, worked = stopwatch.perf_counter() - begun, stopwatch.process_time() - busy
    facts = lives.seen["facts"]
    commands = sum(len(script.steps) for script in lives.scripts)
    print(f"{LIVES} lives of {commands / len(lives.scripts):.0f} steps and {facts / len(lives.scripts):.0f} facts")
    print(f"{LIVES / took * 60:,.0f} lives a minute, every turn checked")
    rate = LIVES / worked * 60  # others may use the machine: of the processor's time
    print(f"lives: {rate:,.0f} to a minute of the processor's time, at least {LEAST_A_MINUTE:,}")
    return int("--check" in sys.argv and rate < LEAST_A_MINUTE)


if __name__ == "__main__":
    sys.exit(main())
