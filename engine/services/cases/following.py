"""Who goes on with a case and who watches it: following, and transferring with the first owner following to the end."""

from datetime import datetime

from sqlalchemy import select

from engine.errors import Conflict, Forbidden, InvalidInput, NotFound
from engine.model.case import Case, CaseInstance
from engine.model.desk import CaseFollower
from engine.model.permissions import Actor
from engine.model.user_task import TaskState, UserTask
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import tasks
from engine.services.cases.files import find_case
from engine.services.cases.timeline import record
from engine.services.notices import leave_notice
from engine.services.people.actors import actor_for, find_user

REASON_NEEDED = "请填写转交原因 / Say why the case is transferred."


def follow_case(runtime: Runtime, number: str, *, actor: Actor) -> None:
    """Be told what becomes of a case; doing it again changes nothing. Raises NotFound, Forbidden without cases.read."""
    actor.require("cases.read")
    runtime.transact(lambda uow: add_follower(uow, find_case(uow, number), actor.username), actor.tenant_id)


def unfollow_case(runtime: Runtime, number: str, *, actor: Actor) -> None:
    """Be told no longer. Raises NotFound, Conflict for the first owner of a case that is open: they follow it to its end."""

    def work(uow: UnitOfWork) -> None:
        case = find_case(uow, number)
        row = uow.session.get(CaseFollower, (case.key, actor.username))
        if row is not None and row.first_owner and case.is_open:
            raise Conflict("The first owner of a case follows it until it is closed.")
        if row is not None:
            uow.session.delete(row)

    runtime.transact(work, actor.tenant_id)


def followers_of(uow: UnitOfWork, case_key: int) -> list[tuple[str, bool]]:
    """User names, and whether they had the case first."""
    query = select(CaseFollower).where(CaseFollower.case_key == case_key).order_by(CaseFollower.since)
    return [(row.username, row.first_owner) for row in uow.session.scalars(query)]


def add_follower(
    uow: UnitOfWork, case: Case, username: str, first_owner: bool = False, since: datetime | None = None
) -> None:
    row = uow.session.get(CaseFollower, (case.key, username))
    if row is None:
        uow.add(
            CaseFollower(case_key=case.key, username=username, tenant_id=uow.tenant_id, first_owner=first_owner,
                         since=since or uow.now)
        )  # fmt: skip
    else:
        row.first_owner = row.first_owner or first_owner


def transfer_case(runtime: Runtime, number: str, to: str, reason: str, *, actor: Actor) -> int:
    """Give a case to a colleague, of a department too; returns how many open tasks went with it.

    Its owner follows it to its end and is told what happens. The open tasks that the owner holds go with it where the
    colleague may do them. The colleague is told. Raises InvalidInput with fields, Conflict for a closed case, NotFound,
    Forbidden for a case of somebody else without tasks.assign.
    """
    actor.require("cases.write")
    fields = {} if reason.strip() else {"reason": [REASON_NEEDED]}
    if not to:
        fields["to"] = ["请选择接手人 / Choose who takes it."]
    if fields:
        raise InvalidInput("The case was not transferred.", fields)

    def work(uow: UnitOfWork) -> int:
        case = find_case(uow, number, for_update=True)
        _check(uow, case, to, actor)
        before = case.owner
        if before:
            add_follower(uow, case, before, first_owner=True)
        changes = case.change({"owner": to}, uow.now)
        data = {"to": to}
        record(
            runtime, uow, case, actor.username, "change", "case.transferred", reason.strip(), changes=changes, data=data
        )
        leave_notice(
            runtime, uow, case, to, "case_transferred",
            {"from": actor.display_name or actor.username, "note": reason.strip()}, f"transfer:{case.key}:{runtime.new_key()}",
        )  # fmt: skip
        return _take_along(runtime, uow, case, before, to, actor)

    return runtime.transact(work, actor.tenant_id)


def _check(uow: UnitOfWork, case: Case, to: str, actor: Actor) -> None:
    if not case.is_open:
        raise Conflict(f"Case {case.number} is closed.")
    if case.owner not in (None, actor.username) and not actor.may("tasks.assign"):
        raise Forbidden(f"Case {case.number} is {case.owner}'s; only they or a lead transfer it.")
    if case.owner == to:
        raise InvalidInput("They have it.", {"to": ["这个人已经是负责人 / They have the case already."]})
    user = find_user(uow, to)
    if user is None or not user.active:
        raise NotFound(f"There is no active user {to}.")
    if not actor_for(uow, user).may("cases.read"):
        raise InvalidInput("They may not read cases.", {"to": ["这个人没有查看工单的权限 / They may not read cases."]})


def _take_along(runtime: Runtime, uow: UnitOfWork, case: Case, before: str | None, to: str, actor: Actor) -> int:
    """The open tasks that the owner holds; one that the new owner may not do stays."""
    if before is None:
        return 0
    user = find_user(uow, to)
    receiver = actor_for(uow, user) if user else None
    roots = select(CaseInstance.instance_key).where(CaseInstance.case_key == case.key)
    query = select(UserTask).where(
        UserTask.root_key.in_(roots), UserTask.state == TaskState.CREATED, UserTask.assignee == before
    )
    taken = 0
    for task in list(uow.session.scalars(query)):
        if receiver is None or not task.can_be_given_to(receiver):
            continue
        tasks.change_within(runtime, uow, task.key, "task.assign", lambda row, now: row.assign(to, now), actor.username)
        taken += 1
    return taken
