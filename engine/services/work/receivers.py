"""To whom a task can be given: the people who may do it, as the process says, so that nobody is offered and then refused."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from engine.model.people import Group, GroupMember, QueueSkill, User, UserRole
from engine.model.permissions import Actor, candidate_groups, permissions_of
from engine.model.user_task import UserTask
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.absences import away_now
from engine.services.people.users import Colleague


def receivers(runtime: Runtime, keys: Iterable[int], *, actor: Actor) -> dict[int, list[Colleague]]:
    """Each of these tasks with the active people who may do it, those who take work now first, who is away last.

    A task that is not there has nobody. Raises Forbidden without tasks.work.
    """
    actor.require("tasks.work")
    wanted = list(keys)
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        # By key alone: told the tenant too, SQLite walks all tasks of the tenant.
        query = select(UserTask).where(UserTask.key.in_(wanted))
        tasks = [task for task in uow.session.scalars(query) if task.tenant_id == uow.tenant_id] if wanted else []
        people = _people(uow) if tasks else []
        alike: dict[str, list[Colleague]] = {}  # a page holds many tasks that are offered to the same people
        found: dict[int, list[Colleague]] = {key: [] for key in wanted}
        for task in tasks:
            offered = repr((task.assignee, task.candidate_users, task.candidate_groups, task.excluded_users))
            if offered not in alike:
                alike[offered] = [shown for who, shown in people if task.can_be_given_to(who)]
            found[task.key] = alike[offered]
        return found


def any_of(found: dict[int, list[Colleague]], *, but: str = "") -> list[Colleague]:
    """Everybody who may do at least one of these tasks, each once, without the one of this name."""
    known = {each.username: each for people in found.values() for each in people if each.username != but}
    return sorted(known.values(), key=lambda each: each.order)


def _people(uow: UnitOfWork) -> list[tuple[Actor, Colleague]]:
    """Every active person with what is offered to them, in five queries."""
    in_tenant = User.tenant_id == uow.tenant_id
    users = uow.session.scalars(select(User).where(in_tenant, User.active))
    roles = _by_user(uow, select(UserRole.user_key, UserRole.role))
    teams = _by_user(uow, select(GroupMember.user_key, Group.name).join(Group, GroupMember.group_key == Group.key))
    queues = _by_user(uow, select(QueueSkill.user_key, QueueSkill.queue))
    away = away_now(uow)
    found = []
    for user in users:
        held = frozenset(roles[user.key])
        groups = candidate_groups(held, frozenset(teams[user.key]), frozenset(queues[user.key]))
        who = Actor(user.username, groups=groups, permissions=permissions_of(held), tenant_id=uow.tenant_id)
        found.append((who, Colleague.of(user, away.get(user.username))))
    return sorted(found, key=lambda pair: pair[1].order)


def _by_user(uow: UnitOfWork, query: Any) -> defaultdict[int, list[str]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    for user, name in uow.connection.execute(query):
        found[user].append(name)
    return found
