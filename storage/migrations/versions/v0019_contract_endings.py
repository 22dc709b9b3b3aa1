"""Contracts that end before their term or are replaced: who said so, when, from which day on, and why (PLAN-17)."""

import sqlalchemy as sa
from alembic import op

from storage.engine.columns import Instant

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ROLES = "'contact', 'agent', 'director', 'commercial', 'admin', 'system'"


def upgrade() -> None:
    op.create_table(
        "contract_endings",
        sa.Column("contract_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("from_ends_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_role", sa.String(), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("replaced_by", sa.String()),
        sa.CheckConstraint(f"actor_role IN ({ROLES})", name=op.f("ck_contract_endings_known_actor_role")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_contract_endings_contract_id")),
        sa.ForeignKeyConstraint(["replaced_by"], ["contracts.id"], name=op.f("fk_contract_endings_replaced_by")),
        sa.PrimaryKeyConstraint("contract_id", name=op.f("pk_contract_endings")),
        sa.UniqueConstraint("id", name=op.f("uq_contract_endings_id")),
    )


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
