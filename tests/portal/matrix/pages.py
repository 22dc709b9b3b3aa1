"""What a page may consist of: nothing of its own text that runs or styles, nothing from elsewhere; and what headers all
that is no page has.
"""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from urllib.parse import urlsplit

from activities.mail.html_letter import STYLE
from tests.portal.matrix.asking import Answer

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
"""The most that a page's policy may allow; what it does not say, `default-src` says."""

LETTERS_STYLE = f"'self' 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'"
"""What the page that shows letters allows beside it: the letters' one style, by its digest."""

STRICTEST = {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'"}
"""What the policy of all that is no page says."""

_LEAD_AWAY = ("https://status.example/", "http://localhost:", "http://127.0.0.1:")
"""Where links may lead: a provider's incident, and the operators' pages of the engine. Nobody is sent there."""

_FETCHED = {"src", "srcset", "data", "poster", "background", "action", "formaction", "manifest", "xlink:href"}
_RUNS = ("javascript:", "vbscript:", "data:text")
_SCRIPTED = ("hx-on", "hx-vals", "hx-vars", "hx-trigger", "hx-swap", "hx-ext", "hx-select-oob", "hx-boost")


class Page(HTMLParser):
    """Reads a page; `wrong` is what it should not have."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "iframe" and given.get("sandbox") == "" and given.keys() == {"sandbox", "srcdoc", "title"}:
            self._frame(given["srcdoc"])  # it may run nothing, reach nothing and send nothing
            return
        if tag in ("style", "iframe", "object", "embed", "base", "applet", "math", "template"):
            self.wrong.append(f"<{tag}>")
        if tag == "script" and not given.get("src"):
            self.wrong.append("a script of its own text")
        for name, value in given.items():
            self._attribute(tag, name, value)

    def _frame(self, letter: str) -> None:
        within = Page()
        within.feed(letter)
        self.wrong += [each for each in within.wrong if each != "<style>"]  # which the policy lets in by its digest

    def _attribute(self, tag: str, name: str, value: str) -> None:
        where = f'<{tag} {name}="{value[:80]}">'
        if name.startswith("on") or name in ("style", "srcdoc", "http-equiv", "ping"):
            self.wrong.append(where)
        plain = "".join(value.split()).casefold()
        if name in (*_FETCHED, "href") and (plain.startswith(_RUNS) or (":" in plain[:12] and name in _FETCHED)):
            self.wrong.append(where) if not plain.startswith("data:image/") else None
        if name in _FETCHED and plain.startswith("//"):
            self.wrong.append(where)
        if name == "href" and urlsplit(value).netloc and not (tag == "a" and value.startswith(_LEAD_AWAY)):
            self.wrong.append(where)
        if name in ("hx-headers", "content") and value.startswith("{"):
            json.loads(value)  # what a visitor's words got into would be none
        if name.startswith("hx-vals") or (name.startswith("hx-on") or (name in _SCRIPTED and "js:" in plain)):
            self.wrong.append(where)


def policy_of(answer: Answer) -> dict[str, str]:
    return dict(part.strip().partition(" ")[::2] for part in answer.header("content-security-policy").split(";"))


def wrong_with_what_is_no_page(answer: Answer) -> list[str]:
    """What is wrong with the headers of an answer that nobody looks at as a page."""
    found = _wrong_with_every(answer)
    said = policy_of(answer)
    lacks = {name: value for name, value in STRICTEST.items() if said.get(name) != value}
    if lacks and "sandbox" not in said:
        found.append(f"policy: {answer.header('content-security-policy')}")
    if answer.header("cross-origin-resource-policy") != "same-origin":
        found.append("others may embed it")
    return found


def wrong_with(answer: Answer) -> list[str]:
    """What is wrong with the headers of an answer of the pages', and with its text where it is a page."""
    if not answer.header("content-type").startswith("text/html") and policy_of(answer) == STRICTEST:
        return wrong_with_what_is_no_page(answer)
    found = _wrong_with_every(answer)
    said = policy_of(answer)
    allowed = POLICY if "srcdoc=" not in answer.body else POLICY | {"style-src": LETTERS_STYLE}
    found += [f"policy: {name} {value}" for name, value in said.items() if value and allowed.get(name) != value]
    if "sandbox" not in said:
        found += [f"no {name} in the policy" for name in POLICY.keys() - said.keys() - {"manifest-src"}]
    if answer.header("content-type").startswith("text/html"):
        page = Page()
        page.feed(answer.body)
        found += page.wrong
    return found


def _wrong_with_every(answer: Answer) -> list[str]:
    found = []
    if policy_of(answer).get("default-src") != "'none'":
        found.append(f"policy: {answer.header('content-security-policy')}")
    if answer.header("x-content-type-options") != "nosniff":
        found.append("its kind may be guessed")
    if answer.header("x-frame-options") != "DENY":
        found.append("it may be framed")
    if answer.header("referrer-policy") not in ("same-origin", "no-referrer"):
        found.append("it tells others where one was")
    cache = answer.header("cache-control")
    if "no-store" not in cache and not _is_everybodys(answer):
        found.append(f"it is kept: {cache!r}")
    for cookie in [value for name, value in answer.headers if name == "set-cookie"]:
        found += _wrong_with_cookie(cookie)
    return found


def _is_everybodys(answer: Answer) -> bool:
    """What says the same to all, and may be kept: the process diagram, and files whose address changes with them."""
    is_diagram = "escala.bpmn" in answer.header("content-disposition") and "private" in answer.header("cache-control")
    return is_diagram or "immutable" in answer.header("cache-control")


def _wrong_with_cookie(cookie: str) -> list[str]:
    name, flags = cookie.partition("=")[0], {part.strip().casefold() for part in cookie.split(";")[1:]}
    needed = {"secure", "samesite=lax", "path=/"} | ({"httponly"} if name.startswith("__Host-") else set())
    if not name.startswith("__Host-") and name != "escala-idioma":
        return [f"a cookie without a prefix: {name}"]
    lacks = needed - flags
    lacks |= {flag for flag in flags if flag.startswith("domain")}
    return [f"cookie {name}: {sorted(lacks)}"] if lacks else []
