"""Runs migrations inside one transaction on the engine that ``migrations.config`` hands over."""

from alembic import context

from outreach.migrations import is_of_a_model

engine = context.config.attributes["engine"]
metadata = context.config.attributes["metadata"]

with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=engine.dialect.name == "sqlite",  # SQLite alters a table by copying it
        compare_type=True,
        compare_server_default=True,
        include_name=is_of_a_model,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
