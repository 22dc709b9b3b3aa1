"""The uses of tokens: when one was used last, and when its holder was told that it expires."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")


def upgrade() -> None:
    op.add_column("tokens", sa.Column("last_used_at", INSTANT))
    op.add_column("tokens", sa.Column("warned_at", INSTANT))


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
