"""Closed cases that nobody had answered kept what had been due next: they stood among the open ones in the queue."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

NEVER = {"sqlite": "'9999-12-31T00:00:00.000000Z'", "postgresql": "'9999-12-31 00:00:00+00'"}


def upgrade() -> None:
    cases = sa.table("cases", sa.column("status"), sa.column("next_due_at"))
    never: sa.ColumnElement[str] = sa.literal_column(NEVER[op.get_bind().dialect.name])
    op.execute(sa.update(cases).where(cases.c.status == "closed").values(next_due_at=never))


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
