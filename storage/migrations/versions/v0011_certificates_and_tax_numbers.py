"""The registration of an acceptance certificate, by which request; a customer's NIT as it is compared."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")


def upgrade() -> None:
    op.add_column("solutions", sa.Column("acceptance_id", sa.String()))
    op.add_column("solutions", sa.Column("acceptance_registered_at", INSTANT))
    op.add_column("customers", sa.Column("tax_number", sa.String()))
    _number_the_customers()
    op.create_index(op.f("ix_customers_tax_number"), "customers", ["tax_number"], unique=True)


def _number_the_customers() -> None:
    """The NIT's digits; of customers that have the same, the first one's only: the others stay as they are."""
    customers = sa.table("customers", sa.column("id"), sa.column("tax_id"), sa.column("tax_number"))
    wanted = sa.text("SELECT id, tax_id FROM customers ORDER BY created_at, id")
    numbered: dict[str, str] = {}
    for row in op.get_bind().execute(wanted).all():
        number = row.tax_id.partition("-")[0]
        numbered.setdefault(number.lstrip("0") if number.isdecimal() else row.tax_id, row.id)
    for number, customer_id in numbered.items():
        op.execute(sa.update(customers).where(customers.c.id == customer_id).values(tax_number=number))


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
