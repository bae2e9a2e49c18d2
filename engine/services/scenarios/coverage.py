"""Which end events and timers of the diagrams the scenarios have reached and fired, and which none has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.deployment.model import Element, ProcessModel
from engine.model.element import ElementState
from engine.services.scenarios.story import Outcome
from engine.services.scenarios.world import Visit

Names = set[tuple[str, str]]  # process id, element id


@dataclass
class Coverage:
    """`ends` and `timers` are all that the diagrams have, `reached` and `fired` those of them that a scenario covered."""

    ends: Names = field(default_factory=set)
    timers: Names = field(default_factory=set)
    reached: Names = field(default_factory=set)
    fired: Names = field(default_factory=set)

    @property
    def missing(self) -> list[str]:
        """`process:element` of every end event and timer that no scenario covers."""
        return sorted(":".join(name) for name in (self.ends - self.reached) | (self.timers - self.fired))

    def add(self, other: Coverage) -> None:
        for name in ("ends", "timers", "reached", "fired"):
            getattr(self, name).update(getattr(other, name))


def of_outcomes(outcomes: Iterable[Outcome], models: Iterable[ProcessModel]) -> Coverage:
    """What these scenarios covered of these processes."""
    ends, timers = everything(models)
    reached, fired = set(), set()
    for outcome in outcomes:
        done = completed(outcome.visits)
        reached |= done & ends
        fired |= done & timers
    return Coverage(ends, timers, reached, fired)


def everything(models: Iterable[ProcessModel]) -> tuple[Names, Names]:
    """All end events and all timers."""
    ends: Names = set()
    timers: Names = set()
    for model in models:
        for element in model.elements.values():
            if element.type == "endEvent":
                ends.add((model.id, element.id))
            if is_timer(element):
                timers.add((model.id, element.id))
    return ends, timers


def is_timer(element: Element) -> bool:
    return element.event is not None and element.event.kind == "timer"


def completed(visits: Iterable[Visit]) -> Names:
    """What was passed. An error's end event that was caught counts too, though it was ended with all else in its scope."""
    return {(visit.process_id, visit.element_id) for visit in visits if _passed(visit)}


def _passed(visit: Visit) -> bool:
    caught = visit.type == "END_EVENT" and visit.state == ElementState.TERMINATED
    return caught or visit.state == ElementState.COMPLETED


def not_covered(outcome: Outcome) -> list[str]:
    """What a scenario says that it covers and did not touch."""
    scenario, done = outcome.scenario, completed(outcome.visits)
    lines = []
    for kind, names in (("end", scenario.covers_ends), ("timer", scenario.covers_timers)):
        for name in names:
            process, _, element = str(name).rpartition(":")
            if (process or scenario.process, element) not in done:
                lines.append(f"covers: the {kind} {name} was not reached")
    return lines
