"""Secret addresses at which calendar programs read who is on duty, and visits; the facts that visits are found by."""

import sqlalchemy as sa
from alembic import op

from storage.engine.columns import Instant

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_feeds",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("read_at", Instant()),
        sa.Column("revoked_at", Instant()),
        sa.CheckConstraint(
            "kind IN ('mine', 'level_1', 'level_2', 'level_3', 'visits')", name=op.f("ck_calendar_feeds_known_kind")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_calendar_feeds_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feeds")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_calendar_feeds_secret_hash")),
    )
    op.create_index(op.f("ix_calendar_feeds_account_id"), "calendar_feeds", ["account_id"])
    visit_dates = sa.text("kind IN ('visit_scheduled', 'visit_cancelled')")
    op.create_index(op.f("ix_facts_at"), "facts", ["at"], sqlite_where=visit_dates, postgresql_where=visit_dates)


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
