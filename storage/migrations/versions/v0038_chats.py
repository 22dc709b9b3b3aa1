"""Chats: each one of a case, who has it before them, and who of ours takes chats; a chat that concerns somebody."""

import sqlalchemy as sa
from alembic import op

from storage.engine.columns import Instant

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_GOING_ON = sa.text("ended_at IS NULL")
_KINDS = "kind IN ('assigned', 'answered', 'reopened', 'mentioned', 'overdue', 'chat')"


def upgrade() -> None:
    op.create_table(
        "chats",
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("begun_at", Instant(), nullable=False),
        sa.Column("agent_id", sa.String()),
        sa.Column("taken_at", Instant()),
        sa.Column("ended_at", Instant()),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f("fk_chats_case_number")),
        sa.PrimaryKeyConstraint("case_number", "seq", name=op.f("pk_chats")),
    )
    op.create_index(op.f("ix_chats_begun_at"), "chats", ["begun_at"])
    op.create_index("ix_chats_going_on", "chats", ["begun_at"], sqlite_where=_GOING_ON, postgresql_where=_GOING_ON)
    op.create_table(
        "chat_presence",
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("theirs", sa.Boolean(), nullable=False),
        sa.Column("writing", sa.Boolean(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f("fk_chat_presence_case_number")),
        sa.PrimaryKeyConstraint("case_number", "page", name=op.f("pk_chat_presence")),
    )
    op.create_index(op.f("ix_chat_presence_seen_at"), "chat_presence", ["seen_at"])
    op.create_table(
        "chat_readiness",
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("ready", sa.Boolean(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_chat_readiness_agent_id")),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_chat_readiness")),
    )
    known = op.f("ck_concerns_known_kind")
    with op.batch_alter_table("concerns") as changed:
        changed.drop_constraint(known, type_="check")
        changed.create_check_constraint(known, _KINDS)


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
