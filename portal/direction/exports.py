"""The board as files: CSV and XLSX for spreadsheets, PDF for paper. They hold the page's own sheets.

What begins like a formula is quoted, numbers stay numbers. The PDF's text comes as data, never as markup.
"""

from __future__ import annotations

import asyncio
import csv
import json
from collections.abc import Sequence
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from unicodedata import normalize

import typst
import xlsxwriter

from desk.problems import Problem
from portal.direction.board_sheets import Cell, Sheet, Unit, shown
from wording.language import show_number, translate

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_TEMPLATES = Path(__file__).with_name("templates")
_PDF_SECONDS = 20
_LONGEST_NAME = 27
_one_at_a_time = asyncio.Semaphore(1)


class ReportTookTooLong(Problem):
    """The report's PDF was not made in time."""

    status = 503
    message = "The report could not be made now. Please try again in a moment."


def quoted(text: str) -> str:
    """The text as a spreadsheet shows it and never computes it, whatever blanks or wide signs it begins with."""
    begins = (text, normalize("NFKC", text).lstrip())
    return f"'{text}" if any(each.startswith(_FORMULA) for each in begins) else text


def as_csv(title: str, sheets: Sequence[Sheet], *, language: str) -> bytes:
    """Every sheet below the other, in UTF-8 with the mark by which spreadsheets know it. Durations read as h:mm:ss.

    A spreadsheet set to Spanish has the decimal comma, and parts cells by semicolons.
    """
    written = StringIO(newline="")
    # The title holds a customer's name: whatever a spreadsheet parts cells by, that is one.
    csv.writer(written, quoting=csv.QUOTE_ALL).writerow([quoted(title)])
    table = csv.writer(written, delimiter=";" if language == "es" else ",")
    for sheet in sheets:
        table.writerow([])
        table.writerow([quoted(sheet.title)])
        table.writerow([quoted(name) for name, _ in sheet.columns])
        for row in sheet.rows:
            table.writerow(
                [_csv_cell(cell, unit, language) for cell, (_, unit) in zip(row, sheet.columns, strict=True)]
            )
    return written.getvalue().encode("utf-8-sig")


def _csv_cell(cell: Cell, unit: Unit, language: str) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return quoted(cell)
    return (
        shown(cell, unit) if unit in (Unit.DURATION, Unit.SECONDS) else show_number(cell, language, pattern="0.######")
    )


def as_xlsx(title: str, sheets: Sequence[Sheet]) -> bytes:
    """A workbook with a page for each sheet; durations and shares are numbers in their formats."""
    made = BytesIO()
    book = xlsxwriter.Workbook(
        made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    bold = book.add_format({"bold": True})
    formats = {
        Unit.DURATION: book.add_format({"num_format": "[h]:mm:ss"}),
        Unit.SHARE: book.add_format({"num_format": "0.0%"}),
        Unit.SECONDS: book.add_format({"num_format": '0.0 "s"'}),
    }
    for place, sheet in enumerate(sheets, start=1):
        page = book.add_worksheet(f"{place} {_page_name(sheet.title)}")
        page.write_string(0, 0, quoted(title), bold)
        page.write_string(1, 0, quoted(sheet.title), bold)
        page.set_column(0, len(sheet.columns) - 1, 22)
        for column, (name, unit) in enumerate(sheet.columns):
            page.write_string(2, column, quoted(name), bold)
            for line, row in enumerate(sheet.rows, start=3):
                cell = row[column]
                if isinstance(cell, str):
                    page.write_string(line, column, quoted(cell))
                elif cell is not None and unit is Unit.DURATION:
                    page.write_number(line, column, timedelta(seconds=cell) / timedelta(days=1), formats[unit])
                elif cell is not None:
                    page.write_number(line, column, cell, formats.get(unit))
        page.freeze_panes(3, 0)
    book.close()
    return made.getvalue()


def _page_name(title: str) -> str:
    """What a spreadsheet takes as a page's name: 31 characters with its number, whole words, and none of its signs."""
    plain = "".join(" " if sign in "[]:*?/\\'" else sign for sign in title)
    return plain if len(plain) <= _LONGEST_NAME else plain[: _LONGEST_NAME + 1].rpartition(" ")[0].rstrip(" ,")


async def as_pdf(
    title: str,
    subtitle: str,
    sheets: Sequence[Sheet],
    *,
    language: str,
    most_seconds: float = _PDF_SECONDS,
) -> bytes:
    """The report on paper, one at a time. ReportTookTooLong where it is not there in time."""
    said = {
        "title": title,
        "subtitle": subtitle,
        "language": language,
        "page": translate("Page", language),
        "sheets": [_report_sheet(sheet, language) for sheet in sheets],
    }
    try:
        async with asyncio.timeout(most_seconds), _one_at_a_time:
            return await asyncio.to_thread(_compiled, json.dumps(said))
    except TimeoutError as error:
        raise ReportTookTooLong from error


def _report_sheet(sheet: Sheet, language: str) -> dict[str, Any]:
    chart = sheet.chart
    return {
        "title": sheet.title,
        "note": sheet.note,
        "columns": [{"name": name, "right": unit is not Unit.TEXT} for name, unit in sheet.columns],
        "rows": [
            [shown(cell, unit, language) for cell, (_, unit) in zip(row, sheet.columns, strict=True)]
            for row in sheet.rows
        ],
        "chart": chart
        and {
            "series": [{"name": name, "tone": tone} for name, tone in zip(chart.series, chart.tones, strict=True)],
            "largest": chart.largest,
            "rows": [
                {"label": label, "values": list(values), "told": " · ".join(map(chart.shown, values))}
                for label, values in chart.rows
            ],
        },
    }


def _compiled(data: str) -> bytes:
    # The fonts are those that typst brings along, so that every machine makes the same report, also offline.
    made = typst.compile(
        _TEMPLATES / "report.typ",
        root=_TEMPLATES,
        format="pdf",
        font_paths=[],
        ignore_system_fonts=True,
        sys_inputs={"data": data},
    )
    assert isinstance(made, bytes)
    return made
