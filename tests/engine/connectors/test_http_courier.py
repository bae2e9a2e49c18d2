from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from engine.connectors.courier import CourierConnector
from engine.connectors.courier.http import HttpCourier
from engine.connectors.http.client import JsonClient
from engine.errors import Unavailable
from tests.engine.connectors.reference_courier import ReferenceCourier

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[ReferenceCourier]:
    with ReferenceCourier() as server:
        yield server


@pytest.fixture
def courier(server: ReferenceCourier) -> Iterator[CourierConnector]:
    client = JsonClient("The courier", server.url, token="secret", sleep=lambda seconds: None)
    yield HttpCourier(client)
    client.close()


def test_a_number_that_was_never_scanned_is_unknown(courier: CourierConnector) -> None:
    assert courier.track("SF", "SF 1/没有").state == "unknown"


def test_a_parcel_is_told_scan_by_scan_the_oldest_first(server: ReferenceCourier, courier: CourierConnector) -> None:
    server.scan("SF1", NOON + timedelta(days=1), "in_transit", "到达杭州")
    server.scan("SF1", NOON, "in_transit", "已揽收")
    server.scan("SF1", NOON + timedelta(days=2), "delivered", "已签收")
    track = courier.track("SF", "SF1")
    assert [event.text for event in track.events] == ["已揽收", "到达杭州", "已签收"]
    assert (track.state, track.delivered_at) == ("delivered", NOON + timedelta(days=2))


@pytest.mark.parametrize(
    "raw", [b"[]", b'{"state": "flying"}', b'{"state": "lost", "events": [{"at": "2026-03-02"}]}', b"oops"]
)
def test_an_answer_that_cannot_be_read_says_nothing(
    server: ReferenceCourier, courier: CourierConnector, raw: bytes
) -> None:
    server.scan("SF1", NOON, "in_transit")
    server.raw = raw
    with pytest.raises(Unavailable):
        courier.track("SF", "SF1")
