"""Files that people send, each with the deposited text that carries it; their bytes lie beside the database."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")


def upgrade() -> None:
    op.create_table(
        "files",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("case_number", sa.String(), nullable=True),
        sa.Column("content_id", sa.String(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("stored_name", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sender_role", sa.String(), nullable=False),
        sa.Column("sender_id", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "sender_role IN ('contact', 'agent', 'director', 'commercial', 'admin', 'system')",
            name=op.f("ck_files_known_sender_role"),
        ),
        sa.ForeignKeyConstraint(["case_number"], ["reservations.number"], name=op.f("fk_files_case_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
        sa.UniqueConstraint("stored_name", name=op.f("uq_files_stored_name")),
    )
    op.create_index(op.f("ix_files_case_number"), "files", ["case_number"])
    op.create_index(op.f("ix_files_content_id_at"), "files", ["content_id", "at"])
    op.create_index(op.f("ix_files_sender_role_sender_id"), "files", ["sender_role", "sender_id"])


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
