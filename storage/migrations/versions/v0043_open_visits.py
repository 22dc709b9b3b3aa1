"""The state that the open visit of a case waits in, as a column, so that who approves visits reads no other cases."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_VISITED = sa.text("visit_step IS NOT NULL")
_OPEN = ("requested", "quoted", "agreed", "scheduled", "started", "reported")


def upgrade() -> None:
    op.add_column("cases", sa.Column("visit_step", sa.String()))
    note_open_visits(op.get_bind())
    op.create_index(
        "ix_cases_visited", "cases", ["visit_step", "number"], sqlite_where=_VISITED, postgresql_where=_VISITED
    )


def note_open_visits(bind: sa.Connection) -> None:
    """From the state of each case, as far as its visit has not ended."""
    step = "json_extract(state, '$.visit.step')" if bind.dialect.name == "sqlite" else "state #>> '{visit,step}'"
    listed = ", ".join(f"'{each}'" for each in _OPEN)
    bind.execute(sa.text(f"UPDATE cases SET visit_step = {step} WHERE {step} IN ({listed})"))  # noqa: S608 - ours


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
