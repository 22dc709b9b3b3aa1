"""Notices are delivered by a dispatcher: when each is tried next, and an index of those that were not delivered.

Notices that are there, and those that an earlier version goes on recording meanwhile, have no such instant: their cases
have them delivered.
"""

import sqlalchemy as sa
from alembic import op

from storage.engine.columns import Instant

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_WAITS = sa.text("delivered_at IS NULL")


def upgrade() -> None:
    op.add_column("notices", sa.Column("next_try_at", Instant()))
    op.create_index(
        op.f("ix_notices_next_try_at"), "notices", ["next_try_at"], sqlite_where=_WAITS, postgresql_where=_WAITS
    )


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
