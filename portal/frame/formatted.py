"""The formatting of texts as pages show them: web addresses are links, and a little of Markdown is what it stands for.

Bold, italics, struck out, code, lists and quotations; nothing else of Markdown means anything, and what was typed is
kept as it was typed. No text hides where a link leads, no picture is fetched from elsewhere, no HTML is let in; what
comes of it passes a sanitiser that knows just what may come of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markupsafe import Markup, escape

_ADDRESS = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]}»]")
_MARK = re.compile(r"[*_`~]|^[ \t]*(?:>|[-+][ \t]|\d{1,9}[.)][ \t])", re.MULTILINE)
_MOST_MARKS = 600
"""A text with more of them is shown as it was typed: reading it would take too long (it is no letter, but a log)."""
_RULES = ("emphasis", "strikethrough", "backticks", "fence", "list", "blockquote", "newline")
_TAGS = {"a", "blockquote", "br", "code", "em", "li", "ol", "p", "pre", "s", "strong", "ul"}
_ATTRIBUTES = {"a": {"href", "target"}, "ol": {"start"}}


def formatted(words: str) -> Markup:
    """What somebody wrote, as it is shown."""
    marks = sum(1 for _ in _MARK.finditer(words))
    return _made(words) if 0 < marks <= _MOST_MARKS else linked(words)


def linked(words: str) -> Markup:
    """What somebody wrote, with its web addresses as links that tell nobody where one came from."""
    made, end = Markup(), 0
    for found in _ADDRESS.finditer(words):
        made += escape(words[end : found.start()])
        made += Markup('<a href="{0}" rel="noreferrer nofollow" target="_blank">{0}</a>').format(found[0])
        end = found.end()
    return made + escape(words[end:])


@lru_cache(maxsize=1024)
def _made(words: str) -> Markup:
    """The formatting, which the pages of everybody who reads the same words share."""
    clean = nh3.clean(
        _READER.render(words),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https"},
        link_rel="noreferrer nofollow",
    )
    return Markup('<div class="formatted">{}</div>').format(Markup(clean))  # noqa: S704 - sanitised in the line above


def _text(_renderer: object, tokens: Sequence[Token], place: int, *_more: object) -> str:
    return str(linked(tokens[place].content))


def _address(state: StateInline, silent: bool) -> bool:
    """A web address is one text, whatever marks are in it."""
    scheme = re.search(r"https?$", state.pending) if state.src[state.pos] == ":" else None
    found = _ADDRESS.match(state.src, state.pos - len(scheme[0])) if scheme else None
    if scheme is None or found is None or found.end() > state.posMax:
        return False
    if not silent:
        state.pending = state.pending[: -len(scheme[0])]
        state.push("text", "", 0).content = found[0]
    state.pos = found.end()
    return True


def _reader() -> MarkdownIt:
    """Reads what people meant, and takes nothing else of what they wrote away."""
    made = MarkdownIt("zero", {"breaks": True, "maxNesting": 20}).enable(list(_RULES))
    made.inline.ruler.before("backticks", "address", _address)
    made.add_render_rule("text", _text)
    return made


_READER = _reader()
