"""Mail that comes in: each delivery as it came and what it did, the key of the threads' tokens, and what bounced."""

import sqlalchemy as sa
from alembic import op

from storage.engine.columns import Instant, Json

revision = "0026"
down_revision = "0024"
branch_labels = None
depends_on = None

_EMPTY = sa.text("''")


def upgrade() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("mailbox", sa.String(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("outcome", sa.String()),
        sa.Column("reason", sa.String()),
        sa.Column("case_number", sa.String()),
        sa.Column("contact_id", sa.String()),
        sa.Column("message_id", sa.Text(), nullable=False, server_default=_EMPTY),
        sa.Column("sender", sa.String(), nullable=False, server_default=_EMPTY),
        sa.Column("shown_from", sa.Text(), nullable=False, server_default=_EMPTY),
        sa.Column("subject", sa.Text(), nullable=False, server_default=_EMPTY),
        sa.Column("body", sa.Text(), nullable=False, server_default=_EMPTY),
        sa.Column("vouched", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("words", sa.String(), nullable=False, server_default=_EMPTY),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("parsed", Json),
        sa.Column("settled_at", Instant()),
        sa.Column("settled_by", sa.String()),
        sa.CheckConstraint("state IN ('received', 'held', 'quarantine', 'done')", name=op.f("ck_inbox_known_state")),
        sa.CheckConstraint(
            "outcome IN ('opened', 'answered', 'automatic', 'bounced', 'own', 'held', 'quarantine')",
            name=op.f("ck_inbox_known_outcome"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("mailbox", "uidvalidity", "uid", name=op.f("uq_inbox_mailbox_uidvalidity_uid")),
    )
    op.create_index(op.f("ix_inbox_state_received_at_id"), "inbox", ["state", "received_at", "id"])
    op.create_index(op.f("ix_inbox_outcome"), "inbox", ["outcome"])
    op.create_index(op.f("ix_inbox_message_id_sender"), "inbox", ["message_id", "sender"])
    op.create_index(op.f("ix_inbox_sender_received_at"), "inbox", ["sender", "received_at"])
    op.create_index(op.f("ix_inbox_digest"), "inbox", ["digest"])
    op.create_index(op.f("ix_inbox_case_number"), "inbox", ["case_number"])
    op.create_table(
        "inbox_raw",
        sa.Column("inbox_id", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name=op.f("fk_inbox_raw_inbox_id")),
        sa.PrimaryKeyConstraint("inbox_id", name=op.f("pk_inbox_raw")),
    )
    op.create_table(
        "mail_effects",
        sa.Column("inbox_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("what", Json, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name=op.f("fk_mail_effects_inbox_id")),
        sa.PrimaryKeyConstraint("inbox_id", "kind", name=op.f("pk_mail_effects")),
    )
    op.create_table(
        "mail_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_keys")),
    )
    op.create_table(
        "mail_sent_ids",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_mail_sent_ids")),
    )
    op.create_table(
        "mail_bounces",
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("inbox_id", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_mail_bounces_contact_id")),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name=op.f("fk_mail_bounces_inbox_id")),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_mail_bounces")),
    )


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
