"""The forms of a page, read as a browser reads them, and filled in with something in every field that people see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

_UNSEEN = ("hidden", "file")


@dataclass
class Form:
    """A form: where it goes, and what its fields hold (a checkbox or radio button that is not chosen: nothing)."""

    action: str
    method: str
    by_script: bool = False
    said: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    options: dict[str, list[str]] = field(default_factory=dict)

    @property
    def seen(self) -> dict[str, str]:
        """What stands in the fields that people see."""
        return {name: self.said.get(name, "") for name, kind in self.kinds.items() if kind not in _UNSEEN}

    @property
    def hidden(self) -> dict[str, str]:
        return {name: self.said.get(name, "") for name, kind in self.kinds.items() if kind == "hidden"}

    def filled(self) -> dict[str, str]:
        """Something else in each of them than stood there, by its kind."""
        return {name: self._something(name, place) for place, name in enumerate(self.seen)}

    def _something(self, name: str, place: int) -> str:
        if options := self.options.get(name):
            return next((each for each in reversed(options) if each != self.said.get(name)), options[-1])
        day = f"2027-03-{place + 1:02}"
        by_kind: Mapping[str, str] = {
            "date": day,
            "datetime-local": f"{day}T09:30",
            "email": f"persona{place}@cliente.example",
            "textarea": f"Lo que se escribió <b>en {name}</b>,\ncon otra línea.",
        }
        return by_kind.get(self.kinds[name], f"Lo de “{name}” & más")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        name = has.get("name", "")
        if tag == "form":
            self._form = Form(has.get("action", ""), has.get("method", "get"), "hx-post" in has)
            self.forms.append(self._form)
        elif self._form is None or (not name and tag != "option"):
            return
        elif tag == "textarea":
            self._area = name
            self._form.kinds[name], self._form.said[name] = tag, ""
        elif tag == "select":
            self._select = name
            self._form.kinds[name] = tag
        elif tag == "option":
            self._form.options.setdefault(self._select, []).append(has.get("value", ""))
            if "selected" in has or self._select not in self._form.said:
                self._form.said[self._select] = has.get("value", "")
        elif tag == "input":
            self._input(self._form, name, has)

    def _input(self, form: Form, name: str, has: Mapping[str, str]) -> None:
        kind = form.kinds[name] = has.get("type", "text")
        if kind in ("checkbox", "radio"):
            form.options.setdefault(name, []).append(has.get("value", "on"))
            if "checked" in has:
                form.said[name] = has.get("value", "on")
        else:
            form.said[name] = has.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._form and self._area:
            self._form.said[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            assert self._form
            self._form.said[self._area] = self._form.said[self._area].strip()
            self._area = ""
        elif tag == "form":
            self._form = None


def forms_of(page: str) -> list[Form]:
    """The forms that a page holds, in its order."""
    reader = _Reader()
    reader.feed(page)
    return reader.forms
