"""What Alembic runs around the steps. It is given a connection that stands in a transaction, and leaves both to the caller.

There is no offline mode and no `alembic.ini`: `storage.schema.migrate` is the one way in.
"""

from alembic import context

from storage.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite changes a table by copying it
)
context.run_migrations()
