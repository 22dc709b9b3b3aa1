"""Covers: their announced ends, changes still to be told, and how far a contract was paid at its registration."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "cover_announcements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cover", sa.String(), nullable=False),
        sa.Column("cover_id", sa.String(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("days_before", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("unpaid_until", sa.Date()),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text()),
        sa.Column("given_up", sa.Boolean(), nullable=False),
        sa.Column("delivered_at", INSTANT),
        sa.Column("delivered_to", JSON),
        sa.CheckConstraint(
            "cover IN ('contract', 'warranty', 'none')", name=op.f("ck_cover_announcements_known_cover")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_cover_announcements_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cover_announcements")),
        sa.UniqueConstraint(
            "cover", "cover_id", "ends_on", "days_before", "recipient",
            name=op.f("uq_cover_announcements_once"),
        ),
    )  # fmt: skip
    op.create_table(
        "cover_changes",
        sa.Column("cover", sa.String(), nullable=False),
        sa.Column("cover_id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.CheckConstraint("cover IN ('contract', 'warranty', 'none')", name=op.f("ck_cover_changes_known_cover")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_cover_changes_customer_id")),
        sa.PrimaryKeyConstraint("cover", "cover_id", name=op.f("pk_cover_changes")),
    )
    op.add_column("contracts", sa.Column("registered_paid_through", sa.Date()))
    # Where a payment came later, what was paid at the registration is no longer known: then the payments speak alone.
    op.execute("UPDATE contracts SET registered_paid_through = paid_through WHERE paid_on IS NULL")


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
