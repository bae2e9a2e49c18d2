"""Opening slots on a day's wall clock, and the moments at which they begin and end in a time zone."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from engine.errors import InvalidInput

DAY = 24 * 60
_SLOT = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")


@dataclass(frozen=True, order=True)
class Slot:
    """Minutes of the wall clock from its day's midnight; `end` is past 1440 when the slot runs into the next day."""

    start: int
    end: int

    def __str__(self) -> str:
        end = self.end if self.end <= DAY else self.end - DAY
        return f"{self.start // 60:02d}:{self.start % 60:02d}-{end // 60:02d}:{end % 60:02d}"


def parse_slot(text: str) -> Slot:
    """Read `09:00-12:00`, `17:00-01:00` (past midnight) or `00:00-24:00`. Raises InvalidInput."""
    match = _SLOT.fullmatch(text.replace(" ", ""))
    if match is None:
        raise InvalidInput(f'"{text}" is not an opening slot; write it as 09:00-18:00.')
    from_hour, from_minute, to_hour, to_minute = (int(part) for part in match.groups())
    start, end = from_hour * 60 + from_minute, to_hour * 60 + to_minute
    if max(from_minute, to_minute) > 59 or start >= DAY or end > DAY:
        raise InvalidInput(f'"{text}" is not on the clock; hours go from 00:00 to 24:00.')
    if start == end:
        raise InvalidInput(f'"{text}" begins where it ends; write 00:00-24:00 for the whole day.')
    return Slot(start, end if end > start else end + DAY)


def day_slots(own: Iterable[Slot], previous: Iterable[Slot]) -> list[Slot]:
    """What is open within one day: its own slots and what the day before carries past midnight, as a sorted union."""
    pieces = [Slot(slot.start, min(slot.end, DAY)) for slot in own]
    pieces += [Slot(0, slot.end - DAY) for slot in previous if slot.end > DAY]
    union: list[Slot] = []
    for piece in sorted(pieces):
        if union and piece.start <= union[-1].end:
            union[-1] = Slot(union[-1].start, max(union[-1].end, piece.end))
        else:
            union.append(piece)
    return union


def moment(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The first moment (UTC) at which the wall clock of `zone` shows that minute of the day, or has gone past it.

    So a clock that springs forward opens the slot when it jumps, and one that falls back does not open it twice.
    """
    wall = datetime.combine(day, time(), zone) + timedelta(minutes=minute)
    found = wall.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return found
    return _end_of_gap(wall.replace(fold=1).astimezone(UTC), found, zone)


def _end_of_gap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The moment between the two at which the zone's offset changes."""
    offset = before.astimezone(zone).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if (before + timedelta(seconds=middle)).astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)
