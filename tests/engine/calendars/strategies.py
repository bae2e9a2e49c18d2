"""Random calendars (plain data) and moments, over zones that change their clocks in every way there is."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from tests.engine.calendars.slow_calendar import DAYS

ZONES = (
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",  # Its midnight was skipped, until 2018.
    "Australia/Lord_Howe",  # Half an hour.
    "Asia/Kathmandu",
    "Africa/Cairo",
)
INTERESTING = (
    datetime(2018, 11, 3, 20, tzinfo=UTC),  # São Paulo springs forward at midnight.
    datetime(2018, 2, 17, 12, tzinfo=UTC),  # … and back.
    datetime(2024, 2, 28, 9, tzinfo=UTC),  # A leap day.
    datetime(2025, 3, 29, 20, tzinfo=UTC),
    datetime(2025, 10, 25, 20, tzinfo=UTC),
    datetime(2025, 11, 1, 20, tzinfo=UTC),
    datetime(2025, 4, 5, 9, tzinfo=UTC),
    datetime(2025, 9, 30, 1, tzinfo=UTC),  # National Day and its make-up workdays.
    datetime(2025, 12, 31, 3, tzinfo=UTC),
)


@st.composite
def slots(draw) -> str:
    start = draw(st.integers(0, 95)) * 15
    length = draw(st.integers(1, 96)) * 15
    end = start + length
    if end == start + 1440 and start:
        end -= 15
    end_text = "24:00" if end == 1440 else f"{end % 1440 // 60:02d}:{end % 60:02d}"
    return f"{start // 60:02d}:{start % 60:02d}-{end_text}"


days_of_slots = st.lists(slots(), max_size=3)


@st.composite
def moments(draw) -> datetime:
    return draw(st.sampled_from(INTERESTING)) + timedelta(minutes=draw(st.integers(0, 3 * 1440)))


@st.composite
def calendars(draw, start: datetime | None = None) -> dict:
    """Plain data; its special dates lie around `start`."""
    first = start or draw(moments())
    around = [(first + timedelta(days=n)).date().isoformat() for n in range(-1, 5)]
    kinds = draw(st.lists(st.sampled_from(("plain", "plain", "holiday", "workday")), min_size=6, max_size=6))
    return {
        "name": "random",
        "zone": draw(st.sampled_from(ZONES)),
        "week": {day: found for day in DAYS if (found := draw(days_of_slots))},
        "public_holidays": draw(st.booleans()),
        "holidays": [day for day, kind in zip(around, kinds, strict=True) if kind == "holiday"],
        "workdays": {day: draw(days_of_slots) for day, kind in zip(around, kinds, strict=True) if kind == "workday"},
    }
