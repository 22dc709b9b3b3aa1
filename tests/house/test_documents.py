"""The documents: every file that they name is there, and every walk is as short as was promised."""

from __future__ import annotations

import re
from pathlib import Path

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
