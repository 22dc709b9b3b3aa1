"""A plan is any that the policy file has: the database knows none by name (PLAN-16)."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("contracts", "cases"):
        with op.batch_alter_table(table) as changed:
            changed.drop_constraint(op.f(f"ck_{table}_known_plan"), type_="check")


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
