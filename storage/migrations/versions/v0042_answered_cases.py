"""An index of the cases whose customer had the last word: a list of the unread ones looks at those alone."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_ANSWERED = sa.text("answered_seq IS NOT NULL")
_FILTERED_BY = "status level priority plan customer_id assignee case_group overdue closing_reason search_id"


def upgrade() -> None:
    op.create_index(
        "ix_cases_answered",
        "cases",
        ["next_due_at", "number", *_FILTERED_BY.split(), "answered_seq", "title_key"],
        sqlite_where=_ANSWERED,
        postgresql_where=_ANSWERED,
    )


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
