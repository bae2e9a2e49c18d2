"""What somebody wants to see of their inbox."""

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Select, literal_column

from engine.model.case import Case
from engine.model.customer import Customer
from engine.model.user_task import TaskState, UserTask

# Written out, not as a parameter: only so does a database know that its index of open tasks serves.
IS_OPEN = UserTask.state == literal_column(f"'{TaskState.CREATED.value}'")
Query = Select[*tuple[Any, ...]]
Whose = Literal["mine", "offered", "all"]


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """`whose`: tasks that one holds, that are offered and nobody holds, or both. The rest narrows; None does not.

    `group` is one candidate group (a role, team or `queue:…`); `search` a case number, order, customer's name or phone.
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

    @property
    def asks_the_case(self) -> bool:
        """Whether a task without a case cannot fit."""
        return any((self.kind, self.channel, self.tier, self.level))

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
