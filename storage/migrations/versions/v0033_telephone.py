"""Contacts' telephone numbers, and the calls that a telephone system tells of."""

import sqlalchemy as sa
from alembic import op

from storage.engine.columns import Instant

revision = "0033"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contacts", sa.Column("phone", sa.String(), nullable=False, server_default=sa.text("''")))
    op.create_index(op.f("ix_contacts_phone"), "contacts", ["phone"])
    op.create_table(
        "phone_calls",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("first_at", Instant(), nullable=False),
        sa.Column("rang_at", Instant()),
        sa.Column("answered_at", Instant()),
        sa.Column("ended_at", Instant()),
        sa.Column("recording_url", sa.Text(), nullable=False),
        sa.Column("contact_id", sa.String()),
        sa.Column("case_number", sa.String()),
        sa.CheckConstraint("direction IN ('in', 'out')", name=op.f("ck_phone_calls_known_direction")),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_phone_calls_contact_id")),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f("fk_phone_calls_case_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_calls")),
    )
    op.create_index(op.f("ix_phone_calls_first_at_id"), "phone_calls", ["first_at", "id"])
    op.create_index(op.f("ix_phone_calls_number_first_at"), "phone_calls", ["number", "first_at"])
    op.create_table(
        "phone_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('ringing', 'answered', 'ended', 'recorded')", name=op.f("ck_phone_events_known_kind")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["phone_calls.id"], name=op.f("fk_phone_events_call_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_events")),
        sa.UniqueConstraint("event_id", name=op.f("uq_phone_events_event_id")),
    )
    op.create_index(op.f("ix_phone_events_call_id"), "phone_events", ["call_id"])


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
