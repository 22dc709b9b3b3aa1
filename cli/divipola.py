"""DANE's list of municipalities (DIVIPOLA) as it is published: CSV text in, names by code out, or what is wrong where.

Its columns have had several headings, and spreadsheets take leading zeros away and put points in: what can be meant in
one way only is taken, anything else is told with its line.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from storage.search.search import searchable

_HEADINGS = {
    "code": {"codigo municipio", "cod mpio", "cod municipio", "codigo dane municipio", "mpio cdpmp", "divipola"},
    "name": {"nombre municipio", "nom mpio", "nom municipio", "municipio", "mpio cnmbr"},
    "department": {"codigo departamento", "cod dpto", "cod depto", "cod departamento", "dpto ccdgo"},
}
_REQUIRED = {"code", "name"}
_HEADING_WITHIN = 20
"""Lines: some editions open with a title."""
_LONGEST_NAME = 200
_MOST_MISTAKES = 5
_SMALL_WORDS = {"de", "del", "y", "e"}


class NotDivipola(Exception):
    """The file cannot be taken: a Spanish sentence that says why, with the lines."""


@dataclass(frozen=True)
class _Row:
    line: int
    code: str
    name: str
    department: str | None


class _Mistake(Exception):
    """What is wrong with one row."""


def read_divipola(content: bytes, departments: Mapping[str, str]) -> dict[str, str]:
    """The municipalities' names by their five-digit codes. NotDivipola where columns are missing or any row is wrong.

    UTF-8, with its mark or without, or Latin-1; separated by commas, semicolons or tabs. Names in capitals are given
    the letters that people write.
    """
    names: dict[str, str] = {}
    mistakes: list[str] = []
    for row in _rows(_decoded(content)):
        try:
            code, name = _code(row, departments), _name(row.name)
        except _Mistake as mistake:
            mistakes.append(f"línea {row.line}: {mistake}")
        else:
            if names.setdefault(code, name) != name:
                mistakes.append(f"línea {row.line}: el código {code} ya aparece con otro nombre")
    if mistakes:
        told = "; ".join(mistakes[:_MOST_MISTAKES])
        more = f"; y {len(mistakes) - _MOST_MISTAKES} más" if len(mistakes) > _MOST_MISTAKES else ""
        raise NotDivipola(f"no se importó nada. {told}{more}.")
    if not names:
        raise NotDivipola("el archivo tiene los títulos, pero ningún municipio.")
    return names


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _rows(text: str) -> Iterator[_Row]:
    """The rows under the headings, but for the empty ones."""
    for separator in ",;\t":
        lines = _lines(text, separator)
        for _ in range(_HEADING_WITHIN):
            _, titles = next(lines, (0, []))
            if (columns := _columns(titles)).keys() >= _REQUIRED:
                yield from _under(columns, lines)
                return
    raise NotDivipola(
        "el archivo no tiene las columnas «Código Municipio» y «Nombre Municipio» (o COD_MPIO y NOM_MPIO); "
        "use el CSV de la DIVIPOLA que publica el DANE."
    )


def _lines(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise NotDivipola(f"la línea {reader.line_num} no se puede leer como CSV.") from None
        yield reader.line_num, [cell.strip() for cell in cells]


def _columns(titles: Iterable[str]) -> dict[str, int]:
    plain = [re.sub(r"[^a-z]+", " ", searchable(title)).strip() for title in titles]
    return {column: place for column, known in _HEADINGS.items() for place, title in enumerate(plain) if title in known}


def _under(columns: Mapping[str, int], lines: Iterable[tuple[int, list[str]]]) -> Iterator[_Row]:
    for line, cells in lines:
        if any(cells):
            found = {column: cells[place] if place < len(cells) else "" for column, place in columns.items()}
            yield _Row(line, found["code"], found["name"], found.get("department"))


def _code(row: _Row, departments: Mapping[str, str]) -> str:
    department = None if row.department is None else _digits(row.department).zfill(2)
    digits = _digits(row.code)
    if department and 1 <= len(digits) <= 3:  # the geoportal's edition: the municipality's own three digits
        digits = department + digits.zfill(3)
    if not re.fullmatch("[0-9]{4,5}", digits):
        raise _Mistake("el código del municipio no tiene cinco dígitos")
    code = digits.zfill(5)
    if code[:2] not in departments:
        raise _Mistake(f"no existe el departamento {code[:2]}")
    if department not in (None, code[:2]):
        raise _Mistake(f"el código {code} no es del departamento {department}")
    return code


def _digits(text: str) -> str:
    """A number's digits, as spreadsheets leave them: 05001, 5001, 5.001, 5001.0, ="05001"."""
    bare = text.strip("=\"' ")
    if thousands := re.fullmatch(r"([0-9]{1,2})[., ]([0-9]{3})", bare):
        return thousands[1] + thousands[2]
    number = re.fullmatch(r"([0-9]+)(?:[.,]0)?", bare)
    return number[1] if number else ""


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise _Mistake("falta el nombre del municipio")
    if len(name) > _LONGEST_NAME or not name.isprintable():
        raise _Mistake("el nombre del municipio no se puede leer")
    return _as_written(name) if name.isupper() else name


def _as_written(capitals: str) -> str:
    """SAN JOSÉ DE LA MONTAÑA as San José de la Montaña; abbreviations such as D.C. stay."""
    words: list[str] = []
    for word in capitals.split():
        before = words[-1] if words else ""
        small = word.lower()
        if words and (small in _SMALL_WORDS or (before in _SMALL_WORDS and small in {"la", "las", "los", "el"})):
            words.append(small)
        elif re.fullmatch(r"(\w\.)+", word):
            words.append(word)
        else:
            words.append("-".join(part.capitalize() for part in word.split("-")))
    return " ".join(words)
