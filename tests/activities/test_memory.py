"""How many cases a worker keeps follows the memory that it may use."""

from __future__ import annotations

from pathlib import Path

import pytest

from activities.memory import CASE, FEWEST, ITSELF, MOST, cases_that_fit, limit_of_container

MB = 1024 * 1024


@pytest.fixture
def grouped(tmp_path: Path) -> Grouped:
    return Grouped(tmp_path)


class Grouped:
    """A machine's files about this process's groups."""

    def __init__(self, folder: Path) -> None:
        self.cgroups, self.ours = folder / "cgroup", folder / "self"

    def belongs(self, *lines: str) -> Grouped:
        self.ours.write_text("\n".join(lines) + "\n")
        return self

    def limits(self, **files: str | int) -> Grouped:
        for path, said in files.items():
            file = self.cgroups / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{said}\n")
        return self

    @property
    def limit(self) -> int | None:
        return limit_of_container(self.cgroups, self.ours)

    @property
    def fit(self) -> int:
        return cases_that_fit(cgroups=self.cgroups, ours=self.ours)


@pytest.mark.parametrize(
    ("lines", "files", "limit"),
    [
        (["0::/"], {"memory.max": 1024 * MB}, 1024 * MB),
        (["0::/"], {"memory.max": "max"}, None),
        (["0::/"], {}, None),
        (
            ["0::/escala.slice/worker"],
            {"escala.slice/memory.max": 512 * MB, "escala.slice/worker/memory.max": "max"},
            512 * MB,
        ),
        (["0::/docker/4f1c"], {"memory.max": 2048 * MB}, 2048 * MB),
        (["5:cpu:/", "4:memory:/a/b", "0::/"], {"memory/a/b/memory.limit_in_bytes": 700 * MB}, 700 * MB),
        (["4:cpu,memory:/", "0::/"], {"memory/memory.limit_in_bytes": 800 * MB}, 800 * MB),
    ],
    ids=[
        "its own",
        "without a limit",
        "unknown",
        "of a group above",
        "a path of the machine's",
        "first version",
        "joined",
    ],
)
def test_the_least_limit_of_its_groups_holds(
    grouped: Grouped, lines: list[str], files: dict[str, str | int], limit: int | None
) -> None:
    assert grouped.belongs(*lines).limits(**files).limit == limit


@pytest.mark.parametrize("megabytes", [512, 1024, 4096])
def test_cases_and_worker_fit_into_the_container(grouped: Grouped, megabytes: int) -> None:
    kept = grouped.belongs("0::/").limits(**{"memory.max": megabytes * MB}).fit

    assert ITSELF + kept * CASE <= megabytes * MB < ITSELF + (kept + 1) * CASE


def test_twice_the_memory_keeps_more_than_twice_as_many(grouped: Grouped) -> None:
    fit = [grouped.belongs("0::/").limits(**{"memory.max": size * MB}).fit for size in (1024, 2048)]

    assert fit[1] > 2 * fit[0]


def test_a_few_are_kept_however_small_it_is(grouped: Grouped) -> None:
    assert grouped.belongs("0::/").limits(**{"memory.max": 64 * MB}).fit == FEWEST


def test_without_a_limit_the_machine_is_shared(grouped: Grouped, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = {"SC_PHYS_PAGES": 8192 * MB // 4096, "SC_PAGE_SIZE": 4096}
    monkeypatch.setattr("os.sysconf", pages.__getitem__)

    alone = grouped.belongs("0::/").fit
    unlimited = grouped.limits(**{"memory.max": 2**63 - 4096}).fit

    assert alone == unlimited == (2048 * MB - ITSELF) // CASE
    assert alone < MOST
