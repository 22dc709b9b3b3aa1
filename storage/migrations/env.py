"""Alembic's environment: the connection, its locks and its transaction are the caller's (`engine.upgrade`)."""

from alembic import context

from storage.engine.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
