"""ISO 8601 durations of fixed length, read and written: weeks, days, hours, minutes, seconds.

Years and months are refused: they have no fixed length, so a clock cannot count them.
"""

import re
from datetime import timedelta

from engine.errors import InvalidInput

_PATTERN = re.compile(
    r"(?P<sign>-)?P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)(?:\.(?P<fraction>\d{1,6}))?S)?)?"
)


def parse_duration(text: str) -> timedelta:
    """The length that an ISO 8601 duration such as `PT4H30M` or `P1D` names. Raises InvalidInput."""
    match = _PATTERN.fullmatch(text.strip())
    if match is None or text.strip().endswith("P"):
        raise InvalidInput(f'"{text}" is not a duration; write ISO 8601 with days, hours, minutes or seconds, as PT4H.')
    parts = match.groupdict()
    units = {unit: int(parts[unit] or 0) for unit in ("weeks", "days", "hours", "minutes", "seconds")}
    try:
        length = timedelta(microseconds=int((parts["fraction"] or "").ljust(6, "0")), **units)
    except OverflowError as error:
        raise InvalidInput(f'"{text}" is longer than any clock can count.') from error
    return -length if parts["sign"] else length


def format_duration(length: timedelta) -> str:
    """The shortest ISO 8601 duration with that length; `parse_duration` reads it back unchanged."""
    if length < timedelta(0):
        return "-" + format_duration(-length)
    hours, rest = divmod(length.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    fraction = f".{length.microseconds:06d}".rstrip("0") if length.microseconds else ""
    time = f"{hours}H" * bool(hours) + f"{minutes}M" * bool(minutes)
    time += f"{seconds}{fraction}S" * bool(seconds or fraction)
    day = f"{length.days}D" * bool(length.days)
    return f"P{day}T{time}" if time else f"P{day}" if day else "PT0S"
