"""Parcels as a courier tells them: the records, and what a courier connector must answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

ParcelState = Literal["unknown", "in_transit", "delivered", "returned", "lost"]


@dataclass(frozen=True, slots=True)
class ParcelEvent:
    """One scan of a parcel; `at` is aware UTC."""

    at: datetime
    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Track:
    """Where a parcel is. Events come the oldest first; `unknown` is a number that the courier has not scanned yet."""

    carrier: str
    number: str
    state: ParcelState
    events: tuple[ParcelEvent, ...] = ()
    delivered_at: datetime | None = None


class CourierConnector(Protocol):
    """A courier, or a service that asks many of them."""

    def track(self, carrier: str, number: str) -> Track:
        """Where the parcel is; a number that nobody knows is an answer. Raises Unavailable."""
        ...
