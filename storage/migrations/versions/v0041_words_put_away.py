"""Recent words, put into PostgreSQL's index soon: until then every search reads through all of it.

Each turn adds a little to a list beside the index, which was put away when it had grown to four megabytes; reading so
much took half of a search's time. SQLite's index has no such list.
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute("ALTER INDEX ix_case_words_words SET (gin_pending_list_limit = 64)")  # kilobytes, the least there may be
    op.get_bind().execute(sa.text("SELECT gin_clean_pending_list('ix_case_words_words')"))


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
