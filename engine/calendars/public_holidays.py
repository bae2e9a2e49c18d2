"""Public holidays and make-up workdays of China, from the maintained `chinesecalendar` data.

The State Council announces a year's days in the autumn before. Past the data's last year only what the law fixes by
date is known (New Year, Labour Day, National Day, and Tomb-Sweeping Day by the sun); the festivals of the moon and all
make-up workdays are not. `KNOWN_UNTIL` says where that begins.
"""

from datetime import date
from enum import Enum
from functools import lru_cache

import chinese_calendar

KNOWN_UNTIL = date(max(chinese_calendar.holidays).year, 12, 31)
_KNOWN_FROM = date(min(chinese_calendar.holidays).year, 1, 1)
_FIXED = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}


class DayKind(Enum):
    ORDINARY = "ordinary"
    HOLIDAY = "holiday"
    MAKEUP_WORKDAY = "makeup"


@lru_cache(maxsize=4096)
def china(day: date) -> DayKind:
    """What the public calendar of China makes of a day."""
    if not _KNOWN_FROM <= day <= KNOWN_UNTIL:
        return DayKind.HOLIDAY if (day.month, day.day) in _FIXED or _is_tomb_sweeping(day) else DayKind.ORDINARY
    if day in chinese_calendar.holidays:
        return DayKind.HOLIDAY
    return DayKind.MAKEUP_WORKDAY if day in chinese_calendar.workdays else DayKind.ORDINARY


def _is_tomb_sweeping(day: date) -> bool:
    """The sun reaches 15° on 4 or 5 April (on the 6th never in this century); a year is 365.2422 days."""
    if day.month != 4 or not 2000 <= day.year < 2100:
        return False
    year = day.year - 2000
    return day.day == int(year * 0.2422 + 4.81) - year // 4
