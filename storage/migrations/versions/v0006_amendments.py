"""Amendments: who applied what changed terms to which open cases, when, why, and what became of each."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """The amendments, and an outcome for each case that one was asked for."""
    op.create_table(
        "amendments",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor_role", sa.String(), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("what", JSON, nullable=False),
        sa.Column("policy_version", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("numbers", JSON, nullable=False),
        sa.CheckConstraint(
            "actor_role IN ('contact', 'agent', 'director', 'commercial', 'admin', 'system')",
            name=op.f("ck_amendments_known_actor_role"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendments")),
    )
    op.create_index(op.f("ix_amendments_at_id"), "amendments", ["at", "id"], unique=False)
    op.create_table(
        "amendment_outcomes",
        sa.Column("amendment_id", sa.String(), nullable=False),
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("deadlines", JSON, nullable=False),
        sa.Column("problem", JSON, nullable=True),
        sa.CheckConstraint(
            "outcome IN ('applied', 'unchanged', 'refused')", name=op.f("ck_amendment_outcomes_known_outcome")
        ),
        sa.ForeignKeyConstraint(["amendment_id"], ["amendments.id"], name=op.f("fk_amendment_outcomes_amendment_id")),
        sa.PrimaryKeyConstraint("amendment_id", "case_number", name=op.f("pk_amendment_outcomes")),
    )


def downgrade() -> None:
    raise NotImplementedError("going back is restoring a backup")
