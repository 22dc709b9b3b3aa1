"""What people write, as pages show it: a little of Markdown, and nothing that runs, loads or hides where it leads."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.frame.formatted import formatted
from tests.portal.matrix.payloads import PAYLOADS
from tests.support.every import every

MADE = r"</?(div class=\"formatted\"|div|p|br|em|strong|s|code|pre|ul|ol|ol start=\"\d+\"|li|blockquote|a)>"
LINK = r'<a href="https?://[^"]*"( target="_blank"| rel="noreferrer nofollow"){2}>'


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Es **muy** *raro*", "<strong>muy</strong> <em>raro</em>"),
        ("Use `SELECT 1`", "<code>SELECT 1</code>"),
        ("Pasos:\n\n- uno\n- dos", "<ul>\n<li>uno</li>\n<li>dos</li>\n</ul>"),
        ("3. tres\n4. cuatro", '<ol start="3">\n<li>tres</li>'),
        ("> lo dicho", "<blockquote>\n<p>lo dicho</p>"),
        ("```\na <b> **c**\n```", "<pre><code>a &lt;b&gt; **c**\n</code></pre>"),
        ("~~no~~ sí\notra", "<s>no</s> sí<br>\notra"),
    ],
)
def test_marks_are_what_they_stand_for(typed: str, shown: str) -> None:
    assert shown in formatted(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "Sin marcas\n  con    espacios",
        "# No es un título",
        "&lt;b&gt; y C:\\mapas\\x",
        "snake_case_y_otro 2 * 3 * 4".replace("_", "-"),
        "----",
        "a | b\nc | d",
    ],
)
def test_what_means_nothing_stands_as_it_was_typed(typed: str) -> None:
    text = re.sub(r"<[^>]+>", "", str(formatted(typed)))
    assert text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").split() == typed.split()


@pytest.mark.parametrize(
    "typed", ["[banco](https://malo.example)", "![x](https://malo.example/x)", "<https://a.example>"]
)
def test_no_text_hides_where_a_link_leads(typed: str) -> None:
    found = re.findall(r'<a href="([^"]*)"[^>]*>([^<]*)</a>', formatted(f"*{typed}*"))
    assert all(address == text for address, text in found)
    assert "<img" not in formatted(f"*{typed}*")


def test_an_address_stays_whole_whatever_marks_are_in_it() -> None:
    address = "https://a.example/_x_/*y*?b=1"
    assert f'<a href="{address}"' in formatted(f"*Vea* {address}.")


@every("payload", [*PAYLOADS, "[x](javascript:1)", "<a href='data:text/html,1'>x</a>"])
@every("around", ["{}", "**{}**", "- {}", "> {}", "`{}`", "```\n{}\n```", "*a* https://b.example/{}"])
def test_nothing_is_made_but_the_formatting(payload: str, around: str) -> None:
    only_formatting(str(formatted(around.format(payload))))


@given(st.text(alphabet="*_`~->.)1 \n<a href=\"'&;:/htps", max_size=60))
def test_no_words_make_anything_else(typed: str) -> None:
    only_formatting(str(formatted(typed)))


def only_formatting(made: str) -> None:
    assert "<" not in re.sub(f"{MADE}|{LINK}", "", made)


@pytest.mark.parametrize("part", ["*", "*a ", "- a\n", "> ", "`", "~~a", "_a*", "1. "])
def test_no_text_takes_long(part: str) -> None:
    longest = (part * 20_000)[:20_000]
    began = time.process_time()
    formatted(longest)
    assert time.process_time() - began < 0.1
