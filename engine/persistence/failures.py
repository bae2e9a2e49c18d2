"""What a database's error means: somebody was in the way, the database is away, or a value is none that it can hold."""

from __future__ import annotations

import psycopg

from engine.errors import Unavailable

UNIQUE_VIOLATION = "23505"
ONE_START_AT_A_TIME = "uq_process_instance_start_correlation"  # two messages with one key began a process at one moment


class Unreachable(Unavailable):
    """No connection could be made, or it broke; what was not committed is undone."""


def is_retryable(error: BaseException) -> bool:
    """Whether the transaction failed only because of another one, so that the same work may succeed now."""
    cause = getattr(error, "orig", error)  # the driver's own error, which SQLAlchemy may have wrapped
    state = getattr(cause, "sqlstate", None)
    if state == UNIQUE_VIOLATION:
        return getattr(getattr(cause, "diag", None), "constraint_name", None) == ONE_START_AT_A_TIME
    return state in ("40001", "40P01", "55P03") or str(cause) == "database is locked"


def is_outage(error: BaseException) -> bool:
    """Whether the database went away, and may come back."""
    if isinstance(error, Unreachable):
        return True
    cause = getattr(error, "orig", error)
    return isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError) and not is_retryable(error)


def is_unfit(error: BaseException) -> bool:
    """Whether a value is out of every column's range, longer than its column, or has a NUL or half a character in it."""
    cause = getattr(error, "orig", error)
    return isinstance(cause, psycopg.DataError | OverflowError | UnicodeEncodeError)
