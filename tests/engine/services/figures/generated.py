"""A desk's weeks at random: what happens to each case, done through the services with the clock moved, and told back from the timeline."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from engine.clock import MovableClock
from engine.model.case import Case, TimelineEntry
from engine.model.contact import Contact
from engine.model.notification import Survey
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.cases import files
from engine.services.cases.contacts import store_contact
from engine.services.cases.timeline import record
from engine.services.rows import add
from engine.services.sla import CaseClocks
from tests.engine.services.figures.history_judge import MINUTE, TARGETS, Round, Story

OWNERS = ("alice", "bob")
Act = tuple[datetime, int, str, dict[str, Any]]


class Weeks:
    """Cases that live side by side; every act at a full minute, in the order of time."""

    def __init__(self, runtime: Runtime, clock: MovableClock, seed: int, cases: int) -> None:
        self.runtime, self.clock = runtime, clock
        self.random = random.Random(seed)
        self.first = clock().replace(second=0, microsecond=0)
        self.numbers: dict[int, str] = {}
        self.acts = sorted((act for case in range(cases) for act in self._life(case)), key=lambda act: act[:2])

    def live(self, every_night: Callable[[], object] = lambda: None) -> None:
        night = self.clock().replace(hour=18, minute=30)
        for at, case, what, given in self.acts:
            while night < at:
                self.clock.advance(night - self.clock())
                every_night()
                night += timedelta(days=1)
            if at > self.clock():
                self.clock.advance(at - self.clock())
            with self.runtime.unit_of_work() as uow:
                getattr(self, f"_{what}")(uow, case, given)

    def _later(self, at: datetime, most: int) -> datetime:
        return at + self.random.randint(1, most) * MINUTE

    def _life(self, case: int) -> Iterator[Act]:
        dice = self.random
        at = self.first + dice.randint(0, 20 * 1440) * MINUTE
        yield at, case, "open", {
            "kind": dice.choice(("complaint", "complaint", "consultation", "return_exchange")),
            "channel": dice.choice(("phone", "online", "email")),
            "owner": dice.choice(OWNERS), "sku": dice.choice("XYZ"), "cause_code": dice.choice(("late", "broken")),
        }  # fmt: skip
        for _ in range(dice.randint(0, 3)):
            yield (
                self._later(at, 3000),
                case,
                "contact",
                {"direction": dice.choice(("in", "out")), "agent": dice.choice((None, *OWNERS))},
            )
        if dice.random() < 0.8:
            yield self._later(at, 400), case, "meet", {"name": "first_response"}
        if dice.random() < 0.2:
            yield self._later(at, 3000), case, "escalate", {}
        for _ in range(dice.choice((0, 0, 1, 2))):
            paused = at = self._later(at, 1500)
            yield paused, case, "pause", {}
            at = self._later(paused, 3000)
            if dice.random() < 0.8:
                yield at, case, "resume", {}
        for _ in range(dice.choice((0, 1, 1, 1, 2))):
            at = self._later(at, 3000)
            yield (
                at,
                case,
                "close",
                {"outcome": dice.choice(("resolved", "resolved", "refunded", "refused", "withdrawn"))},
            )
            if dice.random() < 0.6:
                yield self._later(at, 600), case, "survey", {"score": dice.choice((None, 1, 3, 4, 5)), "case": case}
            if dice.random() < 0.3:
                at = self._later(at, 2000)
                yield at, case, "reopen", {}

    # What happens

    def _case(self, uow: UnitOfWork, case: int) -> Case:
        return files.find_case(uow, self.numbers[case], for_update=True)

    def _open(self, uow: UnitOfWork, case: int, given: dict[str, Any]) -> None:
        given = dict(given)
        row = files.open_case(
            self.runtime, uow, given["owner"], given.pop("kind"), given.pop("channel"), "一件事", **given
        )
        self.numbers[case] = row.number
        self._start(uow, row)

    def _start(self, uow: UnitOfWork, row: Case) -> None:
        with CaseClocks(self.runtime, uow, row, "system") as clocks:
            for name, minutes in TARGETS.items():
                clocks.start(name, target=minutes * MINUTE, calendar="desk")

    def _contact(self, uow: UnitOfWork, case: int, given: dict[str, Any]) -> None:
        if case in self.numbers:
            row = self._case(uow, case)
            contact = store_contact(
                self.runtime, uow, row, given["agent"] or "system", "phone", given["direction"], "说了几句", "answered"
            )
            contact.agent = given["agent"]

    def _meet(self, uow: UnitOfWork, case: int, given: dict[str, Any]) -> None:
        with CaseClocks(self.runtime, uow, self._case(uow, case), "system") as clocks:
            clocks.meet(given["name"])

    def _pause(self, uow: UnitOfWork, case: int, given: dict[str, Any]) -> None:
        with CaseClocks(self.runtime, uow, self._case(uow, case), "system") as clocks:
            clocks.pause("resolution")

    def _resume(self, uow: UnitOfWork, case: int, given: dict[str, Any]) -> None:
        with CaseClocks(self.runtime, uow, self._case(uow, case), "system") as clocks:
            clocks.resume("resolution")

    def _escalate(self, uow: UnitOfWork, case: int, given: dict[str, Any]) -> None:
        row = self._case(uow, case)
        record(self.runtime, uow, row, "system", "step", "stage.escalated")

    def _close(self, uow: UnitOfWork, case: int, given: dict[str, Any]) -> None:
        row = self._case(uow, case)
        if not row.is_open:
            return
        with CaseClocks(self.runtime, uow, row, "system") as clocks:
            clocks.cancel_all() if given["outcome"] == "withdrawn" else clocks.meet_all()
        row.close(given["outcome"], uow.now)
        record(self.runtime, uow, row, "system", "step", "case.closed", given["outcome"])

    def _reopen(self, uow: UnitOfWork, case: int, given: dict[str, Any]) -> None:
        row = self._case(uow, case)
        if row.is_open:
            return
        row.reopen(uow.now)
        record(self.runtime, uow, row, "system", "change", "case.reopened")
        self._start(uow, row)

    def _survey(self, uow: UnitOfWork, case: int, given: dict[str, Any]) -> None:
        answered = uow.now if given["score"] else None
        add(self.runtime, uow, Survey, case_key=self._case(uow, case).key, idempotency_key=f"{case} {uow.now}",
            sent_at=uow.now - timedelta(minutes=3), answered_at=answered, solved=True, score=given["score"])  # fmt: skip

    # What the timeline says of it

    def stories(self) -> list[Story]:
        with self.runtime.unit_of_work(read_only=True) as uow:
            return [self._story(uow, case) for case in uow.session.scalars(select(Case))]

    def _story(self, uow: UnitOfWork, case: Case) -> Story:
        entries = uow.session.scalars(
            select(TimelineEntry).where(TimelineEntry.case_key == case.key).order_by(TimelineEntry.key)
        )
        story = Story(case.created_at, case.owner, case.channel, case.kind, case.sku, case.cause_code)
        for entry in entries:
            if entry.name.startswith("sla."):
                rounds, what = story.rounds[entry.data["clock"]], entry.name.removeprefix("sla.")
                if what == "started":
                    rounds.append(Round([]))
                rounds[-1].events.append((what, entry.at))
            elif entry.name == "case.closed":
                story.closings.append((entry.at, entry.text))
            elif entry.name == "case.reopened":
                story.reopenings.append(entry.at)
            elif entry.name == "stage.escalated":
                story.escalated = True
        rows = uow.session.scalars(select(Contact).where(Contact.case_key == case.key))
        story.contacts = [(row.at, row.direction, row.agent) for row in rows]
        asked = uow.session.scalars(select(Survey).where(Survey.case_key == case.key))
        story.surveys = [(row.sent_at, row.answered_at, row.score) for row in asked]
        return story
