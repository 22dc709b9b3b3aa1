"""A letter as HTML, beside its text: calm, in light and in dark, with no picture and nothing that is fetched."""

from __future__ import annotations

import re
from html import escape

from wording.notices.letter import NoticeText

_ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:)]")
STYLE = """
:root { color-scheme: light dark; }
body { margin: 0; background: #f5f7f7; color: #12201f; font: 16px/1.55 Inter, system-ui, sans-serif; }
main { max-width: 600px; margin: 24px auto; padding: 24px; background: #ffffff; border-radius: 12px; }
h1 { margin: 0 0 16px; font-size: 20px; line-height: 1.3; }
p { margin: 0 0 14px; overflow-wrap: anywhere; }
blockquote { margin: 0 0 14px; padding: 4px 14px; border-left: 3px solid #0b5d6b; white-space: pre-wrap; }
a { color: #0b5d6b; }
@media (prefers-color-scheme: dark) {
  body { background: #0e1415; color: #e8eeee; }
  main { background: #141b1d; }
  blockquote { border-color: #6bcbd8; }
  a { color: #6bcbd8; }
}
"""


def page_of(text: NoticeText, *, language: str) -> str:
    """The letter as a page; its news is the title, which its text begins with."""
    _, *paragraphs = text.body.strip("\n").split("\n\n")
    told = "\n".join(_paragraph(each) for each in _whole(paragraphs))
    head = f'<meta charset="utf-8"><title>{escape(text.news)}</title><style>{STYLE}</style>'
    return (
        f'<!doctype html>\n<html lang="{escape(language)}"><head>{head}</head>\n'
        f"<body><main>\n<h1>{escape(text.news)}</h1>\n{told}\n</main></body></html>\n"
    )


def _whole(paragraphs: list[str]) -> list[str]:
    """The paragraphs, those of one quotation as one: its lines are indented."""
    found: list[str] = []
    for each in paragraphs:
        if found and each.startswith("  ") and found[-1].startswith("  "):
            found[-1] = f"{found[-1]}\n\n{each}"
        else:
            found.append(each)
    return found


def _paragraph(text: str) -> str:
    if text.startswith("  "):
        said = "\n".join(line.removeprefix("  ") for line in text.split("\n"))
        return f"<blockquote>{_linked(said)}</blockquote>"
    return f"<p>{_linked(text).replace(chr(10), '<br>')}</p>"


def _linked(text: str) -> str:
    told, place = [], 0
    for found in _ADDRESS.finditer(text):
        address = escape(found[0])
        told += [escape(text[place : found.start()]), f'<a href="{address}">{address}</a>']
        place = found.end()
    return "".join([*told, escape(text[place:])])
