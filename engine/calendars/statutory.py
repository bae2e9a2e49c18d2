"""Limits that the law counts in whole days: the day of the event does not count, and the last day ends at midnight."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from engine.errors import InvalidInput

MOST_DAYS = 36_500


def statutory_deadline(start: datetime, days: float | Decimal, zone: str) -> datetime:
    """The end (aware UTC) of the day `days` after the day of `start` in that zone: with 7, the midnight that ends the seventh day.

    Raises InvalidInput for a moment without a zone, and for a number of days that is none.
    """
    if start.tzinfo is None:
        raise InvalidInput("A statutory deadline counts from a moment with a time zone.")
    if isinstance(days, bool) or not 0 <= days <= MOST_DAYS or days != int(days):
        raise InvalidInput(f"{days} is not a number of whole days.")
    where = ZoneInfo(zone)
    following = start.astimezone(where).date() + timedelta(days=int(days) + 1)
    return datetime.combine(following, time(0), where).astimezone(UTC)


def statutory_day(start: datetime, moment: datetime, zone: str) -> int:
    """Which day it is since `start` in that zone: 0 on its own day, 1 on the next, negative before."""
    where = ZoneInfo(zone)
    return (moment.astimezone(where).date() - start.astimezone(where).date()).days
