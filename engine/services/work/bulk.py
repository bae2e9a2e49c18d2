"""One act on several tasks: each in a transaction of its own, so that one that cannot be done keeps no other back.

What was done comes back as steps, by which it can be undone while nobody else has touched the tasks.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from engine.errors import Conflict, Forbidden, KefuflowError, NotFound
from engine.model.permissions import Actor
from engine.runtime import Runtime
from engine.services.work.access import readable_task
from engine.services.work.taking import restore

MOST = 100


@dataclass(frozen=True, slots=True)
class Step:
    """A task as it was before, and its revision after: what `undo` needs."""

    key: int
    revision: int
    assignee: str | None
    follow_up_at: datetime | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A task with which it could not be done, and the error that says why."""

    key: int
    error: KefuflowError


@dataclass(frozen=True, slots=True)
class Outcome:
    done: list[Step]
    refused: list[Refusal]


def each(runtime: Runtime, keys: Iterable[int], act: Callable[[int], int], *, actor: Actor) -> Outcome:
    """Do `act` (which returns the new revision) with each of these tasks, at most `MOST`.

    InvalidInput is raised: it is the same for all. Conflicts, missing permissions and tasks are in the outcome.
    """
    outcome = Outcome([], [])
    for key in list(dict.fromkeys(keys))[:MOST]:
        try:
            before = _before(runtime, key, actor)
            outcome.done.append(Step(key, act(key), *before))
        except (Conflict, Forbidden, NotFound) as error:
            outcome.refused.append(Refusal(key, error))
    return outcome


def undo(runtime: Runtime, steps: Iterable[Step], *, actor: Actor) -> Outcome:
    """Bring these tasks back to what they were, as far as nobody has done anything with them since."""
    found = {step.key: step for step in steps}

    def act(key: int) -> int:
        step = found[key]
        return restore(runtime, key, step.revision, step.assignee, step.follow_up_at, actor=actor)

    return each(runtime, found, act, actor=actor)


def _before(runtime: Runtime, key: int, actor: Actor) -> tuple[str | None, datetime | None]:
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        task = readable_task(uow, key, actor)
        return task.assignee, task.follow_up_at
