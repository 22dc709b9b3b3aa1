"""The needs of what is kept already: the policy file's tables that contracts, open cases and agents ask for (PLAN-16).

Whoever takes a table out of the file is told by name who has it, before anything starts with the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from policy.terms.policy_file import PolicyFile, PolicyFileError

NeededTable = Literal["hours", "plans", "groups"]
"""A table of the policy file whose entries are named elsewhere."""

_RULES: dict[NeededTable, str] = {"hours": "PLAN-14", "plans": "PLAN-16", "groups": "ESC-8"}


@dataclass(frozen=True)
class Need:
    """An entry of a table by its name, and who asks for it: "contract con_1 of Andina"."""

    table: NeededTable
    name: str
    by: str


def check_needs(policy: PolicyFile, needs: Iterable[Need]) -> None:
    """Refuse a policy file that lacks what somebody asks for; PolicyFileError for the first."""
    for error in lacking(policy, needs):
        raise error


def lacking(policy: PolicyFile, needs: Iterable[Need]) -> Iterator[PolicyFileError]:
    """Each entry that is asked for and missing, once, with the first who asks for it and how many more do."""
    known: dict[NeededTable, set[str]] = {
        "hours": set(policy.hours),
        "plans": set(policy.plans),
        "groups": {group.id for group in policy.groups},
    }
    missing = [need for need in needs if need.name not in known[need.table]]
    times = Counter((need.table, need.name) for need in missing)
    first: dict[tuple[NeededTable, str], Need] = {}
    for need in missing:
        first.setdefault((need.table, need.name), need)
    for (table, name), need in first.items():
        more = times[table, name] - 1
        who = need.by + (f" (and {more} more)" if more else "")
        problem = f"is missing, and {who} has it; the file has {', '.join(sorted(known[table]))}"
        yield PolicyFileError(policy.file, f"{table}.{name}", _RULES[table], problem)
