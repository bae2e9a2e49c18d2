"""What a planner is told of a condition where it would guess wrongly."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, literal_column


def holds_for(share: str, condition: ColumnElement[bool], is_sqlite: bool) -> ColumnElement[bool]:
    """The condition, for about this share of all rows. SQLite keeps no numbers of what is in a column; PostgreSQL has its own."""
    return func.likelihood(condition, literal_column(share)) if is_sqlite else condition
