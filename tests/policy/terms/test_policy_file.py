"""The policy file: what the product's own says, and that every mistake is named by file, key and rule."""

from __future__ import annotations

from datetime import date, timedelta
from importlib.resources import files

import pytest

from policy.case.case import Channel, Plan
from policy.terms.policy_file import PolicyFileError
from policy.terms.policy_reader import read_policy
from policy.time.calendar import Closure, Shift
from tests.support.every import every
from tests.support.lives import CONTRACT, policy

TEXT = files("policy").joinpath("policy.toml").read_text(encoding="utf-8")


def changed(old: str, new: str) -> str:
    """The product's policy file with its first `old` replaced."""
    assert old in TEXT
    return TEXT.replace(old, new, 1)


def holidays(says: str) -> str:
    """The product's policy file with this of Colombia's holidays."""
    return changed("[plans.standard]", f"[holidays.CO]\n{says}\n[plans.standard]")


NEW_YEARS_EVE = 'added = [{ on = 2026-12-31, name = "Día de la vida" }]'
STANDARD_CHANNELS = 'channels = ["web"]'
MONDAY = 'monday = ["08:00-12:00", "13:00-17:00"]'
BROKEN: tuple[tuple[str, str, str | None], ...] = (
    ("version = ", "TOML", None),
    ("", "version", None),
    (changed('version = "2026-11"', ""), "version", None),
    (changed('version = "2026-11"', "version = 11"), "version", None),
    (changed('version = "2026-11"', 'version = ""'), "version", None),
    (changed('version = "2026-11"', 'version = " 2026"'), "version", None),
    (changed('version = "2026-11"', r'version = "2026\u0000"'), "version", None),
    (changed('version = "2026-11"', f'version = "{"2" * 121}"'), "version", None),
    (changed('version = "2026-11"', f"version = {'9' * 5000}"), "TOML", None),
    (changed("[groups.sig]", "[teams.sig]"), "teams", None),
    # hours
    (changed(MONDAY, 'monday = "08:00-12:00"'), "hours.8x5.monday", "PLAN-14"),
    (changed(MONDAY, "monday = 8"), "hours.8x5.monday", "PLAN-14"),
    (changed(MONDAY, "monday = [8]"), "hours.8x5.monday", "PLAN-14"),
    (changed(MONDAY, 'monday = ["8:00-12:00"]'), "hours.8x5.monday", "PLAN-14"),
    (changed(MONDAY, 'monday = ["08:60-12:00"]'), "hours.8x5.monday", "PLAN-14"),
    (changed(MONDAY, 'monday = ["25:00-26:00"]'), "hours.8x5.monday", "PLAN-14"),
    (changed(MONDAY, 'monday = ["08:00-24:30"]'), "hours.8x5.monday", "PLAN-14"),
    (changed(MONDAY, 'monday = ["13:00-17:00", "08:00-12:00"]'), "hours.8x5", "PLAN-14"),
    (changed(MONDAY, 'monday = ["08:00-13:00", "12:00-17:00"]'), "hours.8x5", "PLAN-14"),
    (changed(MONDAY, 'monday = ["08:00-08:00"]'), "hours.8x5.monday", "PLAN-14"),
    (changed(MONDAY, 'monday = ["00:00-00:00"]'), "hours.8x5.monday", "PLAN-14"),
    (changed("monday = [", "lunes = ["), "hours.8x5.lunes", "PLAN-14"),
    (changed('holidays = "CO"', 'holidays = "co"'), "hours.8x5.holidays", "PLAN-14"),
    (changed('holidays = "CO"', 'holidays = "Colombia"'), "hours.8x5.holidays", "PLAN-14"),
    (changed("[hours.7x24]", f'[hours.8X5]\nzone = "America/Bogota"\n{MONDAY}\n[hours.7x24]'), "hours.8X5", "PLAN-14"),
    (
        changed("[hours.7x24]", f'[hours."8.5"]\nzone = "America/Bogota"\n{MONDAY}\n[hours.7x24]'),
        "hours.8.5",
        "PLAN-14",
    ),
    (
        changed("[hours.7x24]", '[hours.poco]\nzone = "America/Bogota"\nsunday = ["08:00-08:01"]\n[hours.7x24]'),
        "matrix.level_3",
        "ESC-3",
    ),
    (changed('zone = "America/Bogota"', 'zone = "America/Macondo"'), "hours.8x5", "PLAN-14"),
    (changed('zone = "America/Bogota"', ""), "hours.8x5.zone", "PLAN-14"),
    (changed('holidays = "CO"', "holidays = true"), "hours.8x5.holidays", "PLAN-14"),
    (changed("[hours.7x24]", '[hours.none]\nzone = "America/Bogota"\n[hours.7x24]'), "hours.none", "PLAN-14"),
    # plans
    (changed("[plans.premium]", "[plans.standard.premium]"), "plans.standard.premium", "PLAN-1"),
    (changed('hours = "8x5"', 'hours = "9x5"'), "plans.standard.hours", "PLAN-1"),
    (changed('initial_attention_within = "1h"', ""), "plans.standard.initial_attention_within", "PLAN-5"),
    (changed('within = "1h"', "within = 60"), "plans.standard.initial_attention_within", "PLAN-5"),
    (changed('within = "1h"', 'within = "0m"'), "plans.standard.initial_attention_within", "PLAN-5"),
    (changed('within = "1h"', 'within = "1 hour"'), "plans.standard.initial_attention_within", "PLAN-5"),
    (changed(STANDARD_CHANNELS, "channels = []"), "plans.standard.channels", "PLAN-7"),
    (changed(STANDARD_CHANNELS, 'channels = "web"'), "plans.standard.channels", "PLAN-7"),
    (changed(STANDARD_CHANNELS, 'channels = ["fax"]'), "plans.standard.channels", "PLAN-7"),
    (changed(STANDARD_CHANNELS, 'channels = ["web", "web"]'), "plans.standard.channels", "PLAN-7"),
    (changed("portal_users = 2", "portal_users = 0"), "plans.standard.portal_users", "PLAN-8"),
    (changed("portal_users = 2", "portal_users = true"), "plans.standard.portal_users", "PLAN-8"),
    (changed("escalation = false", 'escalation = "no"'), "plans.standard.functional_escalation", "PLAN-6"),
    (changed("portal_users = 2", "portal_users = 2\nfax = 1"), "plans.standard.fax", "PLAN-1"),
    # matrix and groups
    (changed('level_1 = ["30m", "1h", "1h", "2h"]', ""), "matrix.level_1", "ESC-1"),
    (changed('level_2 = ["30m", ', "level_2 = ["), "matrix.level_2", "ESC-2"),
    (changed('"16h"]', '"never"]'), "matrix.level_3", "ESC-3"),
    (changed("level_3 = [", "level_4 = ["), "matrix.level_4", "ESC-1"),
    (changed("[groups.sig]", '[groups]\nnames = ["sig"]\n[groups.sig]'), "groups.names", "ESC-8"),
    (changed("[groups.sig]", '[groups."S I G"]'), "groups.S I G", "ESC-8"),
    (changed('skills = ["Geoportal"', 'skills = ["", "Geoportal"'), "groups.sig.skills", "ESC-8"),
    (changed('name = "Infraestructura"', r'name = "Infra\nestructura"'), "groups.infraestructura.name", "ESC-8"),
    (changed('skills = ["Geoportal"', 'leader = "x"\nskills = ["Geoportal"'), "groups.sig.leader", "ESC-8"),
    (changed('name = "Infraestructura"', ""), "groups.infraestructura.name", "ESC-8"),
    # holidays
    (holidays("added = 1"), "holidays.CO", "PLAN-14"),
    (holidays('added = [{ on = "2026-12-31", name = "X" }]'), "holidays.CO.added", "PLAN-14"),
    (holidays('added = [{ on = 2026-12-31T00:00:00, name = "X" }]'), "holidays.CO.added", "PLAN-14"),
    (holidays('added = [{ on = 1026-12-31, name = "X" }]'), "holidays.CO.added", "PLAN-14"),
    (holidays("added = [{ on = 2026-12-31 }]"), "holidays.CO.added", "PLAN-14"),
    (holidays('added = [{ on = 2026-12-31, name = " " }]'), "holidays.CO.added", "PLAN-14"),
    (holidays('added = [{ on = 2026-12-31, name = "X", half = true }]'), "holidays.CO.added", "PLAN-14"),
    (holidays("removed = [true]"), "holidays.CO.removed", "PLAN-14"),
    (holidays("removed = [2026-12-08, 2026-12-08]"), "holidays.CO", "PLAN-14"),
    (holidays(f"{NEW_YEARS_EVE}\nremoved = [2026-12-31]"), "holidays.CO", "PLAN-14"),
    (holidays("moved = []"), "holidays.CO.moved", "PLAN-14"),
    (holidays("removed = []").replace("holidays.CO]", "holidays.PE]"), "holidays.PE", "PLAN-14"),
    # assumptions
    (changed('business_days = "8x5"', 'business_days = "9x5"'), "assumptions.business_days", "PLAN-14"),
    (changed("warn_at_percent = 75", "warn_at_percent = 100"), "assumptions.warn_at_percent", "ESC-13"),
    (changed("warn_at_percent = 75", ""), "assumptions.warn_at_percent", "ESC-13"),
    (changed("days = 5", "days = 0"), "assumptions.reopen_within_business_days", "ESC-14"),
    (changed("days = 15", 'days = "15"'), "assumptions.held_for_business_days", "WAR-3"),
    (changed("months = 3", "months = 3.5"), "assumptions.warranty_months", "WAR-1"),
    (changed('plan = "standard"', 'plan = "gold"'), "assumptions.warranty_plan", "WAR-1"),
    (changed("[30, 15, 7, 1]", "30"), "assumptions.cover_end_announced_days_before", "WAR-5"),
    (changed("[30, 15, 7, 1]", "[30, 0]"), "assumptions.cover_end_announced_days_before", "WAR-5"),
    (changed("[30, 15, 7, 1]", "[true]"), "assumptions.cover_end_announced_days_before", "WAR-5"),
    (changed("[30, 15, 7, 1]", "[7, 7]"), "assumptions.cover_end_announced_days_before", "WAR-5"),
    (changed('from_before = "24h"', 'from_before = "0h"'), "assumptions.provider_incidents_from_before", "SCOPE-6"),
    (changed("warranty_months = 3", "warranty_months = 3\nmood = 1"), "assumptions.mood", None),
    (changed("absence_within_days = 366", "absence_within_days = 0"), "assumptions.absence_within_days", "ESC-17"),
)


class TestABrokenPolicyFile:
    @every("text, key, rule", BROKEN)
    def test_is_refused_by_file_key_and_rule(self, text: str, key: str, rule: str | None) -> None:
        """Whoever edits it is led to the line and to the law."""
        with pytest.raises(PolicyFileError) as refused:
            read_policy(text, file="my-policy.toml")
        error = refused.value
        assert (error.file, error.key, error.rule) == ("my-policy.toml", key, rule)
        assert str(error).startswith(f"my-policy.toml: {key}: ")


class TestThePolicyFile:
    @pytest.mark.rule("PLAN-1")
    def test_opens_from_monday_to_friday_with_a_lunch_break(self) -> None:
        """8 x 5."""
        office = (Shift(8 * 60, 12 * 60), Shift(13 * 60, 17 * 60))
        assert policy().hours["8x5"].week == (office,) * 5 + ((),) * 2

    @pytest.mark.rule("PLAN-1")
    def test_never_closes_for_premium(self) -> None:
        """7 x 24, holidays included."""
        assert policy().hours["7x24"].week == ((Shift(0, 24 * 60),),) * 7
        assert policy().hours["7x24"].holidays is None

    @pytest.mark.rule("PLAN-8")
    @pytest.mark.parametrize(("plan", "users"), [(Plan.STANDARD, 2), (Plan.PREMIUM, 5)])
    def test_lets_so_many_users_sign_in(self, plan: Plan, users: int) -> None:
        """Two and five."""
        assert policy().plans[plan].portal_users == users

    @pytest.mark.rule("PLAN-7")
    def test_gives_each_plan_its_channels(self) -> None:
        """The web platform only, or all four."""
        assert policy().plans[Plan.STANDARD].channels == (Channel.WEB,)
        assert set(policy().plans[Plan.PREMIUM].channels) == set(Channel)

    def test_has_a_version_that_changes_with_its_text(self) -> None:
        """The file's own word, and a digest of what it says."""
        other = read_policy(changed('"30m"', '"29m"'), file="policy.toml")
        assert policy().version.startswith("2026-11+")
        assert other.version != policy().version

    @pytest.mark.parametrize(
        ("written", "seconds"), [("1h30m", 5400), ("90m", 5400), ("2h", 7200), ("45s", 45), ("1h1m1s", 3661)]
    )
    def test_takes_durations_of_hours_minutes_and_seconds(self, written: str, seconds: int) -> None:
        """In this order, each at most once."""
        other = read_policy(changed('"30m"', f'"{written}"'), file="policy.toml")
        assert other.plans[Plan.PREMIUM].initial_attention_within == timedelta(seconds=seconds)

    @pytest.mark.rule("ESC-17")
    def test_may_say_nothing_of_how_long_an_absence_lasts(self) -> None:
        """Files from before that was asked for go on as they are."""
        without, with_days = (
            read_policy(changed("absence_within_days = 366", to), file="policy.toml")
            for to in ("", "absence_within_days = 30")
        )
        assert (without.absence_within_days, with_days.absence_within_days) == (366, 30)

    def test_may_begin_with_a_mark_of_its_encoding(self) -> None:
        """Some editors put one there: it is no part of what the file says."""
        assert read_policy(f"\ufeff{TEXT}", file="policy.toml").version == policy().version

    def test_takes_a_shift_over_midnight(self) -> None:
        """It closes on the next day."""
        other = read_policy(changed(MONDAY, 'monday = ["22:00-06:00"]'), file="policy.toml")
        assert other.hours["8x5"].week[0] == (Shift(22 * 60, 30 * 60),)

    @pytest.mark.rule("PLAN-14")
    def test_closes_on_the_countrys_holidays(self) -> None:
        """Those that the case's terms were given; premium has none."""
        closures = {"CO": (Closure(date(2026, 12, 8), "La Inmaculada Concepción"),)}
        standard = policy().terms(Plan.STANDARD, cover=CONTRACT, closures=closures)
        premium = policy().terms(Plan.PREMIUM, cover=CONTRACT, closures=closures)
        assert (standard.hours.closures, premium.hours.closures) == (closures["CO"], ())

    @pytest.mark.rule("PLAN-14")
    def test_does_not_forget_the_holidays_that_it_was_not_given(self) -> None:
        """A calendar without them would escalate on a holiday, so there is none."""
        with pytest.raises(KeyError):
            policy().terms(Plan.STANDARD, cover=CONTRACT, closures={})

    @pytest.mark.rule("PLAN-14")
    def test_adds_holidays_before_the_library_knows_them_and_removes_others(self) -> None:
        """By date, and only those of the span that is asked for."""
        listed = (Closure(date(2026, 12, 8), "La Inmaculada Concepción"), Closure(date(2026, 12, 25), "Navidad"))
        changes = read_policy(holidays(f"{NEW_YEARS_EVE}\nremoved = [2026-12-08]"), file="p").holidays["CO"]
        year = {"first": date(2026, 1, 1), "last": date(2026, 12, 31)}
        assert changes.applied(listed, **year) == (listed[1], Closure(date(2026, 12, 31), "Día de la vida"))
        assert changes.applied((), first=date(2027, 1, 1), last=date(2027, 12, 31)) == ()

    @pytest.mark.rule("PLAN-14")
    def test_says_a_holiday_once_that_the_library_has_learned_since(self) -> None:
        """With the name that the file gives it."""
        changes = read_policy(holidays(NEW_YEARS_EVE), file="p").holidays["CO"]
        listed = (Closure(date(2026, 12, 31), "Another name"),)
        year = {"first": date(2026, 1, 1), "last": date(2026, 12, 31)}
        assert changes.applied(listed, **year) == (Closure(date(2026, 12, 31), "Día de la vida"),)

    def test_changes_no_holidays_unless_told_to(self) -> None:
        assert policy().holidays == {}

    @pytest.mark.rule("ESC-8")
    def test_pins_the_groups_by_their_ids(self) -> None:
        """Their skills are advice, not a promise."""
        standard = policy().terms(Plan.STANDARD, cover=CONTRACT, closures={"CO": ()})
        assert standard.groups == ("google-maps-platform", "sig", "rastreo", "infraestructura")
