"""Rotas of duty, and whom a page reached (ESC-17)."""

import sqlalchemy as sa
from alembic import op

from storage.engine.columns import Instant, Json

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_ROLES = "('contact', 'agent', 'director', 'commercial', 'admin', 'system')"
_PASSES = sa.text("state IN ('waiting', 'paged', 'told_all')")
_IS_UNTOLD = sa.text("told_at IS NULL")
_IS_UNSENT = sa.text("sent_at IS NULL AND NOT given_up")


def upgrade() -> None:
    _rotas()
    _pages()


def _rotas() -> None:
    op.create_table(
        "duty_layers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("people", Json, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("hands_over_at", sa.String(), nullable=False),
        sa.Column("every_hours", sa.Integer(), nullable=False),
        sa.Column("days", Json),
        sa.Column("from_time", sa.String(), nullable=False),
        sa.Column("to_time", sa.String(), nullable=False),
        sa.Column("on_holidays", sa.Boolean(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_layers")),
    )
    op.create_table(
        "duty_overrides",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("from_at", Instant(), nullable=False),
        sa.Column("to_at", Instant(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("made_role", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("swap_id", sa.String()),
        sa.Column("ended_at", Instant()),
        sa.CheckConstraint(f"made_role IN {_ROLES}", name=op.f("ck_duty_overrides_known_made_role")),
        sa.ForeignKeyConstraint(["person_id"], ["agents.id"], name=op.f("fk_duty_overrides_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_overrides")),
    )
    op.create_index(op.f("ix_duty_overrides_to_at"), "duty_overrides", ["to_at"])
    op.create_table(
        "duty_swaps",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("proposer_id", sa.String(), nullable=False),
        sa.Column("other_id", sa.String(), nullable=False),
        sa.Column("own_from_at", Instant(), nullable=False),
        sa.Column("own_to_at", Instant(), nullable=False),
        sa.Column("their_from_at", Instant(), nullable=False),
        sa.Column("their_to_at", Instant(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("proposed_at", Instant(), nullable=False),
        sa.Column("answered_at", Instant()),
        sa.CheckConstraint(
            "state IN ('proposed', 'accepted', 'declined', 'withdrawn')", name=op.f("ck_duty_swaps_known_state")
        ),
        sa.ForeignKeyConstraint(["proposer_id"], ["agents.id"], name=op.f("fk_duty_swaps_proposer_id")),
        sa.ForeignKeyConstraint(["other_id"], ["agents.id"], name=op.f("fk_duty_swaps_other_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_swaps")),
    )


def _pages() -> None:
    op.create_table(
        "pages",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("next_at", Instant(), nullable=False),
        sa.Column("acknowledged_by", sa.String()),
        sa.Column("acknowledged_at", Instant()),
        sa.CheckConstraint("why IN ('handed_off', 'overdue')", name=op.f("ck_pages_known_why")),
        sa.CheckConstraint(
            "state IN ('waiting', 'paged', 'told_all', 'acknowledged', 'settled')", name=op.f("ck_pages_known_state")
        ),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f("fk_pages_case_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pages")),
    )
    op.create_index(op.f("ix_pages_at"), "pages", ["at"])
    op.create_index(op.f("ix_pages_next_at"), "pages", ["next_at"], sqlite_where=_PASSES, postgresql_where=_PASSES)
    op.create_table(
        "page_steps",
        sa.Column("page_id", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("person_id", sa.String()),
        sa.Column("actor_role", sa.String(), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("told_at", Instant()),
        sa.CheckConstraint(
            "step IN ('paged', 'passed_on', 'nobody', 'unanswered', 'acknowledged')",
            name=op.f("ck_page_steps_known_step"),
        ),
        sa.CheckConstraint(f"actor_role IN {_ROLES}", name=op.f("ck_page_steps_known_actor_role")),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name=op.f("fk_page_steps_page_id")),
        sa.PrimaryKeyConstraint("page_id", "n", name=op.f("pk_page_steps")),
    )
    op.create_index(
        op.f("ix_page_steps_told_at"),
        "page_steps",
        ["told_at"],
        sqlite_where=_IS_UNTOLD,
        postgresql_where=_IS_UNTOLD,
    )
    op.create_table(
        "page_mails",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String()),
        sa.Column("mailbox", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", Instant(), nullable=False),
        sa.Column("sent_at", Instant()),
        sa.Column("given_up", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_mails")),
    )
    op.create_index(op.f("ix_page_mails_mailbox_at"), "page_mails", ["mailbox", "at"])
    op.create_index(
        op.f("ix_page_mails_next_try_at"),
        "page_mails",
        ["next_try_at"],
        sqlite_where=_IS_UNSENT,
        postgresql_where=_IS_UNSENT,
    )
    op.create_table(
        "page_mail_pages",
        sa.Column("mail_id", sa.String(), nullable=False),
        sa.Column("page_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["mail_id"], ["page_mails.id"], name=op.f("fk_page_mail_pages_mail_id")),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name=op.f("fk_page_mail_pages_page_id")),
        sa.PrimaryKeyConstraint("mail_id", "page_id", name=op.f("pk_page_mail_pages")),
    )


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
