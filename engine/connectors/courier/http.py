"""A courier's tracking over HTTP; what it serves is in the folder's README."""

from datetime import UTC, datetime
from typing import Any, cast, get_args
from urllib.parse import quote

from engine.connectors.courier import ParcelEvent, ParcelState, Track
from engine.connectors.http.client import JsonClient
from engine.errors import Unavailable


class HttpCourier:
    """A `CourierConnector` over HTTP."""

    def __init__(self, client: JsonClient) -> None:
        self._client = client

    def track(self, carrier: str, number: str) -> Track:
        answer = self._client.get(f"/parcels/{quote(number, safe='')}", {"carrier": carrier})
        return Track(carrier, number, "unknown") if answer is None else track_of(answer, carrier, number)


def track_of(document: Any, carrier: str, number: str) -> Track:
    """The record of a tracking document. Raises Unavailable when it is not what the courier promised."""
    try:
        if document["state"] not in get_args(ParcelState):
            raise ValueError(f"the state {document['state']!r}")
        events = [
            ParcelEvent(_moment(event["at"]), str(event.get("place", "")), str(event.get("text", "")))
            for event in document.get("events", [])
        ]
        delivered = document.get("delivered_at")
        return Track(
            carrier,
            number,
            cast(ParcelState, document["state"]),
            tuple(sorted(events, key=lambda event: event.at)),
            _moment(delivered) if delivered else None,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unavailable(f"The courier's answer about a parcel cannot be read: {error!r}.") from error


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no offset")
    return moment.astimezone(UTC)
