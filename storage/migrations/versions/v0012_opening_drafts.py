"""Drafts of the form that opens a case: there is no case yet to keep them with."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "opening_drafts",
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("solution_id", sa.String(), nullable=False),
        sa.Column("fields", JSON, nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_opening_drafts_account_id")),
        sa.ForeignKeyConstraint(["solution_id"], ["solutions.id"], name=op.f("fk_opening_drafts_solution_id")),
        sa.PrimaryKeyConstraint("account_id", "solution_id", name=op.f("pk_opening_drafts")),
    )


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
