"""A customer's orders as they see them: what was bought, where it is, and what became of each article after the sale."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from engine.connectors.orders import OrderLine, OrderRecord, ShipmentRecord
from engine.errors import NotFound
from engine.model.case import Case, CaseInstance
from engine.model.customer import Customer, normal_phone
from engine.model.instance import InstanceState, ProcessInstance
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.outside import outside
from engine.services.portal.following import STATUSES
from engine.services.shop.left import pieces_left

MOST = 50
CLOSING = "return_closing"
ORDER_STATES = {
    "placed": ("待付款", "Waiting for payment"),
    "paid": ("待发货", "Being packed"),
    "shipped": ("运输中", "On its way"),
    "signed": ("已签收", "Delivered"),
    "closed": ("已完成", "Completed"),
    "cancelled": ("已取消", "Cancelled"),
}
PARCEL_STATES = {
    "shipped": ("运输中", "On its way"),
    "signed": ("已签收", "Delivered"),
    "lost": ("运输异常", "Lost on its way"),
    "intercepted": ("已拦截退回", "Turned back"),
}


@dataclass(frozen=True, slots=True)
class AfterSale:
    """A case about an article of the order. `is_under_way`: it is open, and what was asked for is not settled."""

    number: str
    kind: str
    is_open: bool
    zh: str
    en: str
    outcome: str | None
    is_under_way: bool


@dataclass(frozen=True, slots=True)
class PortalLine:
    """One article. `is_gift`: it came with another and is not returned alone; `left`: pieces of it that have not gone back yet."""

    line: int
    sku: str
    name: str
    quantity: int
    unit_price: Decimal
    is_gift: bool
    left: int
    after_sales: list[AfterSale]

    @property
    def went_back(self) -> int:
        return max(0, self.quantity - self.left)

    @property
    def open_case(self) -> AfterSale | None:
        return next((each for each in self.after_sales if each.is_under_way), None)


@dataclass(frozen=True, slots=True)
class Parcel:
    carrier: str
    tracking_number: str
    zh: str
    en: str
    shipped_at: datetime
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class PortalOrder:
    """An order with its articles and parcels; `cases` are those about the order as a whole."""

    number: str
    status: str
    zh: str
    en: str
    placed_at: datetime
    total: Decimal
    freight: Decimal
    paid: Decimal
    address: str
    lines: list[PortalLine]
    parcels: list[Parcel]
    cases: list[AfterSale]

    def line(self, number: int) -> PortalLine:
        """Raises NotFound."""
        for each in self.lines:
            if each.line == number:
                return each
        raise NotFound(f"Order {self.number} has no line {number}.")


def my_orders(runtime: Runtime, *, actor: Actor) -> list[PortalOrder] | None:
    """A customer's orders, the newest first; None while the shop does not answer. Raises Forbidden."""
    phone = _phone(runtime, actor)
    found = outside(runtime).orders_of(phone, MOST) if phone else []
    if found is None:
        return None
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        cases, left = _cases(uow, actor, [order.number for order in found]), pieces_left(uow, found)
        return [_view(uow, order, cases.get(order.number, []), left) for order in found]


def my_order(runtime: Runtime, number: str, *, actor: Actor) -> PortalOrder:
    """One's own order. Raises NotFound, also for another's, Unavailable while the shop does not answer, Forbidden."""
    order = own_order(runtime, number, actor=actor)
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        return _view(uow, order, _cases(uow, actor, [number]).get(number, []), pieces_left(uow, [order]))


def own_order(runtime: Runtime, number: str, *, actor: Actor) -> OrderRecord:
    """The shop's record of one's own order. Raises like `my_order`."""
    phone, order = _phone(runtime, actor), outside(runtime).order(number)
    if order is None or phone is None or normal_phone(order.customer_phone) != phone:
        raise NotFound(f"There is no order {number} of this customer.")
    return order


def _phone(runtime: Runtime, actor: Actor) -> str | None:
    """The phone of a customer who may see all that is theirs; who came by one case's link may not."""
    actor.require("portal.use")
    if actor.customer_key is None or actor.only_case is not None:
        raise NotFound("There are no orders for this visitor.")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        return normal_phone(uow.get(Customer, actor.customer_key).phone)


def _cases(uow: UnitOfWork, actor: Actor, numbers: list[str]) -> dict[str, list[Case]]:
    query = select(Case).where(
        Case.tenant_id == uow.tenant_id, Case.customer_key == actor.customer_key, Case.order_number.in_(numbers)
    )
    found: dict[str, list[Case]] = {}
    for case in uow.session.scalars(query.order_by(Case.created_at.desc())):
        found.setdefault(str(case.order_number), []).append(case)
    return found


def _settled(uow: UnitOfWork, cases: list[Case]) -> set[int]:
    """Of these cases, whose return is settled: only stock, freight and callback are left."""
    query = (
        select(CaseInstance.case_key)
        .join(ProcessInstance, ProcessInstance.root_key == CaseInstance.instance_key)
        .where(
            CaseInstance.case_key.in_([case.key for case in cases if case.is_open]),
            ProcessInstance.process_id == CLOSING,
            ProcessInstance.state == InstanceState.ACTIVE,
        )
    )
    return set(uow.session.scalars(query))


def _view(uow: UnitOfWork, order: OrderRecord, cases: list[Case], left: dict[tuple[str, str], int]) -> PortalOrder:
    settled = _settled(uow, cases)
    skus = {line.sku for line in order.lines}
    zh, en = ORDER_STATES.get(order.status, (order.status, order.status))
    return PortalOrder(
        number=order.number,
        status=order.status,
        zh=zh,
        en=en,
        placed_at=order.placed_at,
        total=order.total,
        freight=order.freight,
        paid=order.paid,
        address=order.address,
        lines=[_line(line, cases, settled, left[order.number, line.sku]) for line in order.lines],
        parcels=[_parcel(parcel) for parcel in order.shipments],
        cases=[_after_sale(case, settled) for case in cases if case.sku not in skus],
    )


def _line(line: OrderLine, cases: list[Case], settled: set[int], left: int) -> PortalLine:
    is_gift = line.unit_price == 0
    after = [_after_sale(case, settled) for case in cases if case.sku == line.sku]
    return PortalLine(line.line, line.sku, line.name, line.quantity, line.unit_price, is_gift, left, after)


def _parcel(parcel: ShipmentRecord) -> Parcel:
    zh, en = PARCEL_STATES.get(parcel.status, (parcel.status, parcel.status))
    return Parcel(parcel.carrier, parcel.tracking_number, zh, en, parcel.shipped_at, parcel.signed_at)


def _after_sale(case: Case, settled: set[int]) -> AfterSale:
    under_way = case.is_open and case.key not in settled
    return AfterSale(
        case.number, case.kind, case.is_open, *STATUSES[case.status], outcome=case.outcome, is_under_way=under_way
    )
