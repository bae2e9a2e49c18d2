from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from engine.errors import Forbidden, InvalidInput, NotFound
from engine.model.case import Case, CaseInstance
from engine.model.customer import Customer
from engine.model.user_task import TaskCandidate, UserTask
from engine.runtime import Runtime
from engine.services import people, worklist
from engine.services.rows import add
from engine.services.worklist import InboxFilter
from engine.services.worklist.filters import Whose
from tests.engine.services.desk_people import AGENT, MANAGER, OTHER_AGENT, person

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
BY_ASSIGNEE = "SEARCH user_task USING INDEX ix_user_task_open_assignee (tenant_id=? AND assignee=?)"
CHATTER = person("chat", "agent", queues=("chat",))


class Pile:
    """Tasks laid directly into the tables: an inbox is a matter of rows, whatever process they come from."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.count = 0

    def task(
        self,
        name: str,
        due: timedelta | None = None,
        priority: int = 50,
        groups: tuple[str, ...] = ("agent",),
        assignee: str | None = None,
        age: timedelta = timedelta(0),
        case: dict[str, Any] | None = None,
        tier: str = "C",
    ) -> None:
        self.count += 1
        made, due_at = NOW - age, None if due is None else NOW + due
        with self.runtime.unit_of_work() as uow:
            root = self.runtime.new_key()
            if case is not None:
                self._case(uow, root, case, tier)
            values = {"priority": priority, "due_at": due_at, "created_at": made, "assignee": assignee}
            task = add(
                self.runtime, uow, UserTask, element_id="e", name=name, process_instance_key=root, root_key=root,
                process_definition_key=1, process_id="p", version=1, scope_key=root, state="CREATED",
                candidate_groups=list(groups), candidate_users=[], headers={}, properties={"name.en": name}, **values,
            )  # fmt: skip
            for group in groups:
                uow.add(
                    TaskCandidate(task_key=task.key, kind="group", name=group, tenant_id=uow.tenant_id,
                                  rank=100 - priority, due_at=due_at, created_at=made, assignee=assignee)
                )  # fmt: skip

    def _case(self, uow: Any, root: int, values: dict[str, Any], tier: str) -> None:
        customer = add(self.runtime, uow, Customer, name="王小明", phone="13800138000", tier=tier,
                       created_at=NOW, updated_at=NOW)  # fmt: skip
        uow.flush()
        kept = {"kind": "complaint", "channel": "online", "title": "t", "created_by": "x", "created_at": NOW}
        case = add(self.runtime, uow, Case, number=f"TS-{self.count}", customer_key=customer.key, updated_at=NOW,
                   **kept | values)  # fmt: skip
        uow.flush()
        uow.add(CaseInstance(instance_key=root, case_key=case.key, tenant_id=uow.tenant_id, linked_at=NOW))


@pytest.fixture
def pile(runtime: Runtime) -> Pile:
    return Pile(runtime)


def names(runtime: Runtime, actor: Any = AGENT, **wanted: Any) -> list[str]:
    return [row.name for row in worklist.inbox(runtime, actor=actor, wanted=InboxFilter(**wanted)).rows]


def urgent_pile(pile: Pile) -> list[str]:
    """One of each kind, laid down in the wrong order; returns the right one."""
    pile.task("old", age=9 * HOUR)
    pile.task("important", priority=90)
    pile.task("soon", due=HOUR / 2, priority=10)
    pile.task("unread", case={"unread_at": NOW - HOUR})
    pile.task("late", due=-HOUR)
    pile.task("later", due=5 * HOUR)
    pile.task("latest", due=-2 * HOUR, case={"unread_at": NOW})
    return ["latest", "late", "soon", "unread", "important", "old", "later"]


def test_the_most_urgent_comes_first(runtime: Runtime, pile: Pile) -> None:
    expected = urgent_pile(pile)
    page = worklist.inbox(runtime, actor=AGENT)
    assert [row.name for row in page.rows] == expected
    assert [row.urgency for row in page.rows] == ["overdue", "overdue", "soon", "unread", "rest", "rest", "rest"]
    assert page.next_cursor is None


@pytest.mark.parametrize("limit", [1, 2, 3, 6])
def test_pages_join_without_gap_or_repetition(runtime: Runtime, pile: Pile, limit: int) -> None:
    expected = urgent_pile(pile)
    for twin in range(3):
        pile.task(f"twin{twin}", due=-HOUR / 2)
    read, cursor = [], None
    for _ in range(20):
        page = worklist.inbox(runtime, actor=AGENT, cursor=cursor, limit=limit)
        read += [row.name for row in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert read == [*expected[:2], "twin0", "twin1", "twin2", *expected[2:]]


def test_a_task_that_two_groups_are_offered_stands_once(runtime: Runtime, pile: Pile) -> None:
    pile.task("both", groups=("agent", "queue:chat"))
    pile.task("chat", groups=("queue:chat",))
    assert names(runtime, CHATTER) == ["both", "chat"]
    assert names(runtime, CHATTER, group="agent") == ["both"]
    assert names(runtime, AGENT) == ["both"]
    assert names(runtime, AGENT, group="queue:chat") == [], "asking for a group does not join it"


def test_what_another_holds_is_not_mine_to_see(runtime: Runtime, pile: Pile) -> None:
    pile.task("free")
    pile.task("mine", assignee="alice")
    pile.task("bobs", assignee="bob", due=-HOUR, case={"unread_at": NOW})
    assert names(runtime) == ["free", "mine"]
    assert names(runtime, whose="mine") == ["mine"]
    assert names(runtime, whose="offered") == ["free"]
    assert names(runtime, OTHER_AGENT, whose="mine") == ["bobs"]
    assert worklist.count_inbox(runtime, actor=AGENT) == {"mine": 1, "offered": 1, "snoozed": 0, "overdue": 0}


def test_filters_narrow_every_bucket(runtime: Runtime, pile: Pile) -> None:
    pile.task("a", due=-HOUR, case={"kind": "complaint", "channel": "phone", "level": "major"}, tier="A")
    pile.task("b", case={"kind": "return_exchange", "title": "电饭煲", "order_number": "D-7"})
    pile.task("c", case={"unread_at": NOW, "level": "major"})
    pile.task("d")
    assert names(runtime, kind="return_exchange") == ["b"]
    assert names(runtime, channel="phone") == ["a"]
    assert names(runtime, tier="A") == ["a"]
    assert names(runtime, level="major") == ["a", "c"]
    assert names(runtime, overdue=True) == ["a"]
    assert names(runtime, unread=True) == ["c"]
    assert names(runtime, search="d-7") == ["b"]
    assert names(runtime, search="D-7") == ["b"]
    assert names(runtime, search="电饭") == ["b"]
    assert names(runtime, search="ts-3") == ["c"]
    assert names(runtime, search="138 0013 8000") == ["a", "c", "b"]
    assert names(runtime, process_id="q") == []


def test_a_row_tells_of_case_and_customer(runtime: Runtime, pile: Pile) -> None:
    pile.task("a", case={"level": "major", "escalated_at": NOW, "reopened": 2}, tier="A")
    (row,) = worklist.inbox(runtime, actor=AGENT).rows
    assert (row.case_number, row.customer_name, row.customer_tier, row.reopened) == ("TS-1", "王小明", "A", 2)
    assert row.escalated


@pytest.mark.parametrize("cursor", ["x", "WyJyZXN0IixbXV0", "WyJub25lIixbIjIwMjYiLDFdXQ", "e30"])
def test_a_cursor_that_is_none_is_refused(sqlite_runtime: Runtime, cursor: str) -> None:
    with pytest.raises(InvalidInput, match="first page"):
        worklist.inbox(sqlite_runtime, actor=AGENT, cursor=cursor)


def test_a_customer_has_no_inbox(sqlite_runtime: Runtime) -> None:
    with pytest.raises(Forbidden):
        worklist.inbox(sqlite_runtime, actor=person("c", "customer"))


def test_another_tenants_tasks_are_not_seen(runtime: Runtime, pile: Pile) -> None:
    pile.task("a", due=-HOUR, case={"unread_at": NOW})
    with runtime.unit_of_work() as uow:
        for row in (*uow.session.scalars(select(UserTask)), *uow.session.scalars(select(TaskCandidate))):
            row.tenant_id = "other"
    assert names(runtime) == []


def plans(runtime: Runtime, beginning: str, ask: Callable[[], object]) -> list[str]:
    """How SQLite goes about the statements of a question that have these words."""
    found: list[str] = []

    def listen(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT") and beginning in statement:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            found.append(" / ".join(row[3] for row in plan))

    event.listen(runtime.database.engine, "before_cursor_execute", listen)
    ask()
    event.remove(runtime.database.engine, "before_cursor_execute", listen)
    return found


def test_the_offers_are_read_along_the_index(sqlite_runtime: Runtime) -> None:
    """Each bucket's first rows come without sorting all that is offered."""
    Pile(sqlite_runtime).task("a")
    offered = InboxFilter(whose="offered")
    found = plans(
        sqlite_runtime, "FROM task_candidate JOIN", lambda: worklist.inbox(sqlite_runtime, actor=AGENT, wanted=offered)
    )
    assert found
    assert all("ix_task_candidate_offered" in plan and "TEMP B-TREE" not in plan for plan in found), found


@pytest.mark.parametrize("whose", ["all", "mine"])
def test_what_one_holds_is_looked_up_and_not_sought_among_all_open_tasks(sqlite_runtime: Runtime, whose: Whose) -> None:
    Pile(sqlite_runtime).task("a")
    wanted = InboxFilter(whose=whose)
    (plan,) = plans(
        sqlite_runtime, "user_task.assignee IN", lambda: worklist.inbox(sqlite_runtime, actor=AGENT, wanted=wanted)
    )
    assert plan.startswith(BY_ASSIGNEE)


def test_what_each_agent_holds_is_looked_up_for_the_board(sqlite_runtime: Runtime) -> None:
    Pile(sqlite_runtime).task("a")
    people.create_user(sqlite_runtime, "alice", "Alice", ["agent"], "a long password 1", actor=people.SYSTEM)
    found = plans(sqlite_runtime, "user_task.assignee IN", lambda: worklist.board(sqlite_runtime, actor=MANAGER))
    assert len(found) == 2
    assert all(plan.startswith(BY_ASSIGNEE) for plan in found), found


def test_the_board_shows_what_needs_an_eye(runtime: Runtime, pile: Pile) -> None:
    pile.task("a", case={"escalated_at": NOW, "owner": "alice"})
    pile.task("b", assignee="alice", due=-HOUR)
    board = worklist.board(runtime, actor=MANAGER)
    assert [alert.number for alert in board.escalated] == ["TS-1"]
    assert (board.open_cases, board.unassigned_tasks, board.incidents) == (1, 1, 0)
    with pytest.raises(Forbidden):
        worklist.board(runtime, actor=AGENT)


def test_a_filter_that_is_shared_is_there_for_the_group_and_for_nobody_else(runtime: Runtime) -> None:
    chat, social = person("chat2", "agent", queues=("chat",)), person("social", "agent", queues=("social",))
    key = worklist.save_filter(runtime, "inbox", "急件", {"overdue": "on"}, actor=CHATTER, shared_with="queue:chat")
    (shared,) = worklist.saved_filters(runtime, "inbox", actor=chat)
    assert (shared.key, shared.username, shared.shared_with) == (key, "chat", "queue:chat")
    assert worklist.saved_filters(runtime, "inbox", actor=social) == []
    with pytest.raises(NotFound):
        worklist.delete_filter(runtime, key, actor=chat)
    with pytest.raises(InvalidInput):
        worklist.save_filter(runtime, "inbox", "急件", {"overdue": "on"}, actor=social, shared_with="queue:chat")
    worklist.save_filter(runtime, "inbox", "急件", {"overdue": "on"}, actor=CHATTER)
    assert worklist.saved_filters(runtime, "inbox", actor=chat) == []
