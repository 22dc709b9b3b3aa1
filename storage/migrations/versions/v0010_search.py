"""The index of what was said, the order of the queue, and what a watcher asks for; saved views may be shared."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_AT_ONCE = 5_000
_ACCENTED = "ÁÀÄÂÃÅáàäâãåÉÈËÊéèëêÍÌÏÎíìïîÓÒÖÔÕóòöôõÚÙÜÛúùüûÑñÇç"
_PLAIN = "AAAAAAaaaaaaEEEEeeeeIIIIiiiiOOOOOoooooUUUUuuuuNnCc"
_SIGNS = "¿¡«»“”‘’…–—·•°ºª"
_SEARCH_ID = "(CAST(substr(number, 4, 4) AS BIGINT) << 30) | CAST(substr(number, 9) AS BIGINT)"


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    _number_the_cases(is_sqlite=is_sqlite)
    _order_the_queue()
    _make_index_on_sqlite() if is_sqlite else _make_index_on_postgresql()
    _fill_index(is_sqlite=is_sqlite)
    op.add_column("saved_views", sa.Column("shared", sa.Boolean(), nullable=False, server_default=sa.false()))


def _number_the_cases(*, is_sqlite: bool) -> None:
    """A whole number for each case's number, and one for its last turn among all turns of the desk."""
    op.add_column("cases", sa.Column("search_id", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("cases", sa.Column("change", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute(f"UPDATE cases SET search_id = {_SEARCH_ID}")  # noqa: S608 - a text of ours
    op.create_index(op.f("ix_cases_search_id"), "cases", ["search_id"], unique=True)
    op.create_index(op.f("ix_cases_change"), "cases", ["change"])
    op.drop_column("cases", "search_text")
    if not is_sqlite:  # SQLite has no sequences, and needs none: it has one writer at a time
        op.execute("CREATE SEQUENCE case_changes")


def _order_the_queue() -> None:
    """Closed cases after those that are open and not due now; and all that lists filter by in the order's own index."""
    if op.get_bind().dialect.name == "sqlite":
        undated, never = "'9999-12-30T00:00:00.000000Z'", "'9999-12-31T00:00:00.000000Z'"
    else:
        undated, never = "'9999-12-30 00:00:00+00'", "'9999-12-31 00:00:00+00'"
    op.execute(f"UPDATE cases SET next_due_at = {undated} WHERE next_due_at = {never} AND status <> 'closed'")  # noqa: S608
    op.drop_index(op.f("ix_cases_next_due_at_number"), "cases")
    filtered_by = "status level priority plan customer_id assignee case_group overdue closing_reason search_id"
    op.create_index("ix_cases_queue", "cases", ["next_due_at", "number", *filtered_by.split()])


def _make_index_on_sqlite() -> None:
    """Without a copy of the texts, which stand in `contents`."""
    op.execute(
        "CREATE VIRTUAL TABLE case_words USING fts5(said, noted, content='', tokenize='unicode61 remove_diacritics 2')"
    )


def _make_index_on_postgresql() -> None:
    """Spanish stems of words without accents; all words are kept, so that what a search leaves out is its own matter.

    `unaccent` folds the accents where this role may create the extension; elsewhere a list of ours does.
    """
    op.execute(
        "DO $$ BEGIN CREATE EXTENSION IF NOT EXISTS unaccent; "
        "EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN NULL; END $$"
    )
    found = op.get_bind().execute(sa.text("SELECT count(*) FROM pg_extension WHERE extname = 'unaccent'")).scalar()
    listed = f"translate($1, '{_ACCENTED}{_SIGNS}', '{_PLAIN}{' ' * len(_SIGNS)}')"
    op.execute(
        "CREATE FUNCTION escala_folded(text) RETURNS text LANGUAGE sql STABLE AS "
        f"$$ SELECT regexp_replace({'unaccent($1)' if found else listed}, '[[:punct:]]+', ' ', 'g') $$"
    )
    op.execute("CREATE TEXT SEARCH DICTIONARY escala_stem (TEMPLATE = snowball, LANGUAGE = spanish)")
    op.execute("CREATE TEXT SEARCH CONFIGURATION escala_spanish (COPY = spanish)")
    op.execute("ALTER TEXT SEARCH CONFIGURATION escala_spanish ALTER MAPPING REPLACE spanish_stem WITH escala_stem")
    op.create_table(
        "case_words",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("words", sa.dialects.postgresql.TSVECTOR(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_words")),
    )
    op.create_index(op.f("ix_case_words_words"), "case_words", ["words"], postgresql_using="gin")


def _fill_index(*, is_sqlite: bool) -> None:
    """Everything that recorded facts have published so far; see storage/case_words.py for the ids."""
    each = "json_each(f.data) AS said" if is_sqlite else "jsonb_each(f.data) AS said"
    key = "said.key" if is_sqlite else 'said.key COLLATE "C"'
    # On SQLite the inner CASE keeps json_extract from what is no JSON.
    content_id = (
        "CASE said.type WHEN 'object' THEN json_extract(said.value, '$.content_id') END"
        if is_sqlite
        else "said.value ->> 'content_id'"
    )
    words = "CASE WHEN t.kind = 'case_opened' AND t.key = 'title' THEN t.number || ' ' ELSE '' END || contents.body"
    into = "case_words (rowid, said, noted)" if is_sqlite else "case_words (id, internal, words)"
    row = (
        f"CASE WHEN t.internal THEN '' ELSE {words} END, CASE WHEN t.internal THEN {words} ELSE '' END"
        if is_sqlite
        else f"t.internal, to_tsvector('escala_spanish', escala_folded({words}))"
    )
    fill = sa.text(
        f"WITH t AS (SELECT cases.search_id, cases.number, f.seq, f.kind, f.internal, {key} AS key, "  # noqa: S608
        f"{content_id} AS content_id FROM cases JOIN facts AS f ON f.case_number = cases.number, {each} "
        f"WHERE cases.search_id BETWEEN :first AND :last AND {content_id} IS NOT NULL), "
        "placed AS (SELECT t.*, row_number() OVER (PARTITION BY search_id, seq ORDER BY key) - 1 AS place FROM t) "
        f"INSERT INTO {into} SELECT (t.search_id << 20) | (CAST(t.seq AS BIGINT) << 3) | t.place, {row} "
        "FROM placed AS t JOIN contents ON contents.content_id = t.content_id AND contents.case_number = t.number "
        "WHERE t.seq < 131072 AND t.place < 8"
    )
    bind = op.get_bind()
    ids = list(bind.execute(sa.text("SELECT search_id FROM cases ORDER BY search_id")).scalars())
    for begin in range(0, len(ids), _AT_ONCE):
        some = ids[begin : begin + _AT_ONCE]
        bind.execute(fill, {"first": some[0], "last": some[-1]})


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
