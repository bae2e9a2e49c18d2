"""What a timer's text means: dates, durations and cycles (`R3/PT1H`, `R/2026-03-02T09:00:00Z/P1D`, cron), as ISO 8601 and
Camunda have them."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

DESK_ZONE = ZoneInfo("Asia/Shanghai")  # Where Camunda takes its server's. Listed in docs/conformance.md.
FOREVER = -1


class TimerTextError(ValueError):
    """Why a timer's text means no moment; `message_zh` says the same in Chinese."""

    def __init__(self, message: str, message_zh: str) -> None:
        super().__init__(message)
        self.message_zh = message_zh


_DURATION = re.compile(
    r"(?P<sign>-)?P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
_MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}


@dataclass(frozen=True, slots=True)
class Due:
    """The next moment (None: unknown now), how often after it (FOREVER: without end) and the text that repeats it."""

    at: datetime | None
    left: int = 0
    every: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A duration of calendar months, which are the desk's, and exact time."""

    months: int
    exact: timedelta

    def after(self, start: datetime) -> datetime:
        """Raises TimerTextError when no calendar has that moment."""
        try:
            return _add_months(start, self.months) + self.exact
        except (OverflowError, ValueError) as error:
            raise TimerTextError(f"the moment after {start} is out of range", f"{start} 之后的时刻超出范围") from error


def parse_duration(text: str) -> Span:
    """An ISO 8601 duration. Raises TimerTextError."""
    match = _DURATION.fullmatch(text.strip())
    if match is None or not any(match.group(name) for name in match.groupdict() if name != "sign"):
        raise TimerTextError(
            f"'{text}' is no ISO 8601 duration such as PT24H or P7D", f"“{text}”不是 ISO 8601 时长（如 PT24H、P7D）"
        )
    part = {name: float(value or 0) for name, value in match.groupdict().items() if name != "sign"}
    sign = -1 if match["sign"] else 1
    try:
        exact = timedelta(
            days=part["weeks"] * 7 + part["days"],
            hours=part["hours"],
            minutes=part["minutes"],
            seconds=part["seconds"],
        )
        return Span(sign * int(part["years"] * 12 + part["months"]), sign * exact)
    except OverflowError as error:
        raise TimerTextError(f"'{text}' is longer than any calendar", f"“{text}”超出了日历的范围") from error


def check_literal_timer(kind: str, text: str) -> TimerTextError | None:
    """Why a literal timer text is wrong, or None."""
    try:
        if kind == "date":
            parse_moment(text)
        elif kind == "duration":
            parse_duration(text)
        else:
            cycle(text, datetime(2026, 1, 1, tzinfo=DESK_ZONE))
    except TimerTextError as error:
        return error
    return None


def parse_moment(text: str) -> datetime:
    """An ISO 8601 date and time, aware: `2026-03-02T09:00:00+08:00`, with `[Europe/Berlin]` behind it, or in the desk's zone
    where none is given. Raises TimerTextError.
    """
    local, _, zone = text.strip().removesuffix("]").partition("[")
    try:
        found = datetime.fromisoformat(local)
        return found if found.tzinfo is not None else found.replace(tzinfo=ZoneInfo(zone) if zone else DESK_ZONE)
    except (ValueError, LookupError, OSError) as error:
        raise TimerTextError(
            f"'{text}' is no date and time such as 2026-03-02T09:00:00+08:00",
            f"“{text}”不是日期时间（如 2026-03-02T09:00:00+08:00）",
        ) from error


def next_due(due: Due) -> Due | None:
    """What follows a cycle's firing, counted from the moment that was due, not from when it fired."""
    if due.every is None or due.left == 0 or due.at is None:
        return None
    left = FOREVER if due.left == FOREVER else due.left - 1
    if due.every.startswith("P"):
        return Due(parse_duration(due.every).after(due.at), left, due.every)
    return Due(_next_cron(due.every, due.at), left, due.every)


def cycle(text: str, now: datetime) -> Due:
    """The first moment of a cycle that is armed now. Raises TimerTextError."""
    text = text.strip()
    if not text.startswith("R"):
        return Due(_next_cron(text, now), FOREVER, text)
    head, _, rest = text.partition("/")
    count = head[1:]
    if count and not re.fullmatch(r"-?\d+", count):
        raise TimerTextError(f"'{text}' is no cycle such as R3/PT1H", f"“{text}”不是周期（如 R3/PT1H）")
    times = FOREVER if count in ("", "-1") else int(count)
    start_text, _, every = rest.rpartition("/")
    span = parse_duration(every)
    if span.after(now) <= now:
        raise TimerTextError(f"the cycle '{text}' does not move forward", f"周期“{text}”的间隔为零或负数")
    at = parse_moment(start_text).astimezone(now.tzinfo) if start_text else span.after(now)
    if times == 0:
        raise TimerTextError(f"the cycle '{text}' repeats zero times", f"周期“{text}”重复零次")
    return Due(at, FOREVER if times == FOREVER else times - 1, every)


def _next_cron(text: str, after: datetime) -> datetime:
    fields = _MACROS.get(text, text).split()
    fields = ["*" if field == "?" else field for field in fields]
    try:
        found = next(CronSim(" ".join(fields), after.astimezone(DESK_ZONE)))
    except (CronSimError, StopIteration) as error:
        raise TimerTextError(
            f"'{text}' is no cycle: neither R3/PT1H nor a cron expression",
            f"“{text}”既不是 R3/PT1H 这样的周期，也不是 cron 表达式",
        ) from error
    return found.astimezone(after.tzinfo)


def _add_months(start: datetime, months: int) -> datetime:
    if not months:
        return start
    here = start.astimezone(DESK_ZONE)
    year, month = divmod(here.year * 12 + here.month - 1 + months, 12)
    day = min(here.day, calendar.monthrange(year, month + 1)[1])
    return here.replace(year=year, month=month + 1, day=day).astimezone(start.tzinfo)
