"""What a page about a case shows beside its task: the case, its order, its processes and its files."""

from __future__ import annotations

from dataclasses import dataclass

from engine.services import attachments, cases, customers, order_lookup, people
from engine.services.attachments import AttachmentView
from engine.services.cases import CaseView
from engine.services.customers import Standing
from engine.services.order_lookup import OrderLook
from engine.services.progress import Deadline, Progress, Step, progress
from web.ui.context import current_actor, current_runtime

SHOWN = 200
# What a timeline can be narrowed to, and the kinds of its entries.
FILTERS: dict[str, tuple[str, ...]] = {
    "contacts": ("contact", "message"),
    "steps": ("step", "change", "sla", "escalation"),
    "decisions": ("decision",),
    "notes": ("note",),
    "files": ("file",),
}
ANSWERS = frozenset(
    {
        "customer.reply",
        "complaint.withdrawn",
        "escalation.requested",
        "tracking.submitted",
        "warehouse.received",
        "mediation.result",
    }
)


@dataclass(frozen=True)
class CasePage:
    """Everything about one case. `shown` is the instance whose diagram is drawn."""

    case: CaseView
    order: OrderLook
    instances: list[Progress]
    files: list[AttachmentView]
    shown: Progress | None
    standing: Standing | None = None
    colleagues: tuple[people.Colleague, ...] = ()
    filter: str = ""

    @property
    def follows(self) -> bool:
        """Whether the reader follows the case."""
        return current_actor().username in [name for name, _ in self.case.followers]

    @property
    def mentionable(self) -> list[tuple[str, str]]:
        """User name and shown name of whom a note may mention."""
        return [(each.username, each.display_name) for each in self.colleagues]

    @property
    def awaited(self) -> set[str]:
        """Names of the messages that the case's processes wait for."""
        return {name for instance in self.instances for name in instance.awaited}

    @property
    def awaits_an_answer(self) -> bool:
        """Whether something waits that a person may enter for the customer, the warehouse or a third party."""
        return bool(self.awaited & ANSWERS)

    @property
    def waiting(self) -> list[Step]:
        """The steps at which the case's processes stand now."""
        return [step for instance in self.instances for step in instance.waiting]

    def step(self, element_id: str) -> Step | None:
        """A step of the case's processes by its id, with its names."""
        return next((step for step in self.waiting if step.element_id == element_id), None)

    @property
    def deadlines(self) -> list[tuple[Progress, Deadline]]:
        """Every timer ahead, the next first, with the instance that it belongs to."""
        found = [(instance, deadline) for instance in self.instances for deadline in instance.deadlines]
        return sorted(found, key=lambda pair: pair[1].at)


def case_page(number: str, instance_key: int | None = None, show: str = "") -> CasePage:
    """The case for its page; `instance_key` picks the diagram, else the innermost that still runs; `show` is one of
    `FILTERS` of its timeline."""
    actor, runtime = current_actor(), current_runtime()
    kinds = FILTERS.get(show, ())
    case = cases.get_case(runtime, number, actor=actor, entries_shown=SHOWN, kinds=kinds)
    instances = progress(runtime, number, actor=actor)
    return CasePage(
        case=case,
        order=order_lookup.look_up(runtime, case.order_number, actor=actor),
        instances=instances,
        files=attachments.list_attachments(runtime, number, actor=actor),
        shown=_chosen(instances, instance_key),
        standing=_standing(case),
        colleagues=tuple(people.colleagues(runtime, actor=actor)) if actor.may("tasks.work") else (),
        filter=show if show in FILTERS else "",
    )


def _standing(case: CaseView) -> Standing | None:
    """How the case's customer stands, for those who may know."""
    actor = current_actor()
    if case.customer is None or not actor.may("customers.read"):
        return None
    return customers.standing(current_runtime(), case.customer.key, actor=actor)


def _chosen(instances: list[Progress], key: int | None) -> Progress | None:
    named = next((each for each in instances if each.key == key), None)
    running = [each for each in instances if each.state == "ACTIVE"]
    innermost = max(running, key=lambda each: each.depth, default=None)
    return named or innermost or (instances[0] if instances else None)
