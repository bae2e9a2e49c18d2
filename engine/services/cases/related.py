"""The other cases that one should know of: of the same customer or order, above and below, merged, and likely the same matter."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, union_all

from engine.model.case import OPEN_STATUSES, Case
from engine.persistence import UnitOfWork

MOST = 12
SAME_MATTER = timedelta(days=14)  # a second case of a kind within this is looked at as the same matter


@dataclass(frozen=True, slots=True)
class RelatedCase:
    """Another case. `relation`: duplicate, parent, child, merged (into this one), order or customer."""

    number: str
    kind: str
    title: str
    status: str
    outcome: str | None
    owner: str | None
    created_at: datetime
    relation: str


def related_to(uow: UnitOfWork, case: Case) -> list[RelatedCase]:
    """Likely duplicates first, then what is open, then the newest; at most `MOST`."""
    same = [Case.parent_key == case.key, Case.merged_into_key == case.key]
    if case.parent_key:
        same.append(Case.key == case.parent_key)
    if case.customer_key:
        same.append(Case.customer_key == case.customer_key)
    if case.order_number:
        same.append(Case.order_number == case.order_number)
    # Each by its own index: with OR a planner reads the newest of all cases until it has enough.
    keys = union_all(*(select(Case.key).where(Case.tenant_id == uow.tenant_id, one) for one in same))
    query = select(Case).where(Case.key.in_(keys), Case.key != case.key)
    rows = list(uow.session.scalars(query.order_by(Case.created_at.desc()).limit(50)))
    found = [(_relation(case, row), row) for row in rows]
    found.sort(key=lambda pair: (pair[0] != "duplicate", pair[1].status not in OPEN_STATUSES))
    names = [name for name in RelatedCase.__dataclass_fields__ if name != "relation"]
    return [RelatedCase(**{name: getattr(row, name) for name in names}, relation=each) for each, row in found[:MOST]]


def _relation(case: Case, other: Case) -> str:
    if other.key == case.parent_key:
        return "parent"
    if other.parent_key == case.key:
        return "child"
    if other.merged_into_key == case.key:
        return "merged"
    if _is_duplicate(case, other):
        return "duplicate"
    return "order" if case.order_number and other.order_number == case.order_number else "customer"


def _is_duplicate(case: Case, other: Case) -> bool:
    both_open = case.is_open and other.is_open and case.kind == other.kind
    near = abs(case.created_at - other.created_at) <= SAME_MATTER
    same_order = case.order_number == other.order_number or not (case.order_number and other.order_number)
    same_customer = case.customer_key is not None and case.customer_key == other.customer_key
    same_number = bool(case.order_number) and case.order_number == other.order_number
    return both_open and near and same_order and (same_customer or same_number)
