"""Webhooks: who is told by HTTP of what happens to cases, and what became of each delivery."""

import sqlalchemy as sa
from alembic import op

from storage.engine.columns import Instant

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_IS_WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.String()),
        sa.Column("with_internal", sa.Boolean(), nullable=False),
        sa.Column("owner_email", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("former_secret", sa.String()),
        sa.Column("former_until", Instant()),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("failing_since", Instant()),
        sa.Column("paused_at", Instant()),
        sa.Column("paused_why", sa.String()),
        sa.Column("told_at", Instant()),
        sa.Column("removed_at", Instant()),
        sa.CheckConstraint("paused_why IN ('failing', 'gone', 'by_hand')", name=op.f("ck_webhooks_known_paused_why")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_webhooks_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_index(op.f("ix_webhooks_customer_id"), "webhooks", ["customer_id"])
    op.create_table(
        "webhook_kinds",
        sa.Column("webhook_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhooks.id"], name=op.f("fk_webhook_kinds_webhook_id")),
        sa.PrimaryKeyConstraint("webhook_id", "kind", name=op.f("pk_webhook_kinds")),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("webhook_id", sa.String(), nullable=False),
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("began_at", Instant()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer()),
        sa.Column("last_error", sa.String()),
        sa.Column("delivered_at", Instant()),
        sa.CheckConstraint(
            "state IN ('waiting', 'under_way', 'delivered', 'held', 'given_up')",
            name=op.f("ck_webhook_deliveries_known_state"),
        ),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhooks.id"], name=op.f("fk_webhook_deliveries_webhook_id")),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f("fk_webhook_deliveries_case_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
    )
    op.create_index(op.f("ix_webhook_deliveries_webhook_id_at_id"), "webhook_deliveries", ["webhook_id", "at", "id"])
    op.create_index(
        op.f("ix_webhook_deliveries_state"),
        "webhook_deliveries",
        ["state"],
        sqlite_where=_IS_WAITING,
        postgresql_where=_IS_WAITING,
    )


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
