"""The policy file opened: whatever is changed in it is refused by name, or serves every case to come (PLAN-14)."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from policy.case.lifecycle import open_case
from policy.terms.amended_terms import AmendedPart
from policy.terms.policy_file import PolicyFile, PolicyFileError
from policy.terms.terms import Cover, CoverKind
from storage.engine import codec
from storage.terms.policy_files import policy_of, read_policy_file
from storage.terms.terms import amended_now, preview_terms
from tests.support.lives import bogota, opening, policy

ROOT = tomllib.loads(files("policy").joinpath("policy.toml").read_text("utf-8")) | {
    "groups": {"sig": {"name": "Sistemas", "skills": ["Geoportal", "cloud"]}},
    "holidays": {"CO": {"added": [{"on": date(2026, 12, 31), "name": "Fin de año"}], "removed": [date(2026, 12, 8)]}},
}
VALUES: tuple[Any, ...] = (
    True, 0, 1, 2**70, float("nan"), date(2026, 12, 8), date(1026, 1, 1), "", " x", "x", "a\x00b", "x" * 200,
    "CO", "XX", "Colombia", "0s", "9999h9999m", "7x24", "America", "../../etc/passwd",
    [], [""], ["x"], [1], ["web", "web"], ["web"], ["08:00-08:00"], ["22:00-06:00"], ["9999h"] * 4, ["1s"] * 5,
    {}, {"a": 1}, [{"on": date(2026, 12, 31), "name": "a\nb"}], [date(2026, 12, 9)],
)  # fmt: skip
NAMES = ("", "a.b", "8X5", "ñandú", "a\x00b", "premium")


def toml(value: Any) -> str:
    """A value as TOML writes it, all on one line."""
    match value:
        case dict():
            return "{" + ", ".join(f"{json.dumps(name)} = {toml(each)}" for name, each in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(toml, value)) + "]"
        case date():
            return value.isoformat()
        case _:
            return json.dumps(value).lower() if isinstance(value, float) else json.dumps(value)


WRITTEN = {name: toml(value) for name, value in ROOT.items()}


def document(root: dict[str, Any]) -> str:
    lines = {name: WRITTEN[name] if value is ROOT.get(name) else toml(value) for name, value in root.items()}
    return "\n".join(f"{json.dumps(name)} = {line}" for name, line in lines.items())


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place of the file: each table, each list, each of their entries."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inside:
        yield (*path, key)
        yield from places(each, (*path, key))


def mutants(path: tuple[str | int, ...]) -> Iterator[dict[str, Any]]:
    """The file with another value at a place, without it, and with it under another name."""

    def changed(change: Callable[[Any, Any], None]) -> dict[str, Any]:
        table = str(path[0])
        root = {**ROOT, table: deepcopy(ROOT[table])}
        parent: Any = root
        for key in path[:-1]:
            parent = parent[key]
        change(parent, path[-1])
        return root

    def set_to(value: Any) -> Callable[[Any, Any], None]:
        return lambda parent, key: parent.__setitem__(key, value)

    def renamed(name: str) -> Callable[[Any, Any], None]:
        return lambda parent, key: parent.__setitem__(name, parent.pop(key))

    yield from (changed(set_to(value)) for value in VALUES)
    yield changed(lambda parent, key: parent.__delitem__(key))
    if isinstance(path[-1], str):
        yield from (changed(renamed(name)) for name in NAMES)


def serves(policy_file: PolicyFile) -> None:
    """Everything that a contract, a case and an amendment ask of the file, now and in twenty years."""
    assert policy_file.version.isprintable()
    for when in ("2026-11-25 09:00", "2046-12-31 23:59"):
        at = bogota(when)
        for plan in policy_file.plans:
            terms = preview_terms(policy_file, plan, at=at)
            case = open_case(opening(when, channel=terms.channels[0]), terms=terms).case
            assert case.next_wake_at
            assert codec.terms_from_json(codec.terms_to_json(terms)) == terms
            for row in terms.limits:
                terms.hours.add(at, max(row))
            terms.business_days.after_business_days(at, terms.held_for_business_days)
            amended_now(policy_file, terms, list(AmendedPart), at=at)
            for hours in policy_file.hours:
                closures = dict.fromkeys({each.holidays for each in policy_file.hours.values() if each.holidays}, ())
                held = policy_file.terms(plan, cover=Cover(CoverKind.CONTRACT), closures=closures, hours=hours)
                assert held.hours.name == hours


ALIKE = {"tuesday", "wednesday", "thursday", "friday", "saturday"}
PLACES = [path for path in places(ROOT) if ALIKE.isdisjoint(path) and not any(type(key) is int and key for key in path)]
_known_good: set[str] = set()


@pytest.mark.rule("PLAN-14", "PLAN-15")
@pytest.mark.filterwarnings("ignore:Requested Holidays are available only")
@pytest.mark.parametrize("path", PLACES, ids=[".".join(map(str, path)) for path in PLACES])
def test_whatever_is_changed_in_it_is_refused_by_name_or_serves(path: tuple[str | int, ...]) -> None:
    """No mistake in the file comes to light first in somebody's opening, or in a workflow."""
    for root in mutants(path):
        found = read(document(root))
        if isinstance(found, PolicyFileError):
            assert found.file == "mine.toml", root
            assert found.key, root
            assert str(found).startswith(f"mine.toml: {found.key}: "), root
        elif (said := repr(replace(found, version="", file=""))) not in _known_good:
            serves(found)
            _known_good.add(said)


def read(text: str) -> PolicyFile | PolicyFileError:
    try:
        return policy_of(text, file="mine.toml")
    except PolicyFileError as refused:
        return refused


def test_it_may_begin_with_a_mark_of_its_encoding(tmp_path: Path) -> None:
    """As some editors write it; it says the same."""
    file = tmp_path / "policy.toml"
    file.write_text(files("policy").joinpath("policy.toml").read_text("utf-8"), "utf-8-sig")

    assert read_policy_file(file) == policy()


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ('version = "2026"'.encode("utf-16"), "save it as UTF-8"),
        ('version = "añejo"'.encode("latin-1"), "save it as UTF-8"),
        (None, "cannot be read"),
    ],
)
def test_what_is_no_text_is_refused_by_name(tmp_path: Path, written: bytes | None, problem: str) -> None:
    file = tmp_path / "mine.toml"
    if written is not None:
        file.write_bytes(written)

    with pytest.raises(PolicyFileError, match=rf"mine\.toml: TOML: .*{problem}"):
        read_policy_file(file)


@pytest.mark.rule("PLAN-14")
@pytest.mark.parametrize(
    ("old", "new", "key", "problem"),
    [
        ('holidays = "CO"', 'holidays = "XX"', "hours.8x5.holidays", "'XX' are not known"),
        ("[groups.sig]", "[holidays.CO]\nremoved = [2026-12-09]\n[groups.sig]", "holidays.CO.removed", "2026-12-08"),
    ],
)
def test_holidays_are_those_that_somebody_knows(tmp_path: Path, old: str, new: str, key: str, problem: str) -> None:
    """A country without a list, and a day taken off that was none: each is named, with what there is."""
    file = tmp_path / "mine.toml"
    file.write_text(files("policy").joinpath("policy.toml").read_text("utf-8").replace(old, new, 1), "utf-8")

    with pytest.raises(PolicyFileError, match=problem) as refused:
        read_policy_file(file)
    assert (refused.value.key, refused.value.rule) == (key, "PLAN-14")
