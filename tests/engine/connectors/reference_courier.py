"""A courier as `engine/connectors/courier/README.md` describes it."""

from datetime import datetime
from typing import Any

from tests.engine.connectors.reference_http import Answer, ReferenceServer


class ReferenceCourier(ReferenceServer):
    def __init__(self) -> None:
        super().__init__()
        self.parcels: dict[str, dict[str, Any]] = {}

    def scan(self, number: str, at: datetime, state: str, text: str = "") -> None:
        """One scan; a parcel that is delivered says when."""
        parcel = self.parcels.setdefault(number, {"state": state, "events": [], "delivered_at": None})
        parcel["state"] = state
        parcel["events"].append({"at": at.isoformat(), "place": "杭州", "text": text or state})
        if state == "delivered":
            parcel["delivered_at"] = at.isoformat()

    def answer(self, method: str, path: str, query: dict[str, str], body: Any, headers: dict[str, str]) -> Answer:
        number = path.removeprefix("/parcels/")
        return (200, self.parcels[number]) if method == "GET" and number in self.parcels else (404, {})
