"""The audit's words: one sentence for each kind of act beside its name, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, assert_never

from storage.audit.acts import Act
from wording.language import translate, translate_count, word


class AuditTeller:
    """Tells in one language what an entry's detail holds. What an entry of an earlier version lacks is left out."""

    def __init__(self, language: str) -> None:
        self._language = language

    def sentence(self, act: str, detail: Mapping[str, Any]) -> str:
        """What more is known of it; empty where nothing is. An act that is newer than this page is told by no words."""
        if not detail or act not in set(Act):
            return ""
        return self._told(Act(act), detail)

    def say(self, message: str, **values: object) -> str:
        return translate(message, self._language, **values)

    def say_count(self, one: str, many: str, how_many: int, **values: object) -> str:
        return translate_count(one, many, how_many, self._language, **values)

    def _told(self, act: Act, detail: Mapping[str, Any]) -> str:
        match act:
            case Act.SIGNED_IN | Act.CODE_AWAITED | Act.SIGNED_OUT:
                return self.say("Session {session}.", session=detail.get("session"))
            case Act.NAME_CHOSEN:
                role = word("role", detail.get("role"), self._language)
                return self.say("As {role}, in session {session}.", role=role, session=detail.get("session"))
            case Act.SESSIONS_ENDED:
                return self.say_count("{count} session.", "{count} sessions.", detail.get("sessions", 0))
            case Act.RECOVERY_CODE_USED:
                left = detail.get("left", 0)
                return self.say_count("{count} recovery code is left.", "{count} recovery codes are left.", left)
            case Act.PASSWORD_CHANGED:
                return self.say("With the key that came by mail.")
            case Act.ROLE_GIVEN:
                return self.say("Role: {role}.", role=word("role", detail.get("role"), self._language))
            case Act.AGENT_REGISTERED:
                return self._agent(detail)
            case Act.ABSENCE_MARKED:
                return self._absence(detail)
            case Act.OVERRIDE_MADE:
                return self._override(detail)
            case Act.ROTA_MADE:
                people = self._list(detail.get("people", ()))
                return self.say("Level {level}: {people}.", level=detail.get("level"), people=people)
            case Act.SWAP_PROPOSED:
                return self.say("{proposer} with {other}.", proposer=detail.get("proposer"), other=detail.get("other"))
            case Act.SWAP_ANSWERED:
                return word("swap_state", detail.get("state"), self._language)
            case Act.TOKEN_MADE:
                role = word("role", detail.get("role"), self._language)
                return self.say("Role: {role}. It acts as {subject}.", role=role, subject=detail.get("subject"))
            case Act.TOKEN_REVOKED:
                return self.say("It acted as {subject}.", subject=detail.get("subject"))
            case Act.ROSTER_CHANGED:
                return self.say(
                    "Contacts: {contacts}. Administrators: {administrators}. Who signs in: {sign_in}.",
                    **{each: self._list(detail.get(each, ())) for each in ("contacts", "administrators", "sign_in")},
                )
            case Act.SETTINGS_CHANGED:
                return self._settings(detail)
            case Act.TERMS_AMENDED:
                return self._amendment(detail)
            case Act.WEBHOOK_MADE if customer := detail.get("customer"):
                return self.say("For the cases of {customer}.", customer=customer)
            case Act.WEBHOOK_PAUSED:
                return word("paused_why", detail.get("why"), self._language)
            case Act.SIGN_IN_THROTTLED | Act.TOKEN_REFUSED:
                return self._tries(detail)
            case (
                Act.SIGN_IN_FAILED
                | Act.SECOND_FACTOR_ON
                | Act.SECOND_FACTOR_OFF
                | Act.SECOND_FACTOR_FAILED
                | Act.PRESENT_PASSWORD_FAILED
                | Act.INVITED
                | Act.PASSWORD_FORGOTTEN
                | Act.ROLE_TAKEN
                | Act.ABSENCE_ENDED
                | Act.ACCOUNT_DISABLED
                | Act.ACCOUNT_ENABLED
                | Act.EXPORTED
                | Act.WEBHOOK_MADE
                | Act.WEBHOOK_SECRET_CHANGED
                | Act.WEBHOOK_RESUMED
                | Act.WEBHOOK_REMOVED
                | Act.ROTA_ENDED
                | Act.OVERRIDE_ENDED
                | Act.CALENDAR_MADE
                | Act.CALENDAR_REVOKED
            ):
                return ""  # who, from where and to what is all there is
            case _:
                assert_never(act)

    def _agent(self, detail: Mapping[str, Any]) -> str:
        said = [
            self.say("Levels: {levels}.", levels=self._list(detail.get("levels", ()))),
            self.say("Groups: {groups}.", groups=self._list(detail.get("groups", ()))),
        ]
        return " ".join([*said, self.say("Director.")] if detail.get("is_director") else said)

    def _absence(self, detail: Mapping[str, Any]) -> str:
        return self.say(
            "{person} is away from {from_at} to {to_at}; {substitute} stands in.",
            person=detail.get("person"),
            substitute=detail.get("substitute"),
            from_at=datetime.fromisoformat(detail["from_at"]),
            to_at=datetime.fromisoformat(detail["to_at"]),
        )

    def _override(self, detail: Mapping[str, Any]) -> str:
        return self.say(
            "Level {level}: {person} from {from_at} to {to_at}.",
            level=detail.get("level"),
            person=detail.get("person"),
            from_at=datetime.fromisoformat(detail["from_at"]),
            to_at=datetime.fromisoformat(detail["to_at"]),
        )

    def _settings(self, detail: Mapping[str, Any]) -> str:
        """What changed, and what it is since; at the first start of all everything is new."""
        now = dict(each.split("=", 1) for each in detail.get("now", ()))
        changed = detail.get("changed", ())
        if len(changed) == len(now):
            one, many = "{count} setting, at the first start.", "{count} settings, at the first start."
            return self.say_count(one, many, len(now))
        return self.say("Now: {settings}.", settings=self._list([f"{name}={now.get(name, '')}" for name in changed]))

    def _amendment(self, detail: Mapping[str, Any]) -> str:
        said = self.say_count("{count} case.", "{count} cases.", detail.get("cases", 0))
        return f"{said} {self.say('Policy file: {policy}.', policy=detail.get('policy'))}"

    def _tries(self, detail: Mapping[str, Any]) -> str:
        return self.say_count(
            "{count} try so far in the hour from {hour} on.",
            "{count} tries so far in the hour from {hour} on.",
            detail.get("times", 0),
            hour=datetime.fromisoformat(detail["hour"]),
        )

    def _list(self, found: Sequence[object]) -> str:
        return ", ".join(map(str, found)) or self.say("none")
