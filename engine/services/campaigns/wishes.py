"""What a supervisor wishes of a campaign: whom, how often by tier, how many a run, until when; and how that is checked."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from engine.errors import InvalidInput
from engine.model.customer import TIERS

CHANNELS = ("phone", "sms", "email")
FREQUENCY = {"A": 30, "B": 90, "C": 180}
MOST_DAYS, MOST_A_RUN = 3650, 1000
DAYS = ("bought_within", "not_bought_for", "silent_for")


@dataclass(frozen=True, slots=True)
class Wishes:
    """Days are whole days; None does not filter.

    `bought_within`: ordered in the last days · `not_bought_for`: has ordered, but not since · `silent_for`: no contact either way
    · `channel`: what they prefer · `consent`: they agreed to this channel · `frequency`: days between two callbacks, by tier.
    """

    name: str
    ends_at: datetime
    tiers: tuple[str, ...] = TIERS
    bought_within: int | None = None
    not_bought_for: int | None = None
    silent_for: int | None = None
    channel: str | None = None
    consent: str | None = None
    frequency: Mapping[str, int] = field(default_factory=lambda: dict(FREQUENCY))
    most_a_run: int = 100

    def filters(self) -> dict[str, Any]:
        """As the campaign's row keeps them."""
        kept = ("tiers", *DAYS, "channel", "consent")
        return {name: list(value) if name == "tiers" else value for name, value in asdict(self).items() if name in kept}


def wishes_from(given: Mapping[str, Any], now: datetime) -> Wishes:
    """Wishes from what a page sent: texts, and a list of `tiers`; `every_A` … are the frequencies.

    Raises InvalidInput with the fields' sentences.
    """
    problems: dict[str, list[str]] = {}
    days = {name: _days(given, name, problems) for name in DAYS}
    frequency = {tier: _days(given, f"every_{tier}", problems) or FREQUENCY[tier] for tier in TIERS}
    most = _number(given, "most_a_run", MOST_A_RUN, problems) or 100
    tiers = tuple(tier for tier in TIERS if tier in (given.get("tiers") or ()))
    if not tiers:
        problems["tiers"] = ["至少选一个客户等级 / Choose at least one tier."]
    name, ends_at = str(given.get("name") or "").strip(), given.get("ends_at")
    if not name:
        problems["name"] = ["请给活动起个名字 / Give the campaign a name."]
    if not isinstance(ends_at, datetime) or ends_at <= now:
        problems["ends_at"] = ["结束时间要在以后 / It must end in the future."]
    if problems or not isinstance(ends_at, datetime):
        raise InvalidInput("The campaign cannot be kept as it is.", problems)
    channel, consent = _one_of(given, "channel"), _one_of(given, "consent")
    return Wishes(name[:255], ends_at, tiers, **days, channel=channel, consent=consent, frequency=frequency,
                  most_a_run=most)  # fmt: skip


def _days(given: Mapping[str, Any], name: str, problems: dict[str, list[str]]) -> int | None:
    return _number(given, name, MOST_DAYS, problems)


def _number(given: Mapping[str, Any], name: str, most: int, problems: dict[str, list[str]]) -> int | None:
    text = str(given.get(name) if given.get(name) is not None else "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= most:
        problems[name] = [f"请填 1 到 {most} 的整数 / A whole number from 1 to {most}."]
        return None
    return int(text)


def _one_of(given: Mapping[str, Any], name: str) -> str | None:
    return given[name] if given.get(name) in CHANNELS else None
