"""The choices of people about the mail of notices, the digests that left, and why a notice is not on its way."""

import sqlalchemy as sa
from alembic import op

from storage.engine.columns import Instant, Json

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notice_preferences",
        sa.Column("mailbox", sa.String(), nullable=False),
        sa.Column("spared", Json, nullable=False),
        sa.Column("digest", sa.Boolean(), nullable=False),
        sa.Column("quiet_from", sa.Integer()),
        sa.Column("quiet_to", sa.Integer()),
        sa.PrimaryKeyConstraint("mailbox", name=op.f("pk_notice_preferences")),
    )
    op.create_table(
        "notice_digests",
        sa.Column("mailbox", sa.String(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("began_at", Instant(), nullable=False),
        sa.Column("sent_at", Instant()),
        sa.PrimaryKeyConstraint("mailbox", "on_date", name=op.f("pk_notice_digests")),
    )
    op.add_column("notices", sa.Column("held", sa.String()))
    digested = sa.text("held = 'digest' AND delivered_at IS NULL")
    op.create_index(op.f("ix_notices_held"), "notices", ["held"], sqlite_where=digested, postgresql_where=digested)


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
