"""What browsers load: readable lines by steps of two blanks, a form for each command, a way to each page."""

from __future__ import annotations

import re
from pathlib import Path

from desk.commands.commands import OFFERS
from portal.frame.rooms import STATIC, TEMPLATES
from tests.portal.matrix.routes import routes

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


FORMS_OF_THEIR_OWN = {"chat", "duplicate-of"}
"""Commands that a page of their own gives: test_matrix tries it."""
FILES = {"/direccion/tablero.csv", "/direccion/tablero.pdf", "/direccion/tablero.xlsx"}
"""Addresses that a page makes of its own and an ending."""


def text_of(*suffixes: str) -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in WRITTEN if file.suffix in suffixes)


def test_every_command_has_its_form() -> None:
    given = set(re.findall(r"""order\(\s*"([^"]+)\"""", text_of(".html")))
    offered = {offer.path.replace("/{session}", "") for offer in OFFERS}
    assert offered - given == FORMS_OF_THEIR_OWN
    assert given - offered == set()


def test_something_leads_to_every_page() -> None:
    """An address that nothing names but its own route is a page that nobody finds: see portal/frame/pages.py."""
    modules = [file.read_text(encoding="utf-8") for file in (ROOT / "portal").rglob("*.py")]
    named = "\n".join([text_of(".html", ".js"), *(re.sub(r"@router\.\w+\([^)]*\)", "", text) for text in modules)])
    pages = {each.path for each in routes() if each.method == "GET" and not each.is_of_the_api and not each.parameters}
    assert len(pages) > 20
    assert {each for each in pages if not re.search(rf"{re.escape(each)}(?![\w/.])", named)} == FILES
