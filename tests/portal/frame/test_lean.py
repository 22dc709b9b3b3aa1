"""Scripts and styles as they are sent: the comments and the indentation are gone, and not a word with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.frame.lean import lean

PORTAL = Path(__file__).parents[3] / "portal"
SCRIPTS = sorted(PORTAL.glob("*/static/*.js"))
STYLES = sorted(PORTAL.glob("*/static/*.css"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda each: each.name)
def test_a_script_keeps_each_line_that_is_no_comment(script: Path) -> None:
    """Words between backticks end on their line: else their own indentation would be taken for the script's."""
    lines = script.read_text("utf-8").splitlines()
    assert [line for line in lines if line.count("`") % 2] == []
    sent = lean(script, 0.0).decode().splitlines()
    assert sent == [line.strip() for line in lines if line.strip() in set(sent)]
    assert all(
        line.strip().startswith(("//", "/*", "*")) or not line.strip() for line in lines if line.strip() not in sent
    )


@pytest.mark.parametrize("style", STYLES, ids=lambda each: each.name)
def test_a_style_keeps_all_but_its_comments(style: Path) -> None:
    sent = lean(style, 0.0).decode()
    assert "/*" not in sent
    assert "\n\n" not in sent
    assert sent.count("{") == style.read_text("utf-8").count("{") - _in_comments(style)


def _in_comments(style: Path) -> int:
    return sum(part.partition("*/")[0].count("{") for part in style.read_text("utf-8").split("/*")[1:])
