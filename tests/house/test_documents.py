"""The documents: every file that they name is there, walks are as short as was promised, figures are the policy's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path

from cli.conformance import rule_texts
from policy.case.case import Channel, Plan
from policy.terms.policy_file import PolicyFile
from tests.support.lives import policy
from wording.language import word

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *(ROOT / "docs").glob("*.md")]
ARCHITECTURE = ROOT / "docs/architecture.md"
FILES_OF_A_WALK = 8
_PATH = re.compile(r"`((?:[\w-]+/)+[\w.-]*)`")
_LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def _named(document: Path) -> list[Path]:
    text = document.read_text(encoding="utf-8")
    paths = [each for each in _PATH.findall(text) if each.partition("/")[0] in _AT_THE_TOP]
    return [ROOT / each for each in paths] + [document.parent / each for each in _LINK.findall(text)]


_AT_THE_TOP = {each.name for each in ROOT.iterdir() if each.is_dir() and not each.name.startswith(".")}


def test_every_file_that_they_name_is_there() -> None:
    wrong = [(doc.name, str(path)) for doc in DOCUMENTS for path in _named(doc) if not path.exists()]
    assert wrong == []


def test_every_walk_has_eight_files_at_most() -> None:
    section = ARCHITECTURE.read_text(encoding="utf-8").partition("## The walks\n")[2].partition("\n## ")[0]
    walks = [each for each in re.split(r"\n\n|\. Then ", section) if "·" in each]
    files = {each[:40]: len(re.findall(r"`[\w/]+\.\w+`", each)) for each in walks}
    assert len(files) > 7
    assert {walk: count for walk, count in files.items() if count > FILES_OF_A_WALK} == {}


def channels(found: Iterable[Channel], language: str = "en") -> str:
    return ", ".join(word("channel", each, language) for each in found)


def limit(at_most: timedelta) -> str:
    minutes = at_most // timedelta(minutes=1)
    return f"{minutes} min" if minutes % 60 else f"{minutes // 60} h"


def figures(file: PolicyFile) -> Mapping[str, str]:
    """What a rule has to say, by its id, since the policy file says so."""
    standard, premium = file.plans[Plan.STANDARD], file.plans[Plan.PREMIUM]
    *earlier, last = map(str, file.cover_end_announced_days_before)
    return {
        "PLAN-7": f"{channels(standard.channels)} only · {channels(premium.channels)}",
        "PLAN-8": f"{standard.portal_users} · {premium.portal_users}",
        **{f"ESC-{level}": " · ".join(map(limit, row)) for level, row in enumerate(file.limits, start=1)},
        "ESC-13": f"at {file.warn_at_percent} % of",
        "ESC-14": f"within {file.reopen_within_business_days} business days",
        "ESC-16": f"after {' and '.join(map(str, file.information.remind_after_business_days))} business days; "
        f"after {file.information.end_after_business_days} the",
        "ONS-3": f"({file.visits.decide_within_business_days} business days",
        "WAR-3": f"{file.held_for_business_days} business days without",
        "WAR-5": f"{', '.join(earlier)} and {last} days before",
    }


def test_every_rule_says_the_figures_of_the_policy_file() -> None:
    """Customers were promised what docs/policy.md says: a number that changes in the file changes there too."""
    told = rule_texts()
    wrong = {rule: (figure, told[rule]) for rule, figure in figures(policy()).items() if figure not in told[rule]}
    assert wrong == {}


def test_the_tables_for_readers_say_the_figures_of_the_policy_file() -> None:
    file, using = policy(), (ROOT / "docs/using.md").read_text(encoding="utf-8")
    standard, premium = file.plans[Plan.STANDARD], file.plans[Plan.PREMIUM]
    rows = [
        f"| channels | {channels(standard.channels)} | {channels(premium.channels)} |",
        f"| contacts that can sign in | {standard.portal_users} | {premium.portal_users} |",
        *(f" | {' | '.join(map(limit, row))} |" for row in file.limits),
    ]
    assert [row for row in rows if row not in using] == []
    glossary = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    assert f"| channel | canal | {channels(Channel, 'es')} |" in glossary
