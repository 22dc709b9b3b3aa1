"""The command that logs a call which a telephone system told of, so that two agents log it once."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("phone_calls", sa.Column("logged_as", sa.String()))


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
