"""Providers' incidents, and how each of their feeds does (SCOPE-6)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "provider_incidents",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("products", JSON, nullable=False),
        sa.Column("product_ids", JSON, nullable=False),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("impact", sa.String(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "id", name=op.f("pk_provider_incidents")),
    )
    op.create_index(
        op.f("ix_provider_incidents_began_at_provider_id"), "provider_incidents", ["began_at", "provider", "id"]
    )
    op.create_table(
        "provider_feeds",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("last_tried_at", INSTANT, nullable=False),
        sa.Column("last_ok_at", INSTANT, nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("incidents", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_provider_feeds")),
    )


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
