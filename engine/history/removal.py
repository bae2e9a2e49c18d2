"""Taking ended instances out of the database, with all that hangs on them. Only this and `months` delete history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import String, Table, cast, delete, literal, select

from engine.model.base import Base, table_of
from engine.model.draft import Draft
from engine.model.effect import Effect
from engine.model.instance import ProcessInstance
from engine.model.job import Job
from engine.model.keys import BY_MONTH
from engine.model.user_task import TaskCandidate, UserTask
from engine.persistence import UnitOfWork
from engine.persistence.months import without_month

# These name instances, and are kept for what else they say: a batch operation's results go with the batch.
KEPT = frozenset({"batch_item", "message_correlation"})


def hanging_on_instances() -> list[Table]:
    """Every table whose rows belong to one instance."""
    return [
        table
        for table in Base.metadata.sorted_tables
        if "process_instance_key" in table.c and table.name not in KEPT | {"process_instance"}
    ]


def remove(uow: UnitOfWork, roots: Sequence[int]) -> Counter[str]:
    """Remove trees of instances by their roots, which have ended; returns how many rows of each table went.

    On PostgreSQL what lies in months goes with its month (`months`).
    """
    instance, task, job = table_of(ProcessInstance), table_of(UserTask), table_of(Job)
    inside = select(instance.c.key).where(instance.c.root_key.in_(roots))
    tasks = select(task.c.key).where(task.c.process_instance_key.in_(inside))
    marks = select(literal("kefuflow-") + cast(job.c.key, String)).where(job.c.process_instance_key.in_(inside))
    gone: Counter[str] = Counter()
    effect, draft, candidate = table_of(Effect), table_of(Draft), table_of(TaskCandidate)
    for statement, name in (
        (delete(effect).where(effect.c.idempotency_key.in_(marks)), "effect"),
        (delete(draft).where(draft.c.task_key.in_(tasks)), "draft"),
        (delete(candidate).where(candidate.c.task_key.in_(tasks)), "task_candidate"),
        *(
            (delete(place).where(place.c.process_instance_key.in_(inside)), each.name)
            for each in hanging_on_instances()
            for place in ([each] if BY_MONTH not in each.info else without_month(uow.connection, each))
        ),
        (delete(instance).where(instance.c.root_key.in_(roots)), "process_instance"),
    ):
        gone[name] += uow.connection.execute(statement).rowcount
    return +gone
