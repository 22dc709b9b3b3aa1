"""Mail that is HTML, as lines: what was quoted in it bears `>`, as in mail that is text."""

from __future__ import annotations

import re

_DATA = re.compile(r"""(\bsrc\s*=\s*["']?)data:[^"'>\s]*""", re.IGNORECASE)
_COMMENTS = re.compile(r"<!--.*?-->|<!\[[^>]*>", re.DOTALL)
_TAGS = re.compile(
    r"<(?:style|script|head|title)\b.*?</(?:style|script|head|title)\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE
)
_LONGEST = 1_500_000
_BEGIN, _END = "\ue001", "\ue002"
_QUOTES = (
    "//blockquote[@type='cite']|//blockquote[contains(@class,'gmail_quote')]"
    "|//div[contains(concat(' ',@class,' '),' gmail_quote ') and not(.//blockquote)]"
    "|//blockquote[contains(@class,'protonmail_quote')]|//blockquote[contains(@style,'border-left')]"
)


def lines_of(html: str) -> str:
    """The text of an HTML page: without its style, its comments and its pictures."""
    html = _COMMENTS.sub("", _DATA.sub(r"\1", html))[:_LONGEST]
    try:
        return _marked(_read(html))
    except Exception:  # whatever libraries make of what strangers wrote, its words are still in it
        return re.sub(r"[ \t]+", " ", _TAGS.sub(" ", html)).strip()


def _read(html: str) -> str:
    from inscriptis import Inscriptis
    from inscriptis.css_profiles import CSS_PROFILES
    from inscriptis.model.config import ParserConfig
    from lxml import html as parser

    if not html.strip():
        return ""
    tree = parser.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", html))
    for each in tree.xpath("//style|//script|//head|//title|//*[local-name()='o:p' and not(normalize-space())]"):
        each.drop_tree()
    for each in tree.xpath(_QUOTES):
        each.text = f"{_BEGIN}{each.text or ''}"
        end = parser.HtmlElement()
        end.tag, end.text = "div", _END
        each.append(end)
    return str(Inscriptis(tree, ParserConfig(css=CSS_PROFILES["strict"].copy())).get_text())


def _marked(text: str) -> str:
    """The lines between marks of quotes, each with as many `>` as there are quotes around it."""
    told = []
    depth = 0
    for line in text.replace("\xa0", " ").split("\n"):
        opened, closed = line.count(_BEGIN), line.count(_END)
        depth += opened
        said = line.replace(_BEGIN, "").replace(_END, "").strip() if depth else line.rstrip()
        if depth and (said or not closed):
            told.append(f"{'>' * min(depth, 9)} {said}".rstrip())
        elif said or not (opened or closed):
            told.append(said)
        depth = max(0, depth - closed)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(told)).strip("\n")
