"""What the audit's page says of each act: a sentence of each kind, in both languages, and no raw value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.signing_in.audit_words import AuditTeller
from storage.audit.acts import Act
from tests.support.every import every
from wording.language import LANGUAGES

_TRIES = {"times": 10, "hour": "2026-11-25T14:00:00+00:00"}
DETAILS: Mapping[Act, Mapping[str, Any]] = {
    Act.SIGNED_IN: {"session": "ses_1"},
    Act.CODE_AWAITED: {"session": "ses_1"},
    Act.SIGNED_OUT: {"session": "ses_1"},
    Act.NAME_CHOSEN: {"role": "director", "session": "ses_1"},
    Act.SESSIONS_ENDED: {"sessions": 2},
    Act.RECOVERY_CODE_USED: {"left": 1},
    Act.PASSWORD_CHANGED: {"by_key": True},
    Act.ROLE_GIVEN: {"role": "admin"},
    Act.AGENT_REGISTERED: {"levels": [1, 2], "groups": [], "is_director": False},
    Act.ABSENCE_MARKED: {
        "person": "dora",
        "substitute": "eva",
        "from_at": "2026-11-25T14:00:00+00:00",
        "to_at": "2026-12-01T14:00:00+00:00",
    },
    Act.TOKEN_MADE: {"role": "agent", "subject": "ana"},
    Act.TOKEN_REVOKED: {"subject": "ana"},
    Act.ROSTER_CHANGED: {"contacts": ["c1", "c2"], "administrators": ["c1"], "sign_in": []},
    Act.SETTINGS_CHANGED: {"changed": ["session_hours"], "now": ["session_hours=3", "policy=2026"]},
    Act.TERMS_AMENDED: {"what": ["holidays"], "cases": 3, "policy": "2026-11"},
    Act.SIGN_IN_THROTTLED: _TRIES,
    Act.TOKEN_REFUSED: _TRIES,
}
"""What an entry holds of each act that brings more than who, from where and to what."""


@every("language", LANGUAGES)
@every("act", Act)
def test_each_act_has_its_sentence(act: Act, language: str) -> None:
    said = AuditTeller(language).sentence(act.value, DETAILS.get(act, {}))
    assert bool(said) == (act in DETAILS)
    assert not set("{}[]_'\"") & set(said.replace("ses_1", "").replace("session_hours", ""))


def test_in_the_language_of_whoever_reads_it() -> None:
    detail = DETAILS[Act.ABSENCE_MARKED]
    spanish, english = (AuditTeller(each).sentence("absence_marked", detail) for each in ("es", "en"))
    assert spanish.startswith("dora está ausente desde miércoles 25 de noviembre de 2026")
    assert english.startswith("dora is away from Wednesday, November 25, 2026")


def test_what_is_newer_than_this_page_is_told_by_its_name_alone() -> None:
    assert AuditTeller("es").sentence("moon_landed", {"on": "2026"}) == ""


def test_the_first_start_names_no_hundred_settings() -> None:
    now = [f"name_{place}=1" for place in range(60)]
    detail = {"changed": [each.partition("=")[0] for each in now], "now": now}
    assert AuditTeller("es").sentence("settings_changed", detail) == "60 valores, en el primer arranque."
