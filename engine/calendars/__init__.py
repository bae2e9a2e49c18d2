"""Business calendars and SLA clocks: pure arithmetic on open time, no database.

Opening hours are data (`processes/calendars.yaml`); what the numbers mean is here.
"""

from engine.calendars.arithmetic import business_deadline, business_duration, is_open
from engine.calendars.calendar import Calendar
from engine.calendars.codec import calendar_from_json, calendar_to_json, load_calendars
from engine.calendars.durations import format_duration, parse_duration
from engine.calendars.functions import functions
from engine.calendars.sla import Change, SlaClock
from engine.calendars.sla_codec import clock_from_json, clock_to_json
from engine.calendars.statutory import statutory_day, statutory_deadline

__all__ = [
    "Calendar",
    "Change",
    "SlaClock",
    "business_deadline",
    "business_duration",
    "calendar_from_json",
    "calendar_to_json",
    "clock_from_json",
    "clock_to_json",
    "format_duration",
    "functions",
    "is_open",
    "load_calendars",
    "parse_duration",
    "statutory_day",
    "statutory_deadline",
]
