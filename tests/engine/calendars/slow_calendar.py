"""The judge: open time counted minute by minute from a calendar's plain data, sharing no code with the engine.

A minute is open when the furthest that the wall clock has come lies in a slot, so that turning the clock back an hour
neither closes a desk nor opens it twice. Only whole minutes; public holidays are taken from the library directly.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar

MINUTE = timedelta(minutes=1)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def slots_on(day: date, data: dict) -> list[str]:
    if day.isoformat() in data.get("holidays", []):
        return []
    ordinary = data["week"].get(DAYS[day.weekday()], [])
    first = next((data["week"][name] for name in DAYS if data["week"].get(name)), [])
    if day.isoformat() in data.get("workdays", {}):
        return data["workdays"][day.isoformat()] or first
    if data.get("public_holidays") and chinese_calendar.is_holiday(day):
        return [] if day in chinese_calendar.holidays else ordinary
    if data.get("public_holidays") and day in chinese_calendar.workdays:
        return first
    return ordinary


def open_walls(day: date, data: dict) -> set[datetime]:
    """Every minute of the wall clock that the slots beginning on that day open."""
    midnight, found = datetime(day.year, day.month, day.day), set()
    for slot in slots_on(day, data):
        start, end = (midnight + timedelta(hours=int(t[:2]), minutes=int(t[3:])) for t in slot.split("-"))
        length = (end if end > start else end + timedelta(days=1)) - start
        found |= {start + step * MINUTE for step in range(length // MINUTE)}
    return found


def open_minutes(start: datetime, minutes: int, data: dict) -> list[bool]:
    """For each minute after `start` (UTC, on a full minute) whether the calendar is open."""
    zone, walls = ZoneInfo(data["zone"]), set()
    for n in range(-2, minutes // 1440 + 3):
        walls |= open_walls(start.date() + timedelta(days=n), data)
    furthest = max((start - step * MINUTE).astimezone(zone).replace(tzinfo=None) for step in range(0, 181, 10))
    found = []
    for step in range(minutes):
        furthest = max(furthest, (start + step * MINUTE).astimezone(zone).replace(tzinfo=None))
        found.append(furthest in walls)
    return found


def last_minute_of_day(start: datetime, days: int, zone: str) -> datetime:
    """The last full minute (UTC) of the day that is `days` calendar days after the one of `start`, by walking there."""
    where = ZoneInfo(zone)
    last = (start.astimezone(where).date() + timedelta(days=days)).isoformat()
    minute, found = start, start
    for _ in range((days + 2) * 1440 + 180):
        if minute.astimezone(where).date().isoformat() <= last:
            found = minute
        minute += MINUTE
    return found
