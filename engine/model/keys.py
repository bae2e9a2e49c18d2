"""What a key says: when it was made, to the millisecond, in its highest bits."""

from __future__ import annotations

from datetime import UTC, datetime

EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
PROCESS_BITS = 12
SEQUENCE_BITS = 10
BY_MONTH = "by_month"  # in a table's `info`: the column by whose key PostgreSQL keeps its rows in months


def first_key(moment: datetime) -> int:
    """Where the keys begin that are made at an aware moment or later."""
    ms = (moment - EPOCH).total_seconds() * 1000
    return int(ms) << PROCESS_BITS + SEQUENCE_BITS
