"""Taking a task, giving it back, giving it to somebody, and putting it aside. Each is one transaction with what it tells.

The one who takes the first task of a case has the case.
"""

from datetime import datetime, timedelta

from engine.errors import Forbidden, InvalidInput, NotFound
from engine.model.case import Case, plain
from engine.model.permissions import Actor
from engine.model.user_task import TaskAlreadyClaimed, UserTask
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import tasks
from engine.services.absences import is_covered_by
from engine.services.cases.files import case_of_instance
from engine.services.cases.timeline import record
from engine.services.notices import leave_notice
from engine.services.people.actors import actor_for, find_user
from engine.services.work.access import readable_task, require_workable

LONGEST_SNOOZE = timedelta(days=60)
NOTE_NEEDED = "请填写交接说明 / Say what the next person has to know."


def claim(runtime: Runtime, key: int, *, actor: Actor) -> int:
    """Take a task and return its new revision; from a colleague who is away, when one stands in for them.

    Raises TaskAlreadyClaimed when another was first, TaskNotOpen, PersonExcluded, TaskNotFound, Forbidden.
    """
    return runtime.transact(lambda uow: claim_within(runtime, uow, key, actor), actor.tenant_id)


def claim_within(runtime: Runtime, uow: UnitOfWork, key: int, actor: Actor) -> int:
    """`claim` in the caller's transaction."""
    task = readable_task(uow, key, actor)
    if is_covered_by(uow, task, actor):
        return _take_over(runtime, uow, task, actor)
    # One who is already somebody else's is a conflict, which `claim` tells, not a matter of permission.
    if task.assignee is None:
        require_workable(task, actor)
    taken = tasks.change_within(
        runtime, uow, key, "task.claim", lambda row, now: row.claim(actor.username, now), actor.username,
        stale=TaskAlreadyClaimed,
    )  # fmt: skip
    own_case(runtime, uow, taken, actor)
    return taken.revision


def _take_over(runtime: Runtime, uow: UnitOfWork, task: UserTask, actor: Actor) -> int:
    before = task.assignee
    taken = tasks.change_within(
        runtime, uow, task.key, "task.assign", lambda row, now: _assign(row, actor.username, now), actor.username,
        task.revision, stale=TaskAlreadyClaimed,
    )  # fmt: skip
    case = case_of_instance(uow, taken.process_instance_key, taken.root_key)
    if case is not None:
        case.unread_at = None
        _tell(runtime, uow, case, taken, "task.taken_over", "", before, actor)
    return taken.revision


def release(runtime: Runtime, key: int, *, actor: Actor) -> int:
    """Give a task back to those that it is offered to: one's own, or anybody's with tasks.assign."""

    def work(uow: UnitOfWork) -> int:
        if readable_task(uow, key, actor).assignee != actor.username:
            actor.require("tasks.assign")
        return tasks.change_within(runtime, uow, key, "task.unclaim", UserTask.give_back, actor.username).revision

    return runtime.transact(work, actor.tenant_id)


def assign(
    runtime: Runtime, key: int, username: str, *, actor: Actor, revision: int | None = None, reason: str = ""
) -> int:
    """Give a task to somebody whom it is offered to, whoever held it; returns its new revision. They are told.

    With a `reason` it is written on the case's timeline. Raises Forbidden without tasks.assign or when it is not offered to
    them, NotFound, TaskChanged, PersonExcluded.
    """
    actor.require("tasks.assign")

    def work(uow: UnitOfWork) -> int:
        return _give(runtime, uow, key, username, reason, actor, revision, "task.assigned")

    return runtime.transact(work, actor.tenant_id)


def hand_over(runtime: Runtime, key: int, username: str, note: str, *, actor: Actor) -> int:
    """Give one's own task to a colleague with a note, which stands on the timeline and in the colleague's notices.

    Returns the new revision. Raises InvalidInput without a note, Forbidden for a task that one neither holds nor may assign
    and for one that is not offered to the colleague, NotFound, TaskNotOpen, PersonExcluded.
    """
    return runtime.transact(lambda uow: hand_over_within(runtime, uow, key, username, note, actor), actor.tenant_id)


def hand_over_within(runtime: Runtime, uow: UnitOfWork, key: int, username: str, note: str, actor: Actor) -> int:
    """`hand_over` in the caller's transaction."""
    fields = {} if note.strip() else {"note": [NOTE_NEEDED]}
    if not username or username == actor.username:
        fields["username"] = ["请选择一位同事 / Choose a colleague."]
    if fields:
        raise InvalidInput("The task was not handed over.", fields)
    if readable_task(uow, key, actor).assignee != actor.username:
        actor.require("tasks.assign")
    return _give(runtime, uow, key, username, note, actor, None, "task.handed_over")


def snooze(runtime: Runtime, key: int, until: datetime | None, *, actor: Actor) -> int:
    """Put a task aside until then (aware; None: have it back now) and return its new revision; one that nobody holds is
    taken by this. It comes back before when it falls due or the customer writes.

    Raises InvalidInput for a moment that has passed or is too far off, TaskAlreadyClaimed, TaskNotOpen, TaskNotFound, Forbidden.
    """
    return runtime.transact(lambda uow: snooze_within(runtime, uow, key, until, actor), actor.tenant_id)


def snooze_within(runtime: Runtime, uow: UnitOfWork, key: int, until: datetime | None, actor: Actor) -> int:
    """`snooze` in the caller's transaction."""
    if until is not None and not runtime.now() < until <= runtime.now() + LONGEST_SNOOZE:
        raise InvalidInput("The task was not put aside.", {"until": [
            f"请选择将来 {LONGEST_SNOOZE.days} 天以内的时间 / Choose a moment within the next {LONGEST_SNOOZE.days} days."
        ]})  # fmt: skip

    def change(task: UserTask, now: datetime) -> None:
        task.claim(actor.username, now)
        task.follow_up_at = until

    task = readable_task(uow, key, actor)
    if task.assignee is None:
        require_workable(task, actor)
    taken = tasks.change_within(runtime, uow, key, "task.snooze", change, actor.username, stale=TaskAlreadyClaimed)
    own_case(runtime, uow, taken, actor)
    return taken.revision


def restore(
    runtime: Runtime, key: int, revision: int, assignee: str | None, follow_up_at: datetime | None, *, actor: Actor
) -> int:
    """Undo one's own last act on a task: it is held by `assignee` and put aside until `follow_up_at` as before.

    Raises TaskChanged when anybody did something with it since `revision`, TaskNotOpen, TaskNotFound, Forbidden.
    """

    def change(task: UserTask, now: datetime) -> None:
        task.assign(assignee, now)
        task.follow_up_at = follow_up_at

    def work(uow: UnitOfWork) -> int:
        task = uow.get(UserTask, key, missing=tasks.TaskNotFound)
        if not (task.is_offered_to(actor) or actor.may("tasks.assign")):
            raise Forbidden(f"Task {key} is not offered to {actor.username}.")
        before = task.assignee
        changed = tasks.change_within(runtime, uow, key, "task.undo", change, actor.username, revision)
        case = case_of_instance(uow, changed.process_instance_key, changed.root_key)
        if case is not None and before != assignee:
            _tell(runtime, uow, case, changed, "task.undone", "", before, actor)
        return changed.revision

    return runtime.transact(work, actor.tenant_id)


def _give(
    runtime: Runtime,
    uow: UnitOfWork,
    key: int,
    username: str,
    note: str,
    actor: Actor,
    revision: int | None,
    event: str,
) -> int:
    user = find_user(uow, username)
    if user is None or not user.active:
        raise NotFound(f"There is no active user {username}.")
    task = readable_task(uow, key, actor)
    require_workable(task, actor_for(uow, user))
    before = task.assignee
    given = tasks.change_within(
        runtime, uow, key, "task.assign", lambda row, now: _assign(row, username, now), actor.username, revision
    )
    case = case_of_instance(uow, given.process_instance_key, given.root_key)
    if case is not None and (note.strip() or before != username):
        _tell(runtime, uow, case, given, event, note.strip(), before, actor)
    if username != actor.username:
        values = {"task": given.name, "task_en": given.properties.get("name.en") or given.name, "note": note.strip()}
        values |= {"from": actor.display_name or actor.username}
        leave_notice(runtime, uow, case, username, "task_assigned", values, f"assigned:{key}:{given.revision}")
    return given.revision


def _assign(task: UserTask, username: str, now: datetime) -> None:
    task.assign(username, now)
    task.follow_up_at = None


def _tell(
    runtime: Runtime,
    uow: UnitOfWork,
    case: Case,
    task: UserTask,
    event: str,
    note: str,
    before: str | None,
    actor: Actor,
) -> None:
    """The change on the case's timeline, in the transaction that makes it."""
    changes = [{"field": "assignee", "from": plain(before), "to": task.assignee}]
    data = {"task": task.name, "task_en": task.properties.get("name.en")}
    text = f"{task.name}：{note}" if note else task.name
    record(runtime, uow, case, actor.username, "change", event, text, changes=changes, data=data)


def own_case(runtime: Runtime, uow: UnitOfWork, task: UserTask, actor: Actor) -> None:
    """A case that nobody has goes to the agent who took its task, who then keeps it to the end."""
    case = case_of_instance(uow, task.process_instance_key, task.root_key)
    if case is None:
        return
    case.unread_at = None
    if case.owner is None and "agent" in actor.groups:
        changes = case.change({"owner": actor.username}, uow.now)
        record(runtime, uow, case, actor.username, "change", "case.changed", changes=changes)
