"""What somebody wants to see of their inbox, and in which order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, literal_column

from engine.model.case import Case
from engine.model.customer import Customer
from engine.model.user_task import TaskState, UserTask
from engine.persistence import UnitOfWork, holds_for

# Written out, not as a parameter: only so does a database know that its index of open tasks serves.
IS_OPEN = UserTask.state == literal_column(f"'{TaskState.CREATED.value}'")
FEW = "0.00001"  # of all open tasks: what one person holds
Query = Select[*tuple[Any, ...]]
Whose = Literal["mine", "offered", "all", "team", "cover", "snoozed"]
Sort = Literal["urgency", "due", "priority", "newest", "oldest"]
SCOPES: tuple[Whose, ...] = ("all", "mine", "offered", "team", "cover", "snoozed")
SORTS: tuple[Sort, ...] = ("urgency", "due", "priority", "newest", "oldest")


def held_by(uow: UnitOfWork, people: Sequence[str]) -> ColumnElement[bool]:
    """Open tasks of this tenant that these people hold, to be looked up rather than sought among all."""
    theirs = holds_for(FEW, UserTask.assignee.in_(people), uow.is_sqlite)
    return and_(UserTask.tenant_id == uow.tenant_id, IS_OPEN, theirs)


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """`whose`: tasks that one holds, that are offered and nobody holds, or both (all); what the others of one's teams
    hold (team); what those hold who are away and for whom one stands in (cover); what one has put aside until later
    (snoozed), which no other list shows. The rest narrows; None does not.

    `group` is one candidate group (a role, team or `queue:…`); `search` a case number, order, customer's name, phone or
    words of the matter. `sort`: by urgency, or by one value.
    """

    whose: Whose = "all"
    group: str | None = None
    kind: str | None = None
    channel: str | None = None
    tier: str | None = None
    level: str | None = None
    process_id: str | None = None
    element_id: str | None = None
    search: str = ""
    overdue: bool = False
    unread: bool = False
    sort: Sort = "urgency"

    @property
    def asks_the_case(self) -> bool:
        """Whether a task without a case cannot fit."""
        return any((self.kind, self.channel, self.tier, self.level))

    @property
    def is_held(self) -> bool:
        """Whether only tasks that somebody holds fit: these are so few that they are put in order in memory."""
        return self.whose in ("mine", "team", "cover", "snoozed")

    def narrow(self, query: Query) -> Query:
        """The query, over tasks joined with their case and customer, for what fits; `search` is `searching`'s."""
        wanted = (
            (UserTask.process_id, self.process_id),
            (UserTask.element_id, self.element_id),
            (Case.kind, self.kind),
            (Case.channel, self.channel),
            (Case.level, self.level),
            (Customer.tier, self.tier),
        )
        for column, value in wanted:
            if value is not None:
                query = query.where(column == value)
        if self.unread:
            query = query.where(Case.unread_at.is_not(None))
        return query
