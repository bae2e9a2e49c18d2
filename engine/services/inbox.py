"""Finding user tasks: a person's list of work, and any search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, exists, func, select, union_all

from engine.errors import InvalidInput
from engine.model.base import DEFAULT_TENANT, table_of, to_json
from engine.model.user_task import TaskCandidate, TaskNotFound, TaskState, UserTask
from engine.model.variable import Variable
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import search

_task = table_of(UserTask)
_candidate = table_of(TaskCandidate)
_variable = table_of(Variable)
FIELDS: search.Fields = {column.name: column for column in _task.columns}


@dataclass(frozen=True)
class TaskView:
    """A user task for people and the API."""

    key: int
    tenant_id: str
    element_id: str
    name: str
    process_instance_key: int
    root_key: int
    process_definition_key: int
    process_id: str
    version: int
    scope_key: int
    state: str
    assignee: str | None
    candidate_groups: list[str]
    candidate_users: list[str]
    priority: int
    due_at: datetime | None
    follow_up_at: datetime | None
    form_id: str | None
    form_key: int | None
    external_form: str | None
    headers: dict[str, Any]
    properties: dict[str, Any]
    created_at: datetime
    claimed_at: datetime | None
    ended_at: datetime | None
    completed_by: str | None
    revision: int


def view(row: Row[Any]) -> TaskView:
    return TaskView(**{name: getattr(row, name) for name in TaskView.__dataclass_fields__})


def get(runtime: Runtime, key: int, tenant_id: str = DEFAULT_TENANT) -> TaskView:
    """One task. Raises TaskNotFound."""
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        return get_within(uow, key)


def get_within(uow: UnitOfWork, key: int) -> TaskView:
    """`get` in a unit of work."""
    found = uow.connection.execute(
        select(_task).where(_task.c.key == key, _task.c.tenant_id == uow.tenant_id)
    ).one_or_none()
    if found is None:
        raise TaskNotFound(f"There is no task with key {key}.")
    return view(found)


def find(
    runtime: Runtime,
    wanted: search.Search,
    *,
    candidate_group: str | Sequence[str] | None = None,
    candidate_user: str | Sequence[str] | None = None,
    variables: Sequence[tuple[str, Any]] = (),
    local_variables: Sequence[tuple[str, Any]] = (),
    tenant_id: str = DEFAULT_TENANT,
) -> search.Page:
    """Tasks by any of their columns, by an open offer to a group or person, and by values of variables.

    `variables` are those of the process instance's top, `local_variables` those of the task itself. Raises InvalidInput.
    """
    query = select(_task).where(_task.c.tenant_id == tenant_id)
    for kind, offered in (("group", candidate_group), ("user", candidate_user)):
        if offered is not None:
            query = query.where(_offered(kind, [offered] if isinstance(offered, str) else list(offered)))
    for scope, pairs in ((_task.c.process_instance_key, variables), (_task.c.key, local_variables)):
        for name, value in pairs:
            query = query.where(_has(scope, name, value))
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        page = search.run(uow, query, FIELDS, wanted, _task.c.key)
    return search.Page([view(row) for row in page.items], page.total, page.has_more_total)


def _offered(kind: str, names: list[str]) -> Any:
    return exists().where(_candidate.c.task_key == _task.c.key, _candidate.c.kind == kind, _candidate.c.name.in_(names))


def _has(scope: Any, name: str, value: Any) -> Any:
    try:
        to_json(value)
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"The value for variable '{name}' is no JSON.") from error
    return exists().where(_variable.c.scope_key == scope, _variable.c.name == name, _variable.c.value == value)


@dataclass(frozen=True)
class Inbox:
    """A person's work: what they hold, and what they may take. `offered_total` counts up to `search.COUNTED`."""

    mine: list[TaskView]
    offered: list[TaskView]
    offered_total: int


def inbox(
    runtime: Runtime,
    user: str,
    groups: Sequence[str],
    *,
    limit: int = 50,
    offset: int = 0,
    tenant_id: str = DEFAULT_TENANT,
) -> Inbox:
    """The open tasks of one person: all that they hold, and one page of those that nobody holds and they are offered.

    The most important first, then the oldest. The cost does not grow with the number of open tasks.
    """
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        offers = _offers(uow, user, groups, limit + offset)
        keys = [row.task_key for row in uow.connection.execute(offers.limit(limit).offset(offset))]
        counted = select(func.count()).select_from(_offers(uow, user, groups, search.COUNTED + 1).subquery())
        total = uow.connection.execute(counted).scalar_one()
        held = select(_task).where(
            _task.c.tenant_id == tenant_id, _task.c.assignee == user, _task.c.state == TaskState.CREATED
        )
        mine = uow.connection.execute(held.order_by(_task.c.priority.desc(), _task.c.created_at).limit(limit))
        found = {row.key: view(row) for row in uow.connection.execute(select(_task).where(_task.c.key.in_(keys)))}
        return Inbox([view(row) for row in mine], [found[key] for key in keys], min(total, search.COUNTED))


def _offers(uow: UnitOfWork, user: str, groups: Sequence[str], most: int) -> Any:
    """Keys of tasks that nobody holds; each group's part is read along the index and no further than needed."""
    names = [("user", user), *[("group", group) for group in dict.fromkeys(groups)]]
    parts = [_offers_to(uow, kind, name, most).subquery() for kind, name in names]
    union = union_all(*[select(part) for part in parts]).subquery()
    columns = union.c.task_key, union.c.rank, union.c.created_at
    return select(*columns).group_by(*columns).order_by(union.c.rank, union.c.created_at, union.c.task_key)


def _offers_to(uow: UnitOfWork, kind: str, name: str, most: int) -> Select[Any]:
    return (
        select(_candidate.c.task_key, _candidate.c.rank, _candidate.c.created_at)
        .where(
            and_(_candidate.c.tenant_id == uow.tenant_id, _candidate.c.kind == kind, _candidate.c.name == name),
            _candidate.c.assignee.is_(None),
        )
        .order_by(_candidate.c.rank, _candidate.c.created_at)
        .limit(most)
    )
