"""Finding: names, words and how they are spelt, files by their names; who has seen what, and what concerns whom.

What is there already is found as if it had been indexed from the beginning. It reads every text once, and takes about
half a minute where there are 100,000 cases.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from sys import intern
from typing import Any

import sqlalchemy as sa
from alembic import op

from policy.people.tax_id import check_digit, tax_number
from storage.engine.columns import Instant
from storage.search.spelling import forms, learnt_from, words_of

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_AT_ONCE = 1_000
_KEY = 60
_SAID_LAST = ("reply_sent", "information_requested", "case_resolved", "customer_answered", "case_reopened")
_CONTENT_ID = re.compile(r'"content_id"\s*:\s*"([^"\\]+)"')
_ONCE = ("case_number", "seq", "agent_id", "kind")
_UNREAD = sa.text("read_at IS NULL")
_WHY = "'assigned', 'answered', 'reopened', 'mentioned', 'overdue'"
_WORD = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    _make_tables()
    bind = op.get_bind()
    _order_by_more(bind)
    name_everybody(bind)
    learn_what_was_said(bind)


def _make_tables() -> None:
    op.create_table(
        "case_looks",
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_case_looks_account_id")),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f("fk_case_looks_case_number")),
        sa.PrimaryKeyConstraint("account_id", "case_number", name=op.f("pk_case_looks")),
    )
    op.create_table(
        "concerns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("read_at", Instant()),
        sa.CheckConstraint(f"kind IN ({_WHY})", name=op.f("ck_concerns_known_kind")),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f("fk_concerns_case_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concerns")),
        sa.UniqueConstraint(
            "case_number", "seq", "agent_id", "kind", name=op.f("uq_concerns_case_number_seq_agent_id_kind")
        ),
    )
    op.create_index(op.f("ix_concerns_agent_id_id"), "concerns", ["agent_id", "id"])
    op.create_index(
        "ix_concerns_unread", "concerns", ["agent_id", "case_number"], sqlite_where=_UNREAD, postgresql_where=_UNREAD
    )
    op.create_table(
        "name_words",
        sa.Column("word", _WORD, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("of_id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('customer', 'contact')", name=op.f("ck_name_words_known_kind")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_name_words_customer_id")),
        sa.PrimaryKeyConstraint("word", "kind", "of_id", name=op.f("pk_name_words")),
    )
    op.create_index(op.f("ix_name_words_customer_id"), "name_words", ["customer_id"])
    op.create_index(op.f("ix_name_words_of_id"), "name_words", ["of_id"])
    op.create_table(
        "known_words",
        sa.Column("word", _WORD, nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_known_words_customer_id")),
        sa.PrimaryKeyConstraint("word", "customer_id", name=op.f("pk_known_words")),
    )
    op.create_table(
        "word_forms",
        sa.Column("form", _WORD, nullable=False),
        sa.Column("word", _WORD, nullable=False),
        sa.PrimaryKeyConstraint("form", "word", name=op.f("pk_word_forms")),
        sqlite_with_rowid=False,
    )


def _order_by_more(bind: sa.Connection) -> None:
    """A key to put titles in order by, the customer's word that nobody answered; both in the queue's own index."""
    op.add_column("cases", sa.Column("title_key", sa.String(), nullable=False, server_default=""))
    op.add_column("cases", sa.Column("answered_seq", sa.Integer()))
    keyed = sa.text("UPDATE cases SET title_key = :key WHERE number = :number")
    for some in _batches(bind.execute(sa.text("SELECT number, title FROM cases"))):
        rows = [{"number": row.number, "key": " ".join(words_of(row.title[:_KEY]))[:_KEY]} for row in some]
        bind.execute(keyed, rows)
    listed = ", ".join(f"'{kind}'" for kind in _SAID_LAST)
    bind.execute(
        sa.text(
            "UPDATE cases SET answered_seq = (SELECT f.seq FROM facts AS f WHERE f.case_number = cases.number "  # noqa: S608 - texts of ours
            f"AND f.kind IN ({listed}) AND f.kind IN ('customer_answered', 'case_reopened') AND NOT EXISTS "
            "(SELECT 1 FROM facts AS later WHERE later.case_number = f.case_number AND later.seq > f.seq "
            f"AND later.kind IN ({listed})))"
        )
    )
    op.drop_index("ix_cases_queue", "cases")
    filtered_by = "status level priority plan customer_id assignee case_group overdue closing_reason search_id"
    op.create_index(
        "ix_cases_queue",
        "cases",
        ["next_due_at", "number", *filtered_by.split(), "answered_seq", "title_key"],
    )


def name_everybody(bind: sa.Connection) -> None:
    """Let all customers and contacts be found by their names."""
    rows = []
    learnt = _Learnt()
    for each in bind.execute(sa.text("SELECT id, name, tax_id FROM customers")):
        rows += _named("customer", each.id, each.id, {*words_of(each.name), *_of_tax_id(each.tax_id)})
        learnt.add(each.id, [each.name], public=True)
    for each in bind.execute(sa.text("SELECT id, customer_id, name, email FROM contacts")):
        rows += _named("contact", each.id, each.customer_id, {*words_of(each.name), *words_of(each.email)})
        learnt.add(each.customer_id, [each.name, each.email], public=True)
    if rows:
        columns = "word, kind, of_id, customer_id"
        bind.execute(
            sa.text(f"INSERT INTO name_words ({columns}) VALUES (:word, :kind, :of_id, :customer_id)"),  # noqa: S608
            rows,
        )
    learnt.keep(bind)


def _named(kind: str, of_id: str, customer_id: str, words: set[str]) -> list[dict[str, str]]:
    return [{"word": word, "kind": kind, "of_id": of_id, "customer_id": customer_id} for word in sorted(words)]


def _of_tax_id(tax_id: str) -> set[str]:
    number = tax_number(tax_id)
    if not (number.isascii() and number.isdecimal()):
        return set(words_of(tax_id))
    return {number, f"{number}{check_digit(number)}"}


def learn_what_was_said(bind: sa.Connection) -> None:
    """The words of every text that facts have published, and the names of the files that came with them."""
    is_sqlite = bind.dialect.name == "sqlite"
    ids = list(bind.execute(sa.text("SELECT search_id FROM cases ORDER BY search_id")).scalars())
    data = "f.data" if is_sqlite else "CAST(f.data AS text)"
    published = sa.text(
        f"SELECT c.search_id, c.customer_id, f.seq, f.internal, {data} AS data FROM cases AS c "  # noqa: S608
        "JOIN facts AS f ON f.case_number = c.number WHERE c.search_id BETWEEN :first AND :last "
        f"AND {data} LIKE '%content_id%'"
    )
    bodies = sa.text(
        "SELECT t.content_id, t.body FROM contents AS t JOIN cases AS c ON c.number = t.case_number "
        "WHERE c.search_id BETWEEN :first AND :last"
    )
    names = sa.text(
        "SELECT f.content_id, f.name FROM files AS f JOIN cases AS c ON c.number = f.case_number "
        "WHERE c.search_id BETWEEN :first AND :last AND f.content_id IS NOT NULL ORDER BY f.at, f.place, f.id"
    )
    learnt = _Learnt()
    for begin in range(0, len(ids), _AT_ONCE):
        some = ids[begin : begin + _AT_ONCE]
        of = {"first": some[0], "last": some[-1]}
        said = {row.content_id: row.body for row in bind.execute(bodies, of)}
        called = defaultdict(list)
        for row in bind.execute(names, of):
            called[row.content_id].append(row.name)
        named = []
        for row in bind.execute(published, of):
            content_ids = _CONTENT_ID.findall(row.data)
            texts = [said[each] for each in content_ids if each in said]
            files = [name for each in content_ids for name in called.get(each, ())]
            learnt.add(row.customer_id, [*texts, *files], public=not row.internal)
            if files and row.seq < 1 << 17:
                text_id = (row.search_id << 20) | (row.seq << 3) | 7
                named.append({"id": text_id, "internal": bool(row.internal), "words": " ".join(files)})
        if named:
            bind.execute(_INDEX_ON_SQLITE if is_sqlite else _INDEX_ON_POSTGRESQL, named)
    learnt.keep(bind)


_INDEX_ON_SQLITE = sa.text(
    "INSERT INTO case_words (rowid, said, noted) "
    "VALUES (:id, CASE WHEN :internal THEN '' ELSE :words END, CASE WHEN :internal THEN :words ELSE '' END)"
)
_INDEX_ON_POSTGRESQL = sa.text(
    "INSERT INTO case_words (id, internal, words) VALUES (CAST(:id AS bigint), CAST(:internal AS boolean), "
    "to_tsvector('escala_spanish', escala_folded(CAST(:words AS text))))"
)


class _Learnt:
    """Which words each customer's texts have, and whether it reads them."""

    def __init__(self) -> None:
        self._words: dict[str, dict[str, bool]] = defaultdict(dict)

    def add(self, customer_id: str, texts: Iterable[str], *, public: bool) -> None:
        own = self._words[customer_id]
        for word in map(intern, learnt_from(texts)):
            own[word] = own.get(word, False) or public

    def keep(self, bind: sa.Connection) -> None:
        known = [
            {"word": word, "customer_id": customer_id, "public": public}
            for customer_id, words in self._words.items()
            for word, public in words.items()
        ]
        every = {str(row["word"]) for row in known}
        formed = [{"form": form, "word": word} for word in every for form in forms(word)]
        for statement, rows in ((_KNOW, known), (_FORM, formed)):
            for some in _batches(rows, 10 * _AT_ONCE):
                bind.execute(statement, some)


_KNOW = sa.text(
    "INSERT INTO known_words (word, customer_id, public) VALUES (:word, :customer_id, :public) "
    "ON CONFLICT (word, customer_id) DO UPDATE SET public = excluded.public "
    "WHERE excluded.public AND NOT known_words.public"
)
_FORM = sa.text("INSERT INTO word_forms (form, word) VALUES (:form, :word) ON CONFLICT DO NOTHING")


def _batches(rows: Iterable[Any], at_once: int = _AT_ONCE) -> Iterator[list[Any]]:
    every = list(rows)
    for begin in range(0, len(every), at_once):
        yield every[begin : begin + at_once]


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
