"""The two kinds of FEEL duration: years and months, days and time. They never mix."""

import re
from datetime import timedelta
from typing import Any

from engine.feel.chronology import DAY_SECONDS, NANOS
from engine.feel.numbers import DECIMAL128, Number, rounded, tidy

MAX_MAGNITUDE = 10**30  # far beyond any calendar; keeps multiplication from growing without end
_MONTHS = re.compile(r"(-)?P(?:(\d{1,18})Y)?(?:(\d{1,18})M)?", re.ASCII)
_TIME = re.compile(
    r"(-)?P(?:(\d{1,18})D)?(?:(T)(?:(\d{1,18})H)?(?:(\d{1,18})M)?(?:(\d{1,18})(?:\.(\d{0,30}))?S)?)?", re.ASCII
)


class YearsMonths:
    """A duration in whole months, of either sign."""

    __slots__ = ("months",)

    def __init__(self, months: int) -> None:
        if abs(months) > MAX_MAGNITUDE:
            raise OverflowError("The duration is too long.")
        self.months = months

    def __eq__(self, other: object) -> bool:
        return type(other) is YearsMonths and other.months == self.months

    def __lt__(self, other: "YearsMonths") -> bool:
        return self.months < other.months

    def __hash__(self) -> int:
        return hash(("months", self.months))

    def __repr__(self) -> str:
        return f"YearsMonths({self})"

    def __str__(self) -> str:
        years, months = divmod(abs(self.months), 12)
        text = (f"{years}Y" if years else "") + (f"{months}M" if months or not years else "")
        return ("-P" if self.months < 0 else "P") + text

    def scaled(self, factor: Number) -> "YearsMonths":
        """The duration times a number, cut to whole months."""
        return YearsMonths(int(DECIMAL128.multiply(self.months, factor)))


class DaysTime:
    """A duration in nanoseconds, of either sign."""

    __slots__ = ("nanos",)

    def __init__(self, nanos: int) -> None:
        if abs(nanos) > MAX_MAGNITUDE:
            raise OverflowError("The duration is too long.")
        self.nanos = nanos

    @classmethod
    def of(cls, delta: timedelta) -> "DaysTime":
        """The FEEL duration of a Python timedelta."""
        seconds = delta.days * DAY_SECONDS + delta.seconds
        return cls(seconds * NANOS + delta.microseconds * 1000)

    def to_python(self) -> timedelta:
        """The timedelta, cut to microseconds; raises OverflowError beyond Python's range."""
        return timedelta(microseconds=_quotient(self.nanos, 1000))

    def __eq__(self, other: object) -> bool:
        return type(other) is DaysTime and other.nanos == self.nanos

    def __lt__(self, other: "DaysTime") -> bool:
        return self.nanos < other.nanos

    def __hash__(self) -> int:
        return hash(("nanos", self.nanos))

    def __repr__(self) -> str:
        return f"DaysTime({self})"

    def __str__(self) -> str:
        seconds, fraction = divmod(abs(self.nanos), NANOS)
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        days, hours = divmod(hours, 24)
        tail = f"{seconds}{fraction_text(fraction)}S" if seconds or fraction else ""
        time = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "") + tail
        text = (f"{days}D" if days else "") + (f"T{time}" if time else "")
        return ("-P" if self.nanos < 0 else "P") + (text or "T0S")

    def part(self, name: str) -> int:
        """The days, hours, minutes or seconds component, with the duration's sign."""
        seconds = abs(self.nanos) // NANOS
        value = {
            "days": seconds // DAY_SECONDS,
            "hours": seconds // 3600 % 24,
            "minutes": seconds // 60 % 60,
            "seconds": seconds % 60,
        }[name]
        return -value if self.nanos < 0 else value

    def scaled(self, factor: Number) -> "DaysTime":
        """The duration times a number, cut to whole nanoseconds."""
        return DaysTime(int(DECIMAL128.multiply(self.nanos, factor)))


Duration = YearsMonths | DaysTime


def _quotient(number: int, divisor: int) -> int:
    result = abs(number) // divisor
    return -result if number < 0 else result


def fraction_text(nanos: int) -> str:
    """The fraction of a second as written after it: "" or ".123"."""
    return f".{nanos:09d}".rstrip("0") if nanos else ""


def parse_duration(text: str) -> Duration | None:
    """The duration an ISO 8601 text such as `P1Y2M` or `-P1DT2H` means, or None."""
    match = _MONTHS.fullmatch(text)
    if match and (match[2] or match[3]):
        months = int(match[2] or 0) * 12 + int(match[3] or 0)
        return YearsMonths(-months if match[1] else months)
    match = _TIME.fullmatch(text)
    if not match or not any(match.group(2, 4, 5, 6)) or (match[3] and not any(match.group(4, 5, 6))):
        return None
    seconds = int(match[2] or 0) * DAY_SECONDS + int(match[4] or 0) * 3600 + int(match[5] or 0) * 60
    nanos = (seconds + int(match[6] or 0)) * NANOS + int((match[7] or "").ljust(9, "0")[:9])
    return DaysTime(-nanos if match[1] else nanos)


def divide(left: Duration, right: Any) -> Duration | Number | None:
    """A duration over a number (a duration) or over one of its kind (a number); None for other kinds and for zero."""
    if type(left) is type(right):
        first, second = _magnitude(left), _magnitude(right)
        return tidy(DECIMAL128.divide(rounded(first), rounded(second))) if second else None
    if isinstance(right, YearsMonths | DaysTime) or not right:
        return None
    return type(left)(int(DECIMAL128.divide(_magnitude(left), right)))


def _magnitude(duration: Duration) -> int:
    return duration.months if isinstance(duration, YearsMonths) else duration.nanos
