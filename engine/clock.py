"""What time it is: the wall clock, or a moment that a test has pinned."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Now, aware UTC."""
    return datetime.now(UTC)


class MovableClock:
    """A clock that runs with the wall clock until it is pinned; moving it keeps it pinned."""

    def __init__(self, pinned_at: datetime | None = None) -> None:
        self._pinned_at = pinned_at

    def __call__(self) -> datetime:
        return self._pinned_at or system_clock()

    @property
    def is_pinned(self) -> bool:
        return self._pinned_at is not None

    def pin(self, moment: datetime) -> None:
        self._pinned_at = moment.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        self.pin(self() + by)

    def reset(self) -> None:
        self._pinned_at = None
