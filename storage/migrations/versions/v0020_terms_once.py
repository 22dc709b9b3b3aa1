"""Terms are kept once, by their digest: what each case was promised names them.

The cases' own copies stay for the programs of before, until a version to come takes the column away.
"""

import json
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_AT_ONCE = 500
_JSON = sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")
_of_cases = sa.table(
    "case_terms", sa.column("case_number"), sa.column("from_turn"), sa.column("terms", _JSON), sa.column("digest")
)
_pinned = sa.table("pinned_terms", sa.column("digest"), sa.column("terms", _JSON))


def upgrade() -> None:
    op.create_table(
        "pinned_terms",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("terms", _JSON, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_pinned_terms")),
    )
    with op.batch_alter_table("case_terms") as table:
        table.alter_column("terms", existing_type=_JSON, nullable=True)
        table.add_column(sa.Column("digest", sa.String(), nullable=True))
        table.create_foreign_key(op.f("fk_case_terms_digest"), "pinned_terms", ["digest"], ["digest"])
    name_what_is_there(op.get_bind())


def name_what_is_there(bind: sa.Connection) -> None:
    """Keep the terms of every case once, and name them."""
    c = _of_cases.c
    named = sa.update(_of_cases).values(digest=sa.bindparam("its"))
    named = named.where(c.case_number == sa.bindparam("number"), c.from_turn == sa.bindparam("turn"))
    known: set[str] = set()
    last = ("", 0)
    while True:
        after = sa.tuple_(c.case_number, c.from_turn) > sa.tuple_(*map(sa.literal, last))
        some = sa.select(c.case_number, c.from_turn, c.terms).where(after).order_by(c.case_number, c.from_turn)
        rows = list(bind.execute(some.limit(_AT_ONCE)))
        if not rows:
            return
        digests = {_digest(terms): terms for _, _, terms in rows}
        for digest in digests.keys() - known:
            bind.execute(sa.insert(_pinned), {"digest": digest, "terms": digests[digest]})
        known |= digests.keys()
        bind.execute(named, [{"number": n, "turn": turn, "its": _digest(terms)} for n, turn, terms in rows])
        last = rows[-1][:2]


def _digest(terms: Any) -> str:
    text = json.dumps(terms, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
