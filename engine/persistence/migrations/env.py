"""How Alembic reaches the database: on the connection it is handed, in the transaction that connection is in."""

from alembic import context

from engine.persistence.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata(),
    render_as_batch=True,  # SQLite alters a table by copying it
    compare_type=True,
)
context.run_migrations()
