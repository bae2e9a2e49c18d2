"""A business calendar: when a desk is open, as data, and the open intervals that follow from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import accumulate
from zoneinfo import ZoneInfo

from engine.calendars import public_holidays
from engine.calendars.public_holidays import DayKind
from engine.calendars.slots import Slot, day_slots, moment
from engine.errors import InvalidInput

Week = tuple[tuple[Slot, ...], ...]
_ONE_DAY = timedelta(days=1)
_MOST_MONTHS = 1200  # Kept at a time: a hundred years, more than any one question spans.


@dataclass(frozen=True)
class OpenTime:
    """The open intervals of one month, in order and disjoint, and how much was open before each."""

    starts: list[datetime]
    ends: list[datetime]
    open_before: list[timedelta]
    total: timedelta


@dataclass(frozen=True)
class Calendar:
    """Weekly slots, and the dates that differ. What a date says here wins over the public holidays.

    `week` has seven entries, Monday first. `holidays` are closed. `workdays` are open although their weekday or the
    public calendar says otherwise: with the slots given, or with `makeup` when that is empty. `makeup` is an ordinary
    working day's slots (those of the first weekday that has any, unless given). A slot belongs to the day on which it
    begins: a holiday closes the evening shift that would begin on it, and leaves the tail of the evening before.
    """

    name: str
    week: Week
    zone: str = "Asia/Shanghai"
    public_holidays: bool = False
    holidays: frozenset[date] = frozenset()
    workdays: Mapping[date, tuple[Slot, ...]] = field(default_factory=dict)
    makeup: tuple[Slot, ...] = ()
    complete_until: date | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    _months: dict[tuple[int, int], OpenTime] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise InvalidInput(f'Calendar "{self.name}" needs seven days, Monday to Sunday.')
        if both := self.holidays & self.workdays.keys():
            raise InvalidInput(f'Calendar "{self.name}" calls {min(both)} both a holiday and a workday.')
        try:
            _ = self.zone_info
        except (LookupError, ValueError, OSError) as error:
            raise InvalidInput(f'Calendar "{self.name}" is in "{self.zone}", which is no time zone.') from error

    @cached_property
    def zone_info(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @cached_property
    def known_until(self) -> date | None:
        """The last day whose public holidays are announced; later only fixed dates close. None: they do not apply."""
        if not self.public_holidays:
            return None
        return max(public_holidays.KNOWN_UNTIL, self.complete_until or public_holidays.KNOWN_UNTIL)

    @cached_property
    def never_opens_after(self) -> datetime | None:
        """When the week has no slot: the end of the last listed workday, or the beginning of time. Else None."""
        if any(self.week):
            return None
        last = max((day for day in self.workdays if self.slots_of(day)), default=None)
        return datetime.min.replace(tzinfo=UTC) if last is None else moment(last, 48 * 60, self.zone_info)

    @cached_property
    def _makeup_slots(self) -> tuple[Slot, ...]:
        return self.makeup or next((slots for slots in self.week if slots), ())

    def slots_of(self, day: date) -> tuple[Slot, ...]:
        """The slots that begin on that local date."""
        if day in self.holidays:
            return ()
        if day in self.workdays:
            return self.workdays[day] or self._makeup_slots
        kind = self._public_kind(day)
        if kind is DayKind.HOLIDAY:
            return ()
        return self._makeup_slots if kind is DayKind.MAKEUP_WORKDAY else self.week[day.weekday()]

    def open_time(self, year: int, month: int) -> OpenTime:
        """The open intervals of a local month, computed once."""
        found = self._months.get((year, month))
        if found is None:
            if len(self._months) >= _MOST_MONTHS:
                self._months.clear()
            found = self._months[year, month] = self._compute(year, month)
        return found

    def _public_kind(self, day: date) -> DayKind:
        if not self.public_holidays:
            return DayKind.ORDINARY
        if self.complete_until and public_holidays.KNOWN_UNTIL < day <= self.complete_until:
            return DayKind.ORDINARY
        return public_holidays.china(day)

    def _compute(self, year: int, month: int) -> OpenTime:
        starts: list[datetime] = []
        ends: list[datetime] = []
        for start, end in self._intervals(date(year, month, 1)):
            if ends and start <= ends[-1]:
                ends[-1] = end
            elif start < end:
                starts.append(start)
                ends.append(end)
        lengths = [end - start for start, end in zip(starts, ends, strict=True)]
        sums = list(accumulate(lengths, initial=timedelta(0)))
        return OpenTime(starts, ends, sums[:-1], sums[-1])

    def _intervals(self, first: date) -> list[tuple[datetime, datetime]]:
        found, day, zone = [], first, self.zone_info
        previous = self.slots_of(first - _ONE_DAY) if first > date.min else ()
        while day.month == first.month:
            own = self.slots_of(day)
            for slot in day_slots(own, previous):
                found.append((moment(day, slot.start, zone), moment(day, slot.end, zone)))
            previous, day = own, day + _ONE_DAY
        return found
