"""The closed case that a case goes on from."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("follows", sa.String()))
    goes_on = sa.text("follows IS NOT NULL")
    op.create_index("ix_cases_follows", "cases", ["follows"], sqlite_where=goes_on, postgresql_where=goes_on)


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
