"""An independent computation of the figures: from the timeline alone, counting open minutes one by one, with no code of the engine's."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from statistics import fmean

from tests.engine.calendars.slow_calendar import open_minutes

DESK = {
    "zone": "Asia/Shanghai",
    "week": {day: ["09:00-21:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
}
MINUTE = timedelta(minutes=1)
TARGETS = {"first_response": 60, "resolution": 600}  # open minutes


@dataclass
class Round:
    """One round of a clock as its timeline tells it."""

    events: list[tuple[str, datetime]]

    def open_spans(self, until: datetime) -> list[tuple[datetime, datetime]]:
        spans, since = [], None
        for what, at in self.events:
            if since is not None:
                spans.append((since, at))
            since = at if what in ("started", "resumed") else None
        if since is not None:
            spans.append((since, until))
        return spans

    def counted(self, until: datetime) -> list[datetime]:
        """The end of every open minute that it counted."""
        found = []
        for start, end in self.open_spans(until):
            minutes = int((end - start) / MINUTE)
            found += [
                start + (n + 1) * MINUTE for n, is_open in enumerate(open_minutes(start, minutes, DESK)) if is_open
            ]
        return found

    @property
    def ended(self) -> tuple[str, datetime] | None:
        return self.events[-1] if self.events[-1][0] in ("met", "cancelled") else None


@dataclass
class Story:
    """A case by its timeline."""

    created_at: datetime
    owner: str
    channel: str
    kind: str
    sku: str
    cause: str
    rounds: dict[str, list[Round]] = field(default_factory=lambda: defaultdict(list))
    closings: list[tuple[datetime, str]] = field(default_factory=list)
    reopenings: list[datetime] = field(default_factory=list)
    contacts: list[tuple[datetime, str, str | None]] = field(default_factory=list)
    escalated: bool = False
    surveys: list[tuple[datetime, datetime | None, int | None]] = field(default_factory=list)

    @property
    def closed(self) -> tuple[datetime, str] | None:
        """The last end, if nothing reopened it since."""
        if not self.closings or (self.reopenings and self.reopenings[-1] > self.closings[-1][0]):
            return None
        return self.closings[-1]


def rank(values: list[float], share: float) -> float | None:
    ordered = sorted(values)
    return ordered[max(1, ceil(share * len(ordered))) - 1] if ordered else None


def judge(stories: list[Story], start: datetime, end: datetime, now: datetime) -> dict[str, tuple]:
    """Each figure as (value, count) or, for a duration, (mean, p50, p90, count), over [start, end)."""

    def inside(moment: datetime) -> bool:
        return start <= moment < end

    decided: dict[str, list[tuple[Story, bool]]] = defaultdict(list)
    finished: dict[str, list[tuple[float, float]]] = defaultdict(list)
    overdue = 0
    for story in stories:
        for name, rounds in story.rounds.items():
            for one in rounds:
                ended = one.ended
                if ended and ended[0] == "cancelled":
                    continue
                minutes = one.counted(ended[1] if ended else now)
                target = TARGETS[name]
                breached = minutes[target - 1] if len(minutes) >= target else None
                if breached is not None and ended and len(minutes) == target and ended[1] == breached:
                    breached = None  # done in the very minute of its limit
                if breached is not None and inside(breached):
                    decided[name].append((story, False))
                    overdue += name == "resolution" and not ended and story.closed is None
                elif breached is None and ended and inside(ended[1]):
                    decided[name].append((story, True))
                if ended and inside(ended[1]):
                    ran = sum(((b - a) for a, b in one.open_spans(ended[1])), timedelta())
                    finished[name].append((len(minutes) * 60.0, ran.total_seconds()))

    def share(flags: list[bool]) -> tuple:
        return (fmean(flags) if flags else None, len(flags))

    def lengths(values: list[float]) -> tuple:
        return (fmean(values) if values else None, rank(values, 0.5), rank(values, 0.9), len(values))

    created = [story for story in stories if inside(story.created_at)]
    closed = [(story, story.closed) for story in stories if story.closed and inside(story.closed[0])]
    scores = [(story, score) for story in stories for _, at, score in story.surveys if at and score and inside(at)]
    sent = [at is not None for story in stories for asked, at, _ in story.surveys if inside(asked)]
    nothing, unsolved = {"withdrawn", "no_reply"}, {"refused"}
    counted = [(story, outcome) for story, (_, outcome) in closed if outcome not in nothing]
    talked = []
    for story in created:
        first = min((at for at, _, agent in story.contacts if agent), default=None)
        soon = first is not None and first - story.created_at <= timedelta(hours=24)
        if soon or now - story.created_at >= timedelta(hours=24):
            talked.append(soon)
    until = min(end, now)
    backlog = [
        (until - story.created_at).total_seconds()
        for story in stories
        if story.created_at < until and (story.closed is None or story.closed[0] >= until)
    ]
    complaints = [story for story in created if story.kind == "complaint"]
    pairs: dict[tuple[str, str], int] = defaultdict(int)
    for story in complaints:
        pairs[story.sku, story.cause] += 1
    everything = [met for name in decided for _, met in decided[name]]
    return {
        "registered": (float(len(created)), len(created)),
        "first_response": lengths([counted for counted, _ in finished["first_response"]]),
        "resolution_business": lengths([counted for counted, _ in finished["resolution"]]),
        "resolution_calendar": lengths([ran for _, ran in finished["resolution"]]),
        "timely_reply": share([met for _, met in decided["first_response"]]),
        "attainment": share(everything),
        "complaint_timely": share([met for story, met in decided["resolution"] if story.kind == "complaint"]),
        "csat": share([score >= 4 for _, score in scores]),
        "complaint_satisfaction": share([score >= 4 for story, score in scores if story.kind == "complaint"]),
        "callback_satisfaction": share([score >= 4 for story, score in scores if story.kind != "complaint"]),
        "survey_response": share(sent),
        "resolution_rate": share([outcome not in unsolved for _, outcome in counted] + [False] * overdue),
        "first_contact": share(
            [
                not story.reopenings
                and sum(way == "in" for _, way, _ in story.contacts) <= 1
                and outcome not in unsolved
                for story, outcome in counted
            ]
        ),
        "reopen_rate": share([bool(story.reopenings) for story, _ in closed]),
        "escalation_rate": share([story.escalated for story in created]),
        "contact_24h": share(talked),
        "backlog_age": lengths(backlog),
        "repeat_cause": share([pairs[story.sku, story.cause] >= 3 for story in complaints]),
        "callback_coverage": share([bool(story.surveys) for story, outcome in counted if outcome not in unsolved]),
    }
