"""The board's page and its downloads: the same figures everywhere, for those who may see them."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections import Counter
from dataclasses import replace
from datetime import date
from html import unescape
from typing import Any

import pytest

from portal.direction import board as board_page
from portal.direction import exports
from portal.direction.board import Boards, Period, month_of, read_period
from portal.direction.board_sheets import Sheet, Unit, sheets, shown
from portal.direction.charts import Chart, svg
from portal.direction.exports import ReportTookTooLong, as_csv, as_pdf, as_xlsx, quoted
from storage.board.board import Board, Scope
from storage.people import customers
from storage.people.customers import Customer
from tests.api.office import STANDARD, Office
from tests.portal.people import unspaced, visitor
from tests.support.lives import bogota

TODAY = date(2026, 11, 25)


async def a_day(office: Office) -> None:
    """One case answered in time and solved, one handed off by its clock, one out of scope."""
    first, second, third = [await office.open() for _ in range(3)]
    office.clock.passes(minutes=30)
    await office.give(first, "replies", body="Lo estamos revisando.")
    await office.give(first, "resolution", summary="Se amplió la cuota.")
    await office.give(third, "out-of-scope", kind="data_load", reason="La carga no hace parte del soporte.")
    office.clock.passes(minutes=40)
    await office.desk.settle(second)


def cells(text: str, sheet: str) -> list[list[str]]:
    """The body of a sheet's table on the page; one that draws its rows too has them in a table before it."""
    found = re.search(rf'<section class="sheet" id="{sheet}".*?</section>', unspaced(text))
    assert found
    rows = re.findall(r"<tr>(.*?)</tr>", found[0].rpartition("<tbody>")[2])
    return [[unescape(cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]


def drawn(text: str, sheet: str) -> list[list[str]]:
    """The rows that a sheet draws, without their bars."""
    section = text[text.index(f'id="{sheet}"') :]
    body = re.sub(r'<td class="in-row">.*?</td>', "", unspaced(section[section.index('class="bars') :]))
    rows = re.findall(r"<tr>(.*?)</tr>", body.partition("<tbody>")[2].partition("</tbody>")[0])
    return [[unescape(cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]


@pytest.mark.parametrize(("many", "asked"), [(3, 2), (2, 1)])
async def test_figures_of_many_cases_are_kept_for_a_while(
    office: Office, monkeypatch: pytest.MonkeyPatch, many: int, asked: int
) -> None:
    """Also of a period that has few of them: what waits is counted for each."""
    for _ in range(2):
        await office.open()
    of = []

    async def dear(_db: object, scope: Scope, *, plans: Any, at: Any) -> Board:
        of.append(scope)
        return Board(scope=scope, at=at, plans=list(plans))

    monkeypatch.setattr(board_page, "board", dear)
    monkeypatch.setattr(board_page, "_MANY", many)
    monkeypatch.setattr(board_page, "_KEPT_FOR", 1_000_000)
    boards, scope = Boards(), Scope(from_at=bogota("2026-10-01 00:00"), until_at=bogota("2026-11-01 00:00"))
    for _ in range(2):
        await boards.of(office.db, scope, plans=["standard"], at=office.clock.at)
    assert of == [scope] * asked


class TestThePage:
    async def test_tells_what_became_of_the_promises(self, office: Office) -> None:
        await a_day(office)
        async with visitor(office, "director") as them:
            text = (await them.get("/direccion/tablero")).text
        assert ["Estándar", "2, impacto grave", "1", "1", "50,0 %"] in cells(text, "attention")
        assert ["Estándar", "2, impacto grave", "Nivel 1", "1", "1", "50,0 %"] in cells(text, "levels")
        assert ["Hasta la solución", "Estándar", "1", "0:30:00", "0:30:00", "0:30:00", "0:30:00"] in cells(
            text, "times"
        )
        lateness = text[text.index('id="lateness"') : text.index('id="attention"')]
        assert re.findall(r"<dd>\s*(.*?)\s*</dd>", lateness) == ["1", "0", *["0:10:00"] * 3]
        assert ["Estándar, impacto grave", "1", "1", "50,0 %"] in drawn(text, "attention")

    @pytest.mark.rule("SCOPE-5")
    async def test_counts_out_of_scope_apart(self, office: Office) -> None:
        await a_day(office)
        async with visitor(office, "director") as them:
            text = (await them.get("/direccion/tablero")).text
        assert ["Fuera de alcance", "carga de información en la solución", "1"] in cells(text, "outside")

    async def test_is_of_a_period_and_a_customer(self, office: Office) -> None:
        await a_day(office)
        async with visitor(office, "commercial") as them:
            october = await them.get("/direccion/tablero", desde="2026-10-01", hasta="2026-10-31")
            theirs = await them.get("/direccion/tablero", cliente=STANDARD)
            others = await them.get("/direccion/tablero", cliente="premium-1")
        assert [cells(each.text, "cases")[0][1] for each in (october, theirs, others)] == ["0", "3", "0"]

    @pytest.mark.parametrize("query", [{"desde": "x"}, {"desde": "2026-12-01", "hasta": "2026-11-01"}])
    async def test_says_so_where_dates_cannot_be_read(self, office: Office, query: dict[str, str]) -> None:
        async with visitor(office, "director") as them:
            answer = await them.get("/direccion/tablero", **query)
        assert answer.status_code == 422
        assert "No se pudieron leer las fechas" in answer.text

    @pytest.mark.parametrize("suffix", ["", ".csv", ".xlsx", ".pdf"])
    @pytest.mark.parametrize(("who", "status"), [("contact", 403), ("agent", 403), ("admin", 200), ("director", 200)])
    async def test_is_for_those_who_lead(self, office: Office, who: str, suffix: str, status: int) -> None:
        async with visitor(office, who) as them:
            assert (await them.get(f"/direccion/tablero{suffix}")).status_code == status

    @pytest.mark.parametrize("customer", ["nobody", "a\0b"])
    async def test_of_an_unknown_customer_is_not_there(self, office: Office, customer: str) -> None:
        async with visitor(office, "director") as them:
            assert (await them.get("/direccion/tablero", cliente=customer)).status_code == 404

    async def test_speaks_english_too(self, office: Office) -> None:
        async with visitor(office, "director", **{"Accept-Language": "en"}) as them:
            assert "Initial attention" in (await them.get("/direccion/tablero")).text

    async def test_every_chart_has_a_title_a_description_and_a_table(self, office: Office) -> None:
        await a_day(office)
        async with visitor(office, "director") as them:
            text = (await them.get("/direccion/tablero")).text
        for section in re.findall(r'<section class="sheet".*?</section>', text, re.DOTALL):
            for chart in re.findall(r'<svg class="chart".*?</svg>', section, re.DOTALL):
                assert re.search(r"<title id=[^>]+>[^<]+</title><desc id=[^>]+>[^<]+</desc>", chart)
                assert "<table" in section
        assert " style=" not in text


class TestDownloads:
    async def test_hold_the_same_figures_as_the_page(self, office: Office) -> None:
        await a_day(office)
        async with visitor(office, "director") as them:
            page = (await them.get("/direccion/tablero")).text
            made = (await them.get("/direccion/tablero.csv")).content
        rows = list(csv.reader(io.StringIO(made.decode("utf-8-sig")), delimiter=";"))
        start = next(place for place, row in enumerate(rows) if row == ["Atención inicial"])
        written = [[*row[:4]] for row in rows[start + 2 : start + 10]]
        assert written == [row[:4] for row in cells(page, "attention")]

    async def test_csv_begins_with_the_mark_of_utf8(self, office: Office) -> None:
        async with visitor(office, "director") as them:
            answer = await them.get("/direccion/tablero.csv")
        assert answer.content.startswith(b"\xef\xbb\xbf")
        assert answer.headers["content-disposition"] == 'attachment; filename="escala-2026-11-01-2026-11-30.csv"'

    async def test_xlsx_is_a_workbook_whose_figures_are_numbers(self, office: Office) -> None:
        await a_day(office)
        async with visitor(office, "director") as them:
            answer = await them.get("/direccion/tablero.xlsx")
        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            page = book.read("xl/worksheets/sheet5.xml").decode()
        assert '<c r="B4"><v>3</v></c>' in page

    async def test_pdf_is_a_pdf(self, office: Office) -> None:
        await a_day(office)
        async with visitor(office, "director") as them:
            answer = await them.get("/direccion/tablero.pdf")
        assert answer.content.startswith(b"%PDF-")
        assert answer.headers["content-type"] == "application/pdf"

    @pytest.mark.parametrize(
        "name", ["=1+1", "+57", "-x", "@SUM(A1)", "\tx", "\rx", '=cmd|" /C calc"!A0', " =1", "\uff1d1"]
    )
    async def test_quote_what_begins_like_a_formula(self, office: Office, name: str) -> None:
        await customers.create(office.db, Customer("evil", name, "NIT-evil"), at=bogota("09:00"))
        async with visitor(office, "director") as them:
            made = (await them.get("/direccion/tablero.csv", cliente="evil")).content.decode("utf-8-sig")
            book = (await them.get("/direccion/tablero.xlsx", cliente="evil")).content
        assert next(csv.reader(io.StringIO(made, newline="")))[0].startswith(f"'{name}")
        with zipfile.ZipFile(io.BytesIO(book)) as opened:
            assert not any(b"<f>" in opened.read(each) for each in opened.namelist())

    def test_leave_numbers_and_ordinary_words_as_they_are(self) -> None:
        assert quoted("Cliente") == "Cliente"
        sheet = Sheet(id="x", title="T", columns=(("a", Unit.TEXT), ("n", Unit.COUNT)), rows=(("=x", -3),))
        assert as_csv("t", [sheet], language="en").decode("utf-8-sig").splitlines()[-1] == "'=x,-3"

    @pytest.mark.parametrize(
        ("language", "line"),
        [("es", "'=1+1;a,b;1234567;0,987654;1:30:00;"), ("en", '\'=1+1,"a,b",1234567,0.987654,1:30:00,')],
    )
    def test_csv_parts_cells_as_a_spreadsheet_of_the_language_does(self, language: str, line: str) -> None:
        units = (Unit.TEXT, Unit.TEXT, Unit.COUNT, Unit.SHARE, Unit.DURATION, Unit.COUNT)
        row = ("=1+1", "a,b", 1_234_567, 0.987654321, 5_400.0, None)
        sheet = Sheet(id="x", title="T", columns=tuple((unit.value, unit) for unit in units), rows=(row,))
        assert as_csv("t", [sheet], language=language).decode("utf-8-sig").splitlines()[-1] == line

    @pytest.mark.parametrize("language", ["es", "en"])
    def test_csv_keeps_its_title_one_cell_whatever_parts_cells(self, language: str) -> None:
        made = as_csv("Ruiz;=1+1,=2+2", [], language=language).decode("utf-8-sig")
        assert made == '"Ruiz;=1+1,=2+2"\r\n'

    def test_xlsx_writes_durations_and_shares_in_their_formats(self) -> None:
        columns = (("d", Unit.DURATION), ("s", Unit.SHARE), ("nothing", Unit.COUNT))
        made = as_xlsx("t", [Sheet(id="x", title="a/b", columns=columns, rows=((43_200.0, 0.5, None),))])
        with zipfile.ZipFile(io.BytesIO(made)) as book:
            page, styles = (book.read(f"xl/{name}.xml").decode() for name in ("worksheets/sheet1", "styles"))
        assert "[h]:mm:ss" in styles
        assert re.search(r'<c r="A4" s="\d+"><v>0.5</v></c><c r="B4" s="\d+"><v>0.5</v></c></row>', page)

    async def test_the_reports_text_is_never_markup(self) -> None:
        sheet = Sheet(id="x", title='#panic("no") $x$ *b*', columns=(("#let", Unit.TEXT),), rows=(('#read("x")',),))
        made = await as_pdf("#panic()", "]#panic()[", [sheet], language="es")
        assert made.startswith(b"%PDF-")

    async def test_a_report_that_takes_too_long_is_given_up(self) -> None:
        with pytest.raises(ReportTookTooLong):
            await as_pdf("t", "s", [], language="es", most_seconds=0)


class TestPeriods:
    def test_are_the_present_month_where_none_is_said(self) -> None:
        assert read_period("", "", today=TODAY) == (Period(date(2026, 11, 1), date(2026, 11, 30)), True)

    @pytest.mark.parametrize(
        ("back", "months", "first", "last"),
        [
            (1, 1, date(2026, 10, 1), date(2026, 10, 31)),
            (2, 3, date(2026, 9, 1), date(2026, 11, 30)),
            (11, 12, date(2025, 12, 1), date(2026, 11, 30)),
        ],
    )
    def test_of_months_go_back_over_years(self, back: int, months: int, first: date, last: date) -> None:
        assert month_of(TODAY, months_back=back, months=months) == Period(first, last)

    @pytest.mark.parametrize(
        "given", [("0001-01-01", ""), ("", "9999-12-31"), ("2026-13-01", ""), ("1=1", ""), ("2026-11-02", "2026-11-01")]
    )
    def test_that_cannot_be_are_not_read(self, given: tuple[str, str]) -> None:
        assert read_period(*given, today=TODAY)[1] is False

    def test_begin_and_end_at_midnight_in_bogota(self) -> None:
        day = Period(TODAY, TODAY)
        assert (day.from_at, day.until_at) == (bogota("2026-11-25 00:00"), bogota("2026-11-26 00:00"))


def empty_board() -> Board:
    scope = Scope(from_at=bogota("2026-11-01 00:00"), until_at=bogota("2026-12-01 00:00"))
    found = Board(scope=scope, at=bogota("09:00"))
    found.backlog = [Counter() for _ in range(6)]
    found.lateness_classes = [0] * 7
    return found


@pytest.mark.parametrize("language", ["es", "en"])
def test_an_empty_board_has_all_its_sheets(language: str) -> None:
    made = sheets(empty_board(), language)
    assert [sheet.id for sheet in made][:4] == ["weeks", "lateness", "attention", "levels"]
    assert all(len(row) == len(sheet.columns) for sheet in made for row in sheet.rows)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, Unit.SHARE, "–"),
        (0.956, Unit.SHARE, "95,6 %"),
        (5_400.0, Unit.DURATION, "1:30:00"),
        (360_000, Unit.DURATION, "100:00:00"),
        (0.42, Unit.SECONDS, "0,4 s"),
        (90.0, Unit.SECONDS, "0:01:30"),
        ("=x", Unit.TEXT, "=x"),
        (3, Unit.COUNT, "3"),
        (1_234_567, Unit.COUNT, "1.234.567"),
        (12.5, Unit.COUNT, "12,5"),
    ],
)
def test_cells_are_shown_as_people_read_them(value: Any, unit: Unit, text: str) -> None:
    assert shown(value, unit) == text


def test_numbers_are_grouped_and_parted_as_in_the_language() -> None:
    rows = (("a", (1_234_567.0, 12.5)),)
    spanish = Chart(id="c", title="t", series=("s", "r"), tones=("one", "two"), rows=rows, language="es")
    assert spanish.description == "a: s 1.234.567, r 12,5"
    assert "1.234.567 · 12,5" in svg(spanish)
    assert "1,234,567 · 12.5" in svg(replace(spanish, language="en"))
    assert shown(1_234_567, Unit.COUNT, "en") == "1,234,567"


def test_upright_charts_write_their_numbers_so_too() -> None:
    chart = Chart(id="c", title="t", series=("s",), tones=("one",), rows=(("a", (1_234_567.0,)),), upright=True)
    assert ">1.234.567<" in svg(chart)


@pytest.mark.parametrize(("language", "told"), [("es", "1.234.567 · 12,5"), ("en", "1,234,567 · 12.5")])
async def test_the_paper_writes_its_charts_numbers_as_the_page_does(
    monkeypatch: pytest.MonkeyPatch, language: str, told: str
) -> None:
    given: list[str] = []

    def compiled(data: str) -> bytes:
        given.append(data)
        return b""

    monkeypatch.setattr(exports, "_compiled", compiled)
    chart = Chart(
        id="c",
        title="t",
        series=("s", "r"),
        tones=("one", "two"),
        rows=(("a", (1_234_567.0, 12.5)),),
        language=language,
    )
    sheet = Sheet(id="x", title="T", columns=(), rows=(), chart=chart)
    await as_pdf("t", "s", [sheet], language=language)
    assert json.loads(given[0])["sheets"][0]["chart"]["rows"][0]["told"] == told


def test_a_charts_words_are_escaped() -> None:
    chart = Chart(id="c", title="<b>", series=("<i>",), tones=("one",), rows=(("<script>", (1.0,)),))
    assert "<script>" not in svg(chart)
    assert "&lt;script&gt;" in svg(chart)


def test_a_chart_of_nothing_can_be_drawn() -> None:
    chart = Chart(id="c", title="t", series=("s",), tones=("one",), rows=(("a", (0.0,)),), upright=True)
    assert 'height="0"' in svg(chart)
