"""The catalogues are whole, and everything that is shown is shown in the reader's language."""

import ast
import importlib
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.extract import extract_from_dir
from jinja2 import Environment, nodes

from cli.conformance import ROOT, sources
from policy.case import case
from policy.case.concerns import Concern
from policy.case.refusals import Refusal
from policy.terms import amendment, terms
from policy.time import clock
from policy.visit import visit
from policy.visit.refusals import AmountChanged, VisitOutOfOrder
from wording.language import (
    LANGUAGES,
    catalogues,
    language_of,
    show_duration,
    show_instant,
    translate,
    translate_count,
    word,
)

ENUMS: dict[str, type[Enum]] = {
    "channel": case.Channel,
    "category": case.Category,
    "status": case.Status,
    "closing_reason": case.ClosingReason,
    "level": case.Level,
    "priority": case.Priority,
    "outcome": case.Outcome,
    "direction": case.Direction,
    "out_of_scope_kind": case.OutOfScopeKind,
    "waiting_for": case.WaitingFor,
    "role": case.Role,
    "clock_state": case.ClockState,
    "clock": clock.ClockName,
    "cover": terms.CoverKind,
    "cause": case.Cause,
    "visit_step": visit.VisitStep,
    "side": visit.Side,
    "at_once": amendment.AtOnce,
    "concern": Concern,
}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def entries(language: str) -> Iterator[tuple[str, tuple[str | None, str], str]]:
    """Every entry of a language: its catalogue, its context and id, its translation; each form of a plural is one."""
    for name, catalogue in catalogues(language):
        for message in catalogue:
            if message.id:
                assert not message.fuzzy, f"{name}: {message.id}"
                forms = zip(_forms(message.id), _forms(message.string), strict=True)
                yield from ((name, (message.context, id_), string) for id_, string in forms)


def _forms(text: object) -> tuple[str, ...]:
    return tuple(map(str, text)) if isinstance(text, tuple) else (str(text or ""),)


def translations(language: str) -> dict[tuple[str | None, str], str]:
    return {key: text for _, key, text in entries(language)}


def policy_words() -> Iterator[tuple[str, str]]:
    """Every member of the policy's enums that people read: its kind and its value."""
    yield from ((kind, str(member.value)) for kind, enum in ENUMS.items() for member in enum)


def known_words() -> Iterator[tuple[str, str]]:
    """Every word that has an entry, with its kind, and every one of the policy's."""
    yield from ((kind, value) for kind, value in translations("es") if kind is not None)
    yield from policy_words()


def refusals() -> Iterator[type[Refusal]]:
    """Every refusal that any module of Escala's defines."""
    for source in SOURCES:
        if "Refusal)" in source.read_text():
            importlib.import_module(".".join(source.relative_to(ROOT).with_suffix("").parts))
    todo = [Refusal]
    while todo:
        each = todo.pop()
        todo.extend(each.__subclasses__())
        if hasattr(each, "message") and not each.__module__.startswith("tests."):
            yield each


SOURCES = [file for file in sources() if file.suffix == ".py"]
PORTAL = ROOT / "portal"
ASKED = {"_": None, "translate": None, "say": None, "_say": None} | dict.fromkeys(
    ("_n", "translate_count", "say_count"), (1, 2)
)
"""The functions that translate, and which of their arguments are message ids."""


def asked_by_the_portal() -> Iterator[tuple[str, str]]:
    """Every message that the portal's code and templates ask for by name, and where."""
    strict = {"**": {"silent": "false"}}
    for file, line, found, _, _ in extract_from_dir(PORTAL, [("**.html", "jinja2")], strict, ASKED):
        yield from ((f"{file}:{line}", message) for message in _forms(found))
    for source in PORTAL.rglob("*.py"):  # babel takes what stands in an argument's brackets for the argument
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in ASKED:
                said = [each.value for each in node.args if isinstance(each, ast.Constant)]
                yield from ((f"{source.name}:{node.lineno}", each) for each in said if isinstance(each, str))


def literals(source: Path) -> Iterator[str]:
    """Every text that a module holds, but for its docstrings and what is put together from pieces."""
    pieces: set[int] = set()
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Expr | ast.JoinedStr):
            pieces |= {id(each) for each in ([node.value] if isinstance(node, ast.Expr) else node.values)}
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in pieces:
            yield node.value


class TestThePortal:
    def test_asks_for_nothing_that_has_no_translation(self) -> None:
        known = translations("es")
        assert [each for each in asked_by_the_portal() if not known.get((None, each[1]))] == []

    def test_keeps_no_sentence_that_has_no_translation(self) -> None:
        known = translations("es")
        kept = {text for source in PORTAL.rglob("*.py") for text in literals(source)}
        not_ours = {"Too many files"}  # the words by which the form parser's own refusal is known
        sentences = {text for text in kept if re.match(r"[A-Z][a-z]+,? [a-z]", text)} - not_ours
        assert "Set their priority" in sentences
        assert {text for text in sentences if not known.get((None, text))} == set()

    def test_has_no_entry_that_nothing_asks_for(self) -> None:
        used = {text for source in SOURCES for text in literals(source)}
        for template in PORTAL.rglob("*.html"):
            used |= {each.value for each in Environment().parse(template.read_text()).find_all(nodes.Const)}
        ours = {id_ for name, (kind, id_), _ in entries("es") if name.startswith("portal") and kind is None}
        assert ours - used == set()


class TestTheCatalogues:
    def test_translate_every_refusal(self) -> None:
        known = translations("es")
        for refusal in refusals():
            assert known.get((None, refusal.message)), f"{refusal.__name__} has no translation: {refusal.message}"

    def test_hold_exactly_the_sentences_of_the_notices(self) -> None:
        wording = ROOT / "wording" / "notices"
        said = {message for _, _, message, _, _ in extract_from_dir(str(wording), keywords={"say": None})}
        assert {message for name, (_, message), _ in entries("es") if name == "notices"} == said

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_have_no_empty_fuzzy_or_misfilled_entry(self, language: str) -> None:
        for name, (_, message), translation in entries(language):
            assert translation, f"{name}: {message}"
            assert placeholders(translation) == placeholders(message), f"{name}: {message}"

    def test_end_a_sentence_where_the_english_does(self) -> None:
        """Also behind an instant, which once ended with "a. m."."""
        ends = re.compile(r"[.?!:…]»?$")
        open_ended = [
            text
            for _, (_, id_), text in entries("es")
            if id_.endswith(".") and "\n" not in id_ and not ends.search(text)
        ]
        assert open_ended == []

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_never_translate_one_message_in_two_ways(self, language: str) -> None:
        seen: dict[tuple[str | None, str], str] = {}
        for name, key, translation in entries(language):
            assert seen.setdefault(key, translation) == translation, f"{name}: {key}"

    def test_hold_in_english_nothing_that_is_its_own_id_or_has_no_spanish(self) -> None:
        english = translations("en")
        assert [id_ for (_, id_), text in english.items() if text == id_] == []
        assert english.keys() - translations("es").keys() == set()

    def test_name_every_word_of_the_policy(self) -> None:
        known = translations("es")
        assert [each for each in policy_words() if not known.get(each)] == []

    def test_name_in_english_every_word_whose_value_is_no_word(self) -> None:
        shown = {each: word(*each, "en") for each in known_words()}
        assert [each for each, text in shown.items() if "_" in text or text.isdecimal()] == []


class TestTranslating:
    def test_fills_in_the_policys_own_words_in_the_language(self) -> None:
        said = translate(
            "The {plan} plan does not include the {channel} channel. Please use: {channels}.",
            plan="premium",
            channel="phone",
            channels="web, chat, email",
        )
        assert said == (
            "El plan Premium no incluye el canal teléfono. Por favor, use: plataforma web, chat y correo electrónico."
        )

    @pytest.mark.rule("ONS-5")
    def test_fills_in_a_visits_steps_in_the_language(self) -> None:
        said = translate(VisitOutOfOrder.message, number="MA-2026-000001", step="requested", needed="agreed, scheduled")
        assert said == (
            "La visita del caso MA-2026-000001 está en el paso «por aprobar»; esto se puede hacer cuando está en: "
            "por programar y programada. Consulte en el caso qué está pendiente de la visita y hágalo primero."
        )

    @pytest.mark.rule("ONS-2")
    def test_shows_amounts_with_their_thousands_apart(self) -> None:
        message = AmountChanged.message
        assert "$ 1.350.000 COP, no de $ 350.000 COP" in translate(message, amount=1_350_000, given=350_000)
        assert "COP 1,350,000, not COP 350,000" in translate(message, "en", amount=1_350_000, given=350_000)

    def test_leaves_an_unknown_message_as_it_is(self) -> None:
        assert translate("Nobody translated {what}.", what="this") == "Nobody translated this."

    @pytest.mark.parametrize(("how_many", "said"), [(0, "0 días"), (1, "1 día"), (2, "2 días")])
    def test_takes_the_form_that_so_many_ask_for(self, how_many: int, said: str) -> None:
        ids = ("{count} day before {on}", "{count} days before {on}")
        assert translate_count(*ids, how_many, on="30 de junio") == f"{said} antes del 30 de junio"

    @pytest.mark.parametrize(("how_many", "said"), [(0, "0 days"), (1, "1 day"), (2, "2 days")])
    def test_says_the_id_in_english(self, how_many: int, said: str) -> None:
        ids = ("{count} day before {on}", "{count} days before {on}")
        assert translate_count(*ids, how_many, "en", on="June 30") == f"{said} before June 30"
        assert translate("The text cannot be empty.", "en") == "The text cannot be empty."

    def test_does_not_read_placeholders_in_what_is_filled_in(self) -> None:
        assert translate("Say {what}.", what="{number} {0!r}") == "Say {number} {0!r}."

    def test_of_nothing_is_nothing(self) -> None:
        assert translate("") == ""

    @pytest.mark.rule("PLAN-2")
    def test_falls_back_to_spanish_for_a_language_that_is_not_ours(self) -> None:
        assert translate("The text cannot be empty.", "fr").startswith("El texto")

    def test_shows_a_word_it_does_not_know_as_it_is(self) -> None:
        assert word("status", "in_progress") == "en curso"
        assert word("status", "unheard-of") == "unheard-of"

    def test_shows_dates_by_their_name(self) -> None:
        message = "A renewal has to end after {ends_on}, the day on which the contract ends now."
        assert "después del 31 de diciembre de 2026" in translate(message, ends_on="2026-12-31")
        assert "after December 31, 2026" in translate(message, "en", ends_on=date(2026, 12, 31))


class TestShowing:
    def test_an_instant_on_bogotas_clocks(self) -> None:
        at = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
        assert show_instant(at) == "lunes 23 de noviembre de 2026, 9:00"
        assert show_instant(at, "en") == "Monday, November 23, 2026, 9:00 AM"

    def test_an_instant_on_the_day_it_is_in_bogota(self) -> None:
        assert show_instant(datetime(2027, 1, 1, 4, 59, tzinfo=UTC)).startswith("jueves 31 de diciembre de 2026, 23:59")

    @pytest.mark.parametrize(
        ("duration", "shown"),
        [
            (timedelta(minutes=30), "30 minutos"),
            (timedelta(hours=1), "1 hora"),
            (timedelta(hours=1, minutes=30), "1 hora y 30 minutos"),
            (timedelta(days=1, hours=2), "1 día y 2 horas"),
            (timedelta(0), "0 segundos"),
        ],
    )
    def test_a_duration_in_words(self, duration: timedelta, shown: str) -> None:
        assert show_duration(duration) == shown


class TestTheLanguageOfARequest:
    @pytest.mark.parametrize(
        ("header", "language"),
        [
            (None, "es"),
            ("", "es"),
            ("en-US,en;q=0.9,es;q=0.8", "en"),
            ("es-CO,en;q=0.9", "es"),
            ("fr-FR, en;q=0.5", "en"),
            ("fr", "es"),
            ("en;q=0", "es"),
            ("en;q=much, es;q=0.1", "es"),
            (";;;,,q=", "es"),
        ],
    )
    def test_is_the_preferred_one_of_ours(self, header: str | None, language: str) -> None:
        assert language_of(header) == language
