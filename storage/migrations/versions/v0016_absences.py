"""Absences and substitutes (ESC-17), and in whose name a fact was done or a reply is held."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")
ROLES = "('contact', 'agent', 'director', 'commercial', 'admin', 'system')"


def upgrade() -> None:
    op.create_table(
        "absences",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("substitute_id", sa.String(), nullable=False),
        sa.Column("from_at", INSTANT, nullable=False),
        sa.Column("to_at", INSTANT, nullable=False),
        sa.Column("marked_at", INSTANT, nullable=False),
        sa.Column("marked_role", sa.String(), nullable=False),
        sa.Column("marked_by", sa.String(), nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.Column("ended_role", sa.String()),
        sa.Column("ended_by", sa.String()),
        sa.CheckConstraint(f"marked_role IN {ROLES}", name=op.f("ck_absences_known_marked_role")),
        sa.CheckConstraint(f"ended_role IN {ROLES}", name=op.f("ck_absences_known_ended_role")),
        sa.ForeignKeyConstraint(["person_id"], ["agents.id"], name=op.f("fk_absences_person_id")),
        sa.ForeignKeyConstraint(["substitute_id"], ["agents.id"], name=op.f("fk_absences_substitute_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    op.create_index(op.f("ix_absences_to_at"), "absences", ["to_at"])
    for table in ("facts", "pending_replies"):
        op.add_column(table, sa.Column("on_behalf_of", sa.String()))


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
