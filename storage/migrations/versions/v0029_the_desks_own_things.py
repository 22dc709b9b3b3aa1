"""Tags of cases, macros, views shared with a level, and one name for each placeholder of a canned reply.

A tag is the desk's own word about a case, and no state of it: it stands beside the case, closed ones too.
"""

import sqlalchemy as sa
from alembic import op

from storage.engine.columns import Instant, Json

revision = "0029"
down_revision = "0027"
branch_labels = None
depends_on = None

_RENAMED = {"contact": "contacto", "case": "caso", "agent": "agente"}


def upgrade() -> None:
    op.create_table(
        "case_tags",
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f("fk_case_tags_case_number_cases")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_case_tags_account_id_accounts")),
        sa.PrimaryKeyConstraint("case_number", "tag", name=op.f("pk_case_tags")),
    )
    op.create_index(op.f("ix_case_tags_tag"), "case_tags", ["tag"])
    op.create_table(
        "macros",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("acts", Json, nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_macros_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_macros")),
    )
    op.create_index(op.f("ix_macros_account_id"), "macros", ["account_id"])
    op.add_column("saved_views", sa.Column("level", sa.Integer()))
    for before, after in _RENAMED.items():
        renamed = sa.text("UPDATE canned_replies SET body = replace(body, :before, :after)")
        op.get_bind().execute(renamed, {"before": f"{{{before}}}", "after": f"{{{after}}}"})


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
