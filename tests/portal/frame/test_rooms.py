"""The portal's rooms hold their own templates and static files, and one name means one file."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import portal
from portal.frame.lean import LEAN, lean
from portal.frame.rooms import ROOMS, STATIC, TEMPLATES, static_address
from portal.frame.template_words import environment


def test_every_folder_of_the_portal_is_a_room() -> None:
    folders = Path(portal.__file__).parent.iterdir()
    assert {each.name for each in folders if (each / "__init__.py").exists()} == set(ROOMS)


def test_every_template_is_found_by_its_room_and_can_be_read() -> None:
    names = {f"{room}/{each.relative_to(at)}" for room, at in TEMPLATES.items() for each in at.rglob("*.html")}
    assert names == set(environment().list_templates(extensions=["html"]))
    assert all(environment().get_template(each) for each in names)


def test_no_two_static_files_have_one_name() -> None:
    names = Counter(str(each.relative_to(folder)) for folder in STATIC for each in folder.rglob("*") if each.is_file())
    assert [name for name, count in names.items() if count > 1] == []


def test_the_address_of_a_static_file_carries_its_content() -> None:
    assert static_address("queue.js").startswith("/static/queue.js?")
    assert static_address("queue.js") != "/static/queue.js?"


def test_what_is_sent_of_a_script_or_a_style_is_all_but_comments_and_blanks() -> None:
    """A script has no text of several lines, whose blanks would be its own."""
    own = [each for folder in STATIC for each in folder.glob("*") if each.suffix in LEAN]
    for file in own:
        written, sent = file.read_text("utf-8"), lean(file, 0.0).decode()
        said = re.sub(r"/\*.*?\*/", "", written, flags=re.DOTALL) if file.suffix == ".css" else written
        lines = [line.strip() for line in said.split("\n")]
        within = [
            line for line in lines if line and not (file.suffix == ".js" and line.startswith(("//", "/**", "* ")))
        ]
        assert sent.split("\n") == [line for line in within if line != "*/"], file
        assert not [line for line in lines if line.count("`") % 2], file
    assert len(own) > 30
