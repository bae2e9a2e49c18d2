"""What a macro can do: its acts in the order in which they are done, each by the service that a person's own click calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from engine.errors import Conflict, Forbidden, InvalidInput, KefuflowError, NotFound
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime, StaleInstance
from engine.services import oversight
from engine.services.cases.files import find_case, store_note
from engine.services.cases.writing import fill_in_within
from engine.services.channels.replying import LONGEST, store_reply
from engine.services.work.spans import SPANS, moment_after
from engine.services.work.taking import NOTE_NEEDED, claim_within, hand_over_within, snooze_within

ON_TASK = frozenset({"claim", "priority", "snooze", "hand_over"})
ACTS = ("claim", "note", "message", "priority", "snooze", "hand_over")
UNDOABLE = frozenset({"claim", "snooze", "hand_over"})
NEEDED = {
    "claim": "tasks.work", "note": "cases.write", "message": "cases.write", "priority": "tasks.assign",
    "snooze": "tasks.work", "hand_over": "tasks.work",
}  # fmt: skip


def acts_for(actor: Actor) -> frozenset[str]:
    """The acts that this person may do: no other is offered to them, nor a macro that holds one."""
    return frozenset(name for name in ACTS if actor.may(NEEDED[name]))


class ActRefused(Conflict):
    """One act of a macro cannot be done, so that none was; its cause says why."""

    def __init__(self, act: str, cause: KefuflowError, number: str | None) -> None:
        super().__init__(f"Nothing was done, because {act} cannot be: {cause}")
        self.act, self.cause, self.number = act, cause, number


@dataclass(frozen=True, slots=True)
class Acts:
    """What a macro holds: an act is done when its text, number or word is there.

    `note` is internal; `message` goes to the customer, its placeholders filled in; `priority` (0 to 100) needs a `reason`;
    `snooze` is one of `SPANS`; `hand_over` names a colleague, and `hand_over_note` says what they have to know.
    """

    claim: bool = False
    note: str = ""
    message: str = ""
    priority: int | None = None
    reason: str = ""
    snooze: str = ""
    hand_over: str = ""
    hand_over_note: str = ""

    @property
    def names(self) -> list[str]:
        """The acts that there are, in their order."""
        return [name for name in ACTS if getattr(self, name) not in (False, "", None)]

    @property
    def needs_task(self) -> bool:
        return bool(ON_TASK & set(self.names))

    def beyond(self, actor: Actor) -> list[str]:
        """The acts that this person may not do, in their order."""
        allowed = acts_for(actor)
        return [name for name in self.names if name not in allowed]

    def stored(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value not in (False, "", None)}

    def check(self) -> dict[str, list[str]]:
        """What is wrong with them, by field."""
        fields: dict[str, list[str]] = {}
        if not self.names:
            fields["acts"] = ["请至少选择一个操作 / Choose at least one act."]
        if len(self.message) > LONGEST:
            fields["message"] = [f"最多 {LONGEST} 字 / At most {LONGEST} characters."]
        if self.priority is not None and not 0 <= self.priority <= 100:
            fields["priority"] = ["请填写 0 到 100 的整数 / A whole number from 0 to 100."]
        if self.priority is not None and not self.reason:
            fields["reason"] = [oversight.REASON_NEEDED]
        if self.snooze and self.snooze not in SPANS:
            fields["snooze"] = ["请选择搁置到什么时候 / Choose until when."]
        if self.snooze and self.hand_over:
            fields["snooze"] = ["转交的任务不能同时搁置 / What is handed over cannot be put aside too."]
        if self.hand_over and not self.hand_over_note:
            fields["hand_over_note"] = [NOTE_NEEDED]
        return fields


@dataclass(frozen=True, slots=True)
class Doing:
    """One macro being done with one case: its transaction, its task where there is one, and the key that sends once."""

    runtime: Runtime
    uow: UnitOfWork
    acts: Acts
    number: str | None
    task: int | None
    once: str
    actor: Actor

    def all(self) -> None:
        """Every act in its order. Raises ActRefused, upon which the transaction is to be undone."""
        for name in self.acts.names:
            try:
                _DO[name](self)
            except StaleInstance:  # the transaction begins again
                raise
            except (Conflict, Forbidden, InvalidInput, NotFound) as error:
                raise ActRefused(name, error, self.number) from error

    def on_task(self) -> int:
        if self.task is None:
            raise InvalidInput(
                "No task.", {"task": ["工单里没有您能办理的任务 / The case has no task that you may do."]}
            )
        return self.task

    def on_case(self) -> str:
        if self.number is None:
            raise InvalidInput("No case.", {"case": ["这个任务不属于任何工单 / The task belongs to no case."]})
        return self.number


def _claim(doing: Doing) -> None:
    claim_within(doing.runtime, doing.uow, doing.on_task(), doing.actor)


def _note(doing: Doing) -> None:
    store_note(doing.runtime, doing.uow, doing.on_case(), doing.acts.note, doing.actor)


def _message(doing: Doing) -> None:
    doing.actor.require("cases.write")
    case = find_case(doing.uow, doing.on_case(), for_update=True)
    if case.customer_key is None:
        raise InvalidInput("No customer.", {"message": ["这个工单没有客户 / This case has no customer."]})
    words = fill_in_within(doing.runtime, doing.uow, case, doing.acts.message, doing.actor)
    if not words:
        raise InvalidInput("Nothing is left.", {"message": ["填入后没有内容 / Nothing is left of the message."]})
    store_reply(doing.runtime, doing.uow, case, words, doing.actor, f"{doing.once}-{case.number}")


def _priority(doing: Doing) -> None:
    wanted = {"priority": doing.acts.priority}
    oversight.change_task_within(doing.runtime, doing.uow, doing.on_task(), wanted, doing.acts.reason, doing.actor)


def _snooze(doing: Doing) -> None:
    until = moment_after(doing.acts.snooze, doing.uow.now, doing.actor.time_zone)
    snooze_within(doing.runtime, doing.uow, doing.on_task(), until, doing.actor)


def _hand_over(doing: Doing) -> None:
    to, note = doing.acts.hand_over, doing.acts.hand_over_note
    hand_over_within(doing.runtime, doing.uow, doing.on_task(), to, note, doing.actor)


_DO: dict[str, Callable[[Doing], None]] = {
    "claim": _claim, "note": _note, "message": _message, "priority": _priority, "snooze": _snooze, "hand_over": _hand_over,
}  # fmt: skip
