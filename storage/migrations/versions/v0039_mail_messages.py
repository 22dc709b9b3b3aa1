"""The very message of several deliveries: which of them is judged first."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_messages",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("inbox_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name=op.f("fk_mail_messages_inbox_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_mail_messages")),
    )


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
