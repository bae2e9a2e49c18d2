"""How Alembic reaches the database: on the connection it is handed, in the transaction that connection is in."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import TypeDecorator

from engine.persistence.schema import is_mapped, metadata


def _render(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Our own types are written as what they are stored as, so that a migration needs nothing of ours."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata(),
    render_as_batch=True,  # SQLite alters a table by copying it
    render_item=_render,
    compare_type=True,
    include_name=is_mapped,
)
context.run_migrations()
