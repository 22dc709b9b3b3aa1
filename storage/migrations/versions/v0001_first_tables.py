"""The first tables, and the triggers that keep the facts as they were recorded."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def known(name: str, column: str, words: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words.split())
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(name))


def upgrade() -> None:
    op.create_table(
        "agents",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("levels", JSON, nullable=False),
        sa.Column("groups", JSON, nullable=False),
        sa.Column("is_director", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agents")),
    )
    op.create_table(
        "customers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("tax_id", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
        sa.UniqueConstraint("tax_id", name=op.f("uq_customers_tax_id")),
    )
    op.create_table(
        "number_sequences",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_number_sequences")),
    )
    op.create_table(
        "requests",
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", JSON, nullable=True),
        sa.Column("body", JSON, nullable=True),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_requests")),
    )
    op.create_index(op.f("ix_requests_begun_at"), "requests", ["begun_at"], unique=False)
    op.create_table(
        "reservations",
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_reservations")),
        sa.UniqueConstraint("number", name=op.f("uq_reservations_number")),
    )
    op.create_table(
        "contacts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("mailbox", sa.String(), nullable=False),
        sa.Column("is_system_administrator", sa.Boolean(), nullable=False),
        sa.Column("notice_reference", sa.Text(), nullable=False),
        sa.Column("notified_on", sa.Date(), nullable=False),
        sa.Column("can_sign_in", sa.Boolean(), nullable=False),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_contacts_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
        sa.UniqueConstraint("customer_id", "mailbox", name=op.f("uq_contacts_customer_id_mailbox")),
    )
    op.create_table(
        "contents",
        sa.Column("content_id", sa.String(), nullable=False),
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("deposited_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["case_number"], ["reservations.number"], name=op.f("fk_contents_case_number")),
        sa.PrimaryKeyConstraint("content_id", name=op.f("pk_contents")),
    )
    op.create_index(op.f("ix_contents_case_number"), "contents", ["case_number"], unique=False)
    op.create_table(
        "contracts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("paid_through", sa.Date(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("payment_reference", sa.Text(), nullable=True),
        sa.Column("managed_support", sa.Boolean(), nullable=False),
        sa.Column("calendar", sa.String(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        known("ck_contracts_known_plan", "plan", "standard premium"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_contracts_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contracts")),
    )
    op.create_index(op.f("ix_contracts_customer_id"), "contracts", ["customer_id"], unique=False)
    op.create_index(op.f("ix_contracts_ends_on"), "contracts", ["ends_on"], unique=False)
    op.create_table(
        "solutions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("acceptance_reference", sa.Text(), nullable=True),
        sa.Column("supplied_by_us", sa.Boolean(), nullable=False),
        sa.Column("serial_number", sa.String(), nullable=True),
        sa.Column("provider_product", sa.String(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_solutions_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_solutions")),
    )
    op.create_index(op.f("ix_solutions_customer_id"), "solutions", ["customer_id"], unique=False)
    op.create_table(
        "tokens",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=True),
        sa.Column("levels", JSON, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        known("ck_tokens_known_role", "role", "contact agent director commercial admin system"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_tokens_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("hash", name=op.f("uq_tokens_hash")),
    )
    op.create_index(op.f("ix_tokens_customer_id"), "tokens", ["customer_id"], unique=False)
    op.create_table(
        "cases",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("facts", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("cover", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("solution_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("assignee", sa.String(), nullable=True),
        sa.Column("case_group", sa.String(), nullable=True),
        sa.Column("overdue", sa.Boolean(), nullable=False),
        sa.Column("next_due_at", INSTANT, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("closing_reason", sa.String(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("state", JSON, nullable=False),
        known("ck_cases_known_category", "category", "incident question best_practice architecture"),
        known("ck_cases_known_channel", "channel", "web chat email phone"),
        known(
            "ck_cases_known_closing_reason",
            "closing_reason",
            "confirmed unanswered out_of_scope not_covered withdrawn duplicate",
        ),
        known("ck_cases_known_cover", "cover", "contract warranty none"),
        known("ck_cases_known_plan", "plan", "standard premium"),
        known("ck_cases_known_status", "status", "held new in_progress waiting_customer resolved closed"),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_cases_contact_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_cases_customer_id")),
        sa.ForeignKeyConstraint(["number"], ["reservations.number"], name=op.f("fk_cases_number")),
        sa.ForeignKeyConstraint(["solution_id"], ["solutions.id"], name=op.f("fk_cases_solution_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_cases")),
    )
    op.create_index(op.f("ix_cases_assignee"), "cases", ["assignee"], unique=False)
    op.create_index(op.f("ix_cases_case_group"), "cases", ["case_group"], unique=False)
    op.create_index(op.f("ix_cases_customer_id_opened_at"), "cases", ["customer_id", "opened_at"], unique=False)
    op.create_index(op.f("ix_cases_level"), "cases", ["level"], unique=False)
    op.create_index(op.f("ix_cases_next_due_at_number"), "cases", ["next_due_at", "number"], unique=False)
    op.create_index(op.f("ix_cases_opened_at_number"), "cases", ["opened_at", "number"], unique=False)
    op.create_index(op.f("ix_cases_overdue"), "cases", ["overdue"], unique=False)
    op.create_index(op.f("ix_cases_plan"), "cases", ["plan"], unique=False)
    op.create_index(op.f("ix_cases_priority_number"), "cases", ["priority", "number"], unique=False)
    op.create_index(op.f("ix_cases_status"), "cases", ["status"], unique=False)
    op.create_table(
        "contract_payments",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("contract_id", sa.String(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("paid_through", sa.Date(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_contract_payments_contract_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_payments")),
    )
    op.create_index(op.f("ix_contract_payments_contract_id"), "contract_payments", ["contract_id"], unique=False)
    op.create_table(
        "contract_renewals",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("contract_id", sa.String(), nullable=False),
        sa.Column("from_ends_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_contract_renewals_contract_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_renewals")),
    )
    op.create_index(op.f("ix_contract_renewals_contract_id"), "contract_renewals", ["contract_id"], unique=False)
    op.create_table(
        "case_terms",
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("terms", JSON, nullable=False),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f("fk_case_terms_case_number")),
        sa.PrimaryKeyConstraint("case_number", name=op.f("pk_case_terms")),
    )
    op.create_table(
        "facts",
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("command_id", sa.String(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("actor_role", sa.String(), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("data", JSON, nullable=False),
        known("ck_facts_known_actor_role", "actor_role", "contact agent director commercial admin system"),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f("fk_facts_case_number")),
        sa.PrimaryKeyConstraint("case_number", "seq", name=op.f("pk_facts")),
    )
    op.create_table(
        "stretches",
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("clock", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("from_at", INSTANT, nullable=False),
        sa.Column("to_at", INSTANT, nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("why", sa.String(), nullable=True),
        known("ck_stretches_known_clock", "clock", "initial_attention level"),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f("fk_stretches_case_number")),
        sa.PrimaryKeyConstraint("case_number", "turn", "place", name=op.f("pk_stretches")),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("limit_at", INSTANT, nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("given_up", sa.Boolean(), nullable=False),
        sa.Column("delivered_at", INSTANT, nullable=True),
        sa.Column("delivered_to", JSON, nullable=True),
        sa.ForeignKeyConstraint(
            ["case_number", "seq"], ["facts.case_number", "facts.seq"], name=op.f("fk_notices_case_number_seq")
        ),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f("fk_notices_case_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint(
            "case_number", "turn", "kind", "recipient", name=op.f("uq_notices_case_number_turn_kind_recipient")
        ),
    )

    if op.get_bind().dialect.name == "sqlite":
        _guard_facts_on_sqlite()
    else:
        _guard_facts_on_postgresql()


def _guard_facts_on_sqlite() -> None:
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER facts_refuse_{change.lower()} BEFORE {change} ON facts "
            "BEGIN SELECT RAISE(ABORT, 'facts are append-only'); END"
        )


def _guard_facts_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change_of_facts() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'facts are append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER facts_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON facts "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_facts()"
    )


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only; restore a backup instead")
