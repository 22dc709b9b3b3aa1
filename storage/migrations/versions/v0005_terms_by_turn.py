"""A case keeps all terms it was promised, each from the turn that brought them: a release or an amendment adds some."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("case_terms") as table:
        table.add_column(sa.Column("from_turn", sa.Integer(), nullable=False, server_default="1"))
        table.drop_constraint(op.f("pk_case_terms"), type_="primary")
        table.create_primary_key(op.f("pk_case_terms"), ["case_number", "from_turn"])
    with op.batch_alter_table("case_terms") as table:
        table.alter_column("from_turn", server_default=None)


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
