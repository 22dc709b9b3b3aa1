"""A reply that waits for its undo may leave as more than a reply: as a question, or as the solution.

Those that wait meanwhile, and those that an earlier version goes on keeping, leave as replies.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pending_replies", sa.Column("command", sa.String(), nullable=False, server_default="SendReply"))


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
