"""Parcels as our own tables know them, as a `CourierConnector`."""

from sqlalchemy import select

from engine.connectors.courier import ParcelEvent, ParcelState, Track
from engine.model.base import DEFAULT_TENANT
from engine.model.order import Shipment
from engine.runtime import Runtime

_STATES: dict[str, ParcelState] = {
    "shipped": "in_transit",
    "signed": "delivered",
    "lost": "lost",
    "intercepted": "returned",
}


class LocalCourier:
    """A `CourierConnector` over the parcels of one tenant; a parcel that a customer sends back is unknown here."""

    def __init__(self, runtime: Runtime, tenant_id: str = DEFAULT_TENANT) -> None:
        self._runtime, self._tenant_id = runtime, tenant_id

    def track(self, carrier: str, number: str) -> Track:
        query = select(Shipment).where(Shipment.tenant_id == self._tenant_id, Shipment.tracking_number == number)
        with self._runtime.unit_of_work(read_only=True, tenant_id=self._tenant_id) as uow:
            row = uow.session.scalars(query.order_by(Shipment.key.desc()).limit(1)).one_or_none()
        if row is None:
            return Track(carrier, number, "unknown")
        events = [ParcelEvent(row.shipped_at, "", "已发出 Sent")]
        if row.signed_at is not None:
            events.append(ParcelEvent(row.signed_at, "", "已签收 Signed for"))
        return Track(row.carrier, number, _STATES.get(row.status, "unknown"), tuple(events), row.signed_at)
