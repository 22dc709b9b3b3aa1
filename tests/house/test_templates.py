"""How what browsers load is written: templates, styles and scripts in readable lines, by steps of two blanks."""

from __future__ import annotations

from pathlib import Path

from portal.frame.rooms import STATIC, TEMPLATES

ROOT = Path(__file__).parents[2]
WIDEST = 120
WRITTEN = sorted(
    file
    for folder in (*TEMPLATES.values(), *STATIC)
    for file in folder.rglob("*")
    if file.suffix in {".html", ".typ", ".css", ".js"} and "vendor" not in file.parts
)
LINES = [
    (f"{file.relative_to(ROOT)}:{number}", line)
    for file in WRITTEN
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
]


def test_all_of_them_are_looked_at() -> None:
    assert {file.suffix for file in WRITTEN} == {".html", ".typ", ".css", ".js"}


def test_no_line_is_wider_than_the_code_is() -> None:
    assert [place for place, line in LINES if len(line) > WIDEST] == []


def test_they_are_indented_by_two_blanks() -> None:
    def step(line: str) -> int:
        return len(line) - len(line.lstrip())

    wrong = [place for place, line in LINES if not line.lstrip().startswith("*") and step(line) % 2]
    assert [place for place, line in LINES if "\t" in line] + wrong == []


def test_no_line_ends_with_blanks() -> None:
    assert [place for place, line in LINES if line != line.rstrip()] == []
