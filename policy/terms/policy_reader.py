"""The policy file read: TOML text in, checked tables out. Errors name file, key and rule. Storage opens the file.

What it takes, every case to come can be given: no opening, calendar or deadline fails later because of the file.
Whether a country's holidays are known only their library says (`storage/terms/policy_files.py`).
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping, Set
from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Any

from policy.case.case import Channel, Plan
from policy.people.groups import Group
from policy.terms.policy_file import Hours, PlanTable, PolicyFile, PolicyFileError, Row
from policy.terms.terms import CHAT_ENDS_AFTER, ArchitectureHelp, InformationTerms, VisitTerms
from policy.time.calendar import MINUTES_A_DAY, Closure, Shift
from policy.time.holiday_list import HolidayChanges
from policy.time.open_time import FIRST_YEAR, LAST_YEAR

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LEVEL_RULES = {1: "ESC-1", 2: "ESC-2", 3: "ESC-3"}
_LANGUAGES = ("es", "en")
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_HOURS = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _-]{0,63}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_SHIFT = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]|24(?=:00)):([0-5]\d)")
_DURATION = re.compile(r"(?:(\d{1,4})h)?(?:(\d{1,4})m)?(?:(\d{1,4})s)?")
_LONGEST_TEXT = 120
_LONGEST_WAIT_WEEKS = 520
"""Ten years: what takes longer in some hours is no promise, and calendars end somewhere."""


def read_policy(text: str, *, file: str) -> PolicyFile:
    """Parse and check a policy file's text; raises `PolicyFileError` for the first thing that is wrong."""
    text = text.removeprefix("\ufeff")  # some editors begin a file with this mark; TOML does not
    try:
        root = tomllib.loads(text)
    except ValueError as error:
        raise PolicyFileError(file, "TOML", None, str(error)) from error
    reader = _Reader(file, root)
    version = reader.text("version", None)
    reader.only("", {"version", "hours", "plans", "matrix", "groups", "holidays", "assumptions"})
    reader.apart("hours", "PLAN-14")
    hours = {name: reader.hours(name) for name in reader.table("hours", "PLAN-14")}
    plans = {Plan(name): reader.plan(name, hours) for name in reader.table("plans", "PLAN-16")}
    reader.only("assumptions", _ASSUMPTIONS)
    limits = reader.matrix("matrix", hours.values())
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return PolicyFile(
        file=file,
        version=f"{version}+{digest}",
        hours=hours,
        plans=plans,
        limits=limits,
        groups=tuple(reader.group(name) for name in reader.table("groups", "ESC-8")),
        business_days=reader.one_of("assumptions.business_days", hours, "PLAN-14"),
        warn_at_percent=reader.whole("assumptions.warn_at_percent", 1, 99, "ESC-13"),
        reopen_within_business_days=reader.whole("assumptions.reopen_within_business_days", 1, 250, "ESC-14"),
        held_for_business_days=reader.whole("assumptions.held_for_business_days", 1, 250, "WAR-3"),
        warranty_months=reader.whole("assumptions.warranty_months", 1, 120, "WAR-1"),
        warranty_plan=Plan(reader.one_of("assumptions.warranty_plan", set(plans), "WAR-1")),
        cover_end_announced_days_before=reader.days("assumptions.cover_end_announced_days_before", 365, "WAR-5"),
        provider_incidents_from_before=reader.duration(
            reader.get("assumptions.provider_incidents_from_before", "SCOPE-6"),
            "assumptions.provider_incidents_from_before",
            "SCOPE-6",
        ),
        visits=reader.visits(),
        information=reader.information(),
        absence_within_days=reader.whole_if_any("assumptions.absence_within_days", 1, 3650, "ESC-17", otherwise=366),
        chat_ends_after=reader.duration_if_any("assumptions.chat_ends_after", "PLAN-7", otherwise=CHAT_ENDS_AFTER),
        holidays=reader.holidays({each.holidays for each in hours.values() if each.holidays}),
    )


_ASSUMPTIONS = {
    "business_days",
    "warn_at_percent",
    "reopen_within_business_days",
    "information_remind_after_business_days",
    "information_end_after_business_days",
    "held_for_business_days",
    "warranty_months",
    "warranty_plan",
    "cover_end_announced_days_before",
    "provider_incidents_from_before",
    "visit_decide_within_business_days",
    "visit_schedule_within_business_days",
    "visit_report_within_business_days",
    "visit_sign_off_within_business_days",
    "visit_remind_before",
    "visit_date_within_days",
    "chat_ends_after",
    "absence_within_days",
}


class _Reader:
    """Walks the parsed TOML by dotted keys and says where something is wrong."""

    def __init__(self, file: str, root: dict[str, Any]) -> None:
        self._file, self._root = file, root

    def wrong(self, key: str, rule: str | None, problem: str) -> PolicyFileError:
        return PolicyFileError(self._file, key, rule, problem)

    def get(self, key: str, rule: str | None) -> Any:
        value: Any = self._root
        for part in key.split(".") if key else ():
            if not isinstance(value, dict) or part not in value:
                raise self.wrong(key, rule, "is missing")
            value = value[part]
        return value

    def table(self, key: str, rule: str | None) -> dict[str, Any]:
        value = self.get(key, rule)
        if not isinstance(value, dict) or not value:
            raise self.wrong(key, rule, "must be a table with entries")
        return value

    def only(self, key: str, known: set[str], rule: str | None = None) -> None:
        for name in self.table(key, rule):
            if name not in known:
                shown = name if name and name.isprintable() else repr(name)
                problem = f"is not known; known are {', '.join(sorted(known))}"
                raise self.wrong(f"{key}.{shown}" if key else shown, rule, problem)

    def text(self, key: str, rule: str | None) -> str:
        value = self.get(key, rule)
        return self.line(value, key, rule)

    def line(self, value: object, key: str, rule: str | None) -> str:
        """A text that every page, letter and database takes."""
        if not isinstance(value, str) or not value or value != value.strip():
            raise self.wrong(key, rule, f"must be a text, without blanks around it, not {value!r}")
        if not value.isprintable() or len(value) > _LONGEST_TEXT:
            raise self.wrong(key, rule, f"must be one line of {_LONGEST_TEXT} signs at most, not {value!r}")
        return value

    def apart(self, key: str, rule: str) -> None:
        """Refuse names that only their capitals tell apart: nobody could say later which one was meant."""
        seen: dict[str, str] = {}
        for name in self.table(key, rule):
            other = seen.setdefault(name.casefold(), name)
            if other != name:
                raise self.wrong(f"{key}.{name}", rule, f"differs from {other!r} in its capitals alone")

    def in_reach(self, key: str, rule: str, limit: timedelta, hours: Iterable[Hours]) -> None:
        """Refuse a time that some hours need years for: any of them may be a contract's (PLAN-14)."""
        for each in hours:
            minutes = sum(shift.closes - shift.opens for shifts in each.week for shift in shifts)
            if limit > _LONGEST_WAIT_WEEKS * timedelta(minutes=minutes):
                raise self.wrong(
                    key,
                    rule,
                    f"takes more than ten years in the hours {each.name!r}, which are open {minutes} minutes a week; "
                    f"at most {_LONGEST_WAIT_WEEKS * minutes // 60}h is allowed",
                )

    def whole(self, key: str, least: int, most: int, rule: str) -> int:
        value = self.get(key, rule)
        if type(value) is not int or not least <= value <= most:
            raise self.wrong(key, rule, f"must be a whole number from {least} to {most}, not {value!r}")
        return value

    def whole_if_any(self, key: str, least: int, most: int, rule: str, *, otherwise: int) -> int:
        """A number that a file from before it was asked for may lack."""
        table, _, name = key.rpartition(".")
        return self.whole(key, least, most, rule) if name in self.table(table, rule) else otherwise

    def duration_if_any(self, key: str, rule: str, *, otherwise: timedelta) -> timedelta:
        """A time that a file from before it was asked for may lack."""
        table, _, name = key.rpartition(".")
        return self.duration(self.get(key, rule), key, rule) if name in self.table(table, rule) else otherwise

    def days(self, key: str, most: int, rule: str) -> tuple[int, ...]:
        value = self.get(key, rule)
        if not isinstance(value, list) or not all(type(each) is int and 1 <= each <= most for each in value):
            raise self.wrong(key, rule, f"must list whole numbers of days from 1 to {most}, not {value!r}")
        if len(set(value)) != len(value):
            raise self.wrong(key, rule, "names something twice")
        return tuple(sorted(value, reverse=True))

    def words(self, key: str, rule: str) -> tuple[str, ...]:
        value = self.get(key, rule)
        if not isinstance(value, list) or not value:
            raise self.wrong(key, rule, f"must be a list of names, not {value!r}")
        for each in value:
            self.line(each, key, rule)
        if len(set(value)) != len(value):
            raise self.wrong(key, rule, "names something twice")
        return tuple(value)

    def one_of(self, key: str, known: Mapping[str, Any] | Set[str], rule: str) -> str:
        value = self.text(key, rule)
        if value not in known:
            raise self.wrong(key, rule, f"{value!r} is not one of {', '.join(sorted(known))}")
        return value

    def duration(self, value: object, key: str, rule: str) -> timedelta:
        match = _DURATION.fullmatch(value) if isinstance(value, str) else None
        hours, minutes, seconds = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
        found = timedelta(hours=hours, minutes=minutes, seconds=seconds)
        if not found:
            raise self.wrong(key, rule, f"must be a time above zero such as 30m, 1h or 1h30m, not {value!r}")
        return found

    def matrix(self, key: str, hours: Iterable[Hours]) -> tuple[Row, Row, Row]:
        self.only(key, {f"level_{level}" for level in _LEVEL_RULES}, "ESC-1")
        rows = tuple(self.row(f"{key}.level_{level}", rule) for level, rule in _LEVEL_RULES.items())
        for (level, rule), row in zip(_LEVEL_RULES.items(), rows, strict=True):
            self.in_reach(f"{key}.level_{level}", rule, max(row), hours)
        first, second, third = rows
        return first, second, third

    def row(self, key: str, rule: str) -> Row:
        value = self.get(key, rule)
        if not isinstance(value, list) or len(value) != 4:
            raise self.wrong(key, rule, f"must list four times, for priorities 1 to 4, not {value!r}")
        first, second, third, fourth = (self.duration(cell, key, rule) for cell in value)
        return first, second, third, fourth

    def plan(self, plan: str, hours: Mapping[str, Hours]) -> PlanTable:
        key = f"plans.{plan}"
        if not _ID.fullmatch(plan):
            raise self.wrong(key, "PLAN-16", "must be named with small letters, digits and -, 64 signs at most")
        known = {each.name for each in fields(PlanTable)} - {"names", "limits"} | {"name", "matrix"}
        self.only(key, known, "PLAN-1")
        functional = self.get(f"{key}.functional_escalation", "PLAN-6")
        if not isinstance(functional, bool):
            raise self.wrong(f"{key}.functional_escalation", "PLAN-6", f"must be true or false, not {functional!r}")
        channels = self.words(f"{key}.channels", "PLAN-7")
        for channel in channels:
            if channel not in set(Channel):
                raise self.wrong(f"{key}.channels", "PLAN-7", f"{channel!r} is not one of {', '.join(Channel)}")
        attention = f"{key}.initial_attention_within"
        within = self.duration(self.get(attention, "PLAN-5"), attention, "PLAN-5")
        self.in_reach(attention, "PLAN-5", within, hours.values())
        return PlanTable(
            names=self.names(f"{key}.name"),
            hours=self.one_of(f"{key}.hours", hours, "PLAN-1"),
            initial_attention_within=within,
            channels=tuple(Channel(channel) for channel in channels),
            portal_users=self.whole(f"{key}.portal_users", 1, 1000, "PLAN-8"),
            architecture_help=ArchitectureHelp(
                self.one_of(f"{key}.architecture_help", set(ArchitectureHelp), "PLAN-11")
            ),
            functional_escalation=functional,
            limits=self.matrix(f"{key}.matrix", hours.values()) if "matrix" in self.table(key, "PLAN-1") else None,
        )

    def names(self, key: str) -> dict[str, str]:
        """What people call something: in each of their languages, or the same in all."""
        said = self.get(key, "PLAN-16")
        if not isinstance(said, dict):
            return dict.fromkeys(_LANGUAGES, self.text(key, "PLAN-16"))
        self.only(key, set(_LANGUAGES), "PLAN-16")
        return {language: self.text(f"{key}.{language}", "PLAN-16") for language in _LANGUAGES}

    def group(self, name: str) -> Group:
        key = f"groups.{name}"
        if not _ID.fullmatch(name) or not isinstance(self.get(key, "ESC-8"), dict):
            raise self.wrong(key, "ESC-8", "must be a table of its own such as [groups.sig], with name and skills")
        self.only(key, {"name", "skills"}, "ESC-8")
        skills = self.words(f"{key}.skills", "ESC-8")
        return Group(id=name, name=self.text(f"{key}.name", "ESC-8"), skills=skills)

    def holidays(self, countries: set[str]) -> dict[str, HolidayChanges]:
        if "holidays" not in self._root:
            return {}
        self.only("holidays", countries, "PLAN-14")
        return {country: self.holiday_changes(f"holidays.{country}") for country in self._root["holidays"]}

    def holiday_changes(self, key: str) -> HolidayChanges:
        self.only(key, {"added", "removed"}, "PLAN-14")
        table = self.table(key, "PLAN-14")
        added = tuple(self.closure(each, f"{key}.added") for each in self.listed(table.get("added", []), key))
        removed = tuple(self.day(each, f"{key}.removed") for each in self.listed(table.get("removed", []), key))
        days = [*(closure.on for closure in added), *removed]
        twice = next((day for place, day in enumerate(days) if day in days[:place]), None)
        if twice:
            raise self.wrong(key, "PLAN-14", f"names {twice} twice")
        return HolidayChanges(added, removed)

    def listed(self, value: object, key: str) -> list[object]:
        if not isinstance(value, list):
            raise self.wrong(key, "PLAN-14", f"must list days, not {value!r}")
        return value

    def closure(self, value: object, key: str) -> Closure:
        if not isinstance(value, dict) or set(value) != {"on", "name"}:
            example = '{ on = 2026-12-31, name = "..." }'
            raise self.wrong(key, "PLAN-14", f"must list days with their names such as {example}, not {value!r}")
        return Closure(self.day(value["on"], key), self.line(value["name"], key, "PLAN-14"))

    def day(self, value: object, key: str) -> date:
        whole = isinstance(value, date) and not isinstance(value, datetime)
        if not isinstance(value, date) or not whole or not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise self.wrong(
                key,
                "PLAN-14",
                f"must be a date from {FIRST_YEAR} to {LAST_YEAR} such as 2026-12-31 (unquoted), not {value!r}",
            )
        return value

    def information(self) -> InformationTerms:
        key, rule = "assumptions.information", "ESC-16"
        end = self.whole(f"{key}_end_after_business_days", 1, 250, rule)
        reminded = f"{key}_remind_after_business_days"
        days = tuple(sorted(self.days(reminded, 250, rule)))
        if days and days[-1] >= end:
            raise self.wrong(reminded, rule, f"must come before the end, which is after {end} business days")
        return InformationTerms(remind_after_business_days=days, end_after_business_days=end)

    def visits(self) -> VisitTerms:
        key = "assumptions.visit"
        return VisitTerms(
            decide_within_business_days=self.whole(f"{key}_decide_within_business_days", 1, 250, "ONS-3"),
            schedule_within_business_days=self.whole(f"{key}_schedule_within_business_days", 1, 250, "ONS-5"),
            report_within_business_days=self.whole(f"{key}_report_within_business_days", 1, 250, "ONS-5"),
            sign_off_within_business_days=self.whole(f"{key}_sign_off_within_business_days", 1, 250, "ONS-5"),
            remind_before=self.duration(self.get(f"{key}_remind_before", "ONS-5"), f"{key}_remind_before", "ONS-5"),
            date_within_days=self.whole(f"{key}_date_within_days", 1, 3650, "ONS-5"),
        )

    def hours(self, name: str) -> Hours:
        key = f"hours.{name}"
        if not _HOURS.fullmatch(name):
            raise self.wrong(key, "PLAN-14", "must be named with letters, digits, blanks, - or _, 64 signs at most")
        self.only(key, {"zone", "holidays", *_DAYS}, "PLAN-14")
        table = self.table(key, "PLAN-14")
        week = tuple(self.shifts(table.get(day, []), f"{key}.{day}") for day in _DAYS)
        holidays = self.country(f"{key}.holidays") if "holidays" in table else None
        hours = Hours(name=name, zone=self.text(f"{key}.zone", "PLAN-14"), week=week, holidays=holidays)
        try:
            hours.calendar(())
        except ValueError as error:
            raise self.wrong(key, "PLAN-14", str(error)) from error
        return hours

    def country(self, key: str) -> str:
        code = self.text(key, "PLAN-14")
        if not _COUNTRY.fullmatch(code):
            raise self.wrong(key, "PLAN-14", f"must be a country's code of two capitals such as CO, not {code!r}")
        return code

    def shifts(self, texts: object, key: str) -> tuple[Shift, ...]:
        if not isinstance(texts, list):
            raise self.wrong(key, "PLAN-14", f"must be a list of shifts such as 08:00-12:00, not {texts!r}")
        return tuple(self.shift(text, key) for text in texts)

    def shift(self, text: object, key: str) -> Shift:
        match = _SHIFT.fullmatch(text) if isinstance(text, str) else None
        if not match:
            raise self.wrong(key, "PLAN-14", f"must list shifts such as 08:00-12:00, not {text!r}")
        opens, closes = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
        if opens == closes:
            raise self.wrong(key, "PLAN-14", f"{text} opens and closes at once; a whole day is 00:00-24:00")
        return Shift(opens, closes if closes > opens else closes + MINUTES_A_DAY)
