"""Broken promises: whether a case has any, and which, as far as its facts and stretches tell (ESC-6)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op
from pydantic import TypeAdapter

from policy.time.calendar import Calendar

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_AT_ONCE = 500
_KINDS = ("initial_attention_missed", "initial_attention_given", "handed_off", "case_overdue", "priority_changed")
_BY_A_LIMIT = ("limit", "priority", "amendment")
_JSON = sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")
_CALENDAR: TypeAdapter[Calendar] = TypeAdapter(Calendar)
_LATE = TypeAdapter(timedelta)

_cases = sa.table("cases", sa.column("number"), sa.column("missed"), sa.column("closed_at"), sa.column("state", _JSON))
_facts = sa.table("facts", *(sa.column(name) for name in ("case_number", "seq", "turn", "at", "due_at", "kind")))
_facts.append_column(sa.column("data", _JSON))
_stretches = sa.table(
    "stretches", *(sa.column(name) for name in ("case_number", "clock", "level", "from_at", "to_at", "counted"))
)
_terms = sa.table("case_terms", sa.column("case_number"), sa.column("from_turn"), sa.column("terms", _JSON))


def upgrade() -> None:
    op.add_column("cases", sa.Column("missed", sa.Boolean(), nullable=False, server_default=sa.false()))
    tell_what_was_missed(op.get_bind())


def tell_what_was_missed(bind: sa.Connection) -> None:
    """Write down what each case has missed by now."""
    broken = sa.select(_facts.c.case_number).where(_facts.c.kind.in_(_KINDS)).distinct()
    numbers = list(bind.execute(broken.order_by(_facts.c.case_number)).scalars())
    for begin in range(0, len(numbers), _AT_ONCE):
        for life in _lives(bind, numbers[begin : begin + _AT_ONCE]):
            missed = list(life.missed())
            if missed:
                told = {"missed": True, "state": {**life.state, "missed": missed}}
                bind.execute(sa.update(_cases).where(_cases.c.number == life.number).values(told))


@dataclass
class _Life:
    """What is on record of one case."""

    number: str
    state: dict[str, Any]
    facts: list[Any] = field(default_factory=list)
    stood_at_3: list[tuple[datetime, datetime]] = field(default_factory=list)
    hours: list[tuple[datetime, Calendar]] = field(default_factory=list)
    """Each calendar of the case, and since when it counts."""

    def missed(self) -> Iterator[dict[str, Any]]:
        """Its broken promises, as the case's state holds them, in their order."""
        answered = next((_at(f.at) for f in self.facts if f.kind == "initial_attention_given"), None)
        closed = self.state.get("closed_at")
        ended = answered or (_at(closed) if closed else None)
        for fact in self.facts:
            due_at = _at(fact.due_at or fact.at)
            if fact.kind == "initial_attention_missed":
                yield self._growing("initial_attention", due_at, ended)
            elif fact.kind == "handed_off" and fact.data["cause"] in _BY_A_LIMIT:
                yield _entry(f"level_{fact.data['from_level']}", due_at, timedelta(0), None)
            elif fact.kind == "case_overdue":
                yield self._at_level_3(fact, due_at)

    def _growing(self, promise: str, due_at: datetime, ended: datetime | None) -> dict[str, Any]:
        if ended:
            return _entry(promise, due_at, self._counted(due_at, ended), None)
        since = max(due_at, self.hours[-1][0])
        return _entry(promise, due_at, self._counted(due_at, since), since)

    def _at_level_3(self, overdue: Any, due_at: datetime) -> dict[str, Any]:
        """Until a change of priority took it back, else as level 3's clock goes on."""
        later = [each for each in self.facts if each.seq > overdue.seq]
        again = next((each.seq for each in later if each.kind == "case_overdue"), None)
        changes = [each for each in later if each.kind == "priority_changed" and (again is None or each.seq < again)]
        is_live = again is None and self.state.get("overdue_at") is not None
        until = datetime.max.replace(tzinfo=UTC) if is_live or not changes else _at(changes[-1].at)
        spans = ((max(a, due_at), min(b, until)) for a, b in self.stood_at_3)
        late = sum((self._counted(a, b) for a, b in spans if a < b), timedelta(0))
        clock = self.state.get("level_clock")
        since = max(_at(clock["since_at"]), due_at) if is_live and clock and clock["counting"] else None
        return _entry("level_3", due_at, late, since)

    def _counted(self, from_at: datetime, to_at: datetime) -> timedelta:
        """What counted of a span, each part in the hours that held."""
        ends = [since for since, _ in self.hours[1:]] + [to_at]
        total = timedelta(0)
        for (since, calendar), end in zip(self.hours, ends, strict=True):
            a, b = max(from_at, since), min(to_at, end)
            total += calendar.elapsed(a, b) if a < b else timedelta(0)
        return total


def _lives(bind: sa.Connection, numbers: Sequence[str]) -> Iterator[_Life]:
    """All that is on record of these cases and says what they missed."""
    states = bind.execute(sa.select(_cases.c.number, _cases.c.state).where(_cases.c.number.in_(numbers)))
    lives = {row.number: _Life(row.number, row.state) for row in states}
    said = sa.select(_facts).where(_facts.c.case_number.in_(numbers)).order_by(_facts.c.case_number, _facts.c.seq)
    began: dict[tuple[str, int], datetime] = {}
    for fact in bind.execute(said):
        began.setdefault((fact.case_number, fact.turn), _at(fact.due_at or fact.at))
        if fact.kind in _KINDS:
            lives[fact.case_number].facts.append(fact)
    s = _stretches.c
    stood = sa.select(_stretches).where(s.case_number.in_(numbers), s.clock == "level", s.level == 3, s.counted)
    for row in bind.execute(stood.order_by(s.from_at)):
        lives[row.case_number].stood_at_3.append((_at(row.from_at), _at(row.to_at)))
    t = _terms.c
    promised = sa.select(_terms).where(t.case_number.in_(numbers)).order_by(t.case_number, t.from_turn)
    for row in bind.execute(promised):
        since = began[row.case_number, row.from_turn]
        lives[row.case_number].hours.append((since, _calendar(repr(row.terms["hours"]), row.terms["hours"])))
    return iter(lives.values())


_calendars: dict[str, Calendar] = {}


def _calendar(key: str, hours: Any) -> Calendar:
    """The calendar; one that many cases were promised is read once."""
    if key not in _calendars:
        _calendars[key] = _CALENDAR.validate_python(hours)
    return _calendars[key]


def _at(value: Any) -> datetime:
    """An instant, as either database or a case's state holds it."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _entry(promise: str, due_at: datetime, late: timedelta, since_at: datetime | None) -> dict[str, Any]:
    return {
        "promise": promise,
        "due_at": _said(due_at),
        "late": _LATE.dump_python(late, mode="json"),
        "since_at": _said(since_at) if since_at else None,
    }


def _said(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
