"""Until when a task can be put aside by a word: spans and mornings, in the time zone of whoever puts it aside."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

SPANS = ("hour", "three_hours", "tomorrow", "monday")
MORNING = 9


def moment_after(span: str, now: datetime, zone: str) -> datetime:
    """The end of one of `SPANS` that begins now (aware). Raises KeyError for another word."""
    here = now.astimezone(ZoneInfo(zone))
    morning = here.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    return {
        "hour": here + timedelta(hours=1),
        "three_hours": here + timedelta(hours=3),
        "tomorrow": morning + timedelta(days=1),
        "monday": morning + timedelta(days=7 - here.weekday()),
    }[span]
