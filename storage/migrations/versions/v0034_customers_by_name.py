"""Customers in the order of their names, and each one's cases by number: a list by customer is walked, not sorted."""

import sqlalchemy as sa
from alembic import op

from storage.search.spelling import words_of

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("customers", sa.Column("name_key", sa.String(), nullable=False, server_default=""))
    bind = op.get_bind()
    keyed = sa.text("UPDATE customers SET name_key = :key WHERE id = :id")
    for row in bind.execute(sa.text("SELECT id, name FROM customers")).all():
        bind.execute(keyed, {"id": row.id, "key": " ".join(words_of(row.name))})
    op.create_index(op.f("ix_customers_name_key"), "customers", ["name_key"])
    op.create_index(op.f("ix_cases_customer_id_number"), "cases", ["customer_id", "number"])


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
