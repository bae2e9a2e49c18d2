from collections.abc import Iterator

import pytest

from engine.connectors.http.client import JsonClient
from engine.connectors.messages import TextMessage
from engine.connectors.sms import HttpTextSender
from engine.errors import InvalidInput
from tests.engine.connectors.reference_operator import ReferenceOperator


@pytest.fixture
def operator() -> Iterator[ReferenceOperator]:
    with ReferenceOperator() as server:
        yield server


@pytest.fixture
def sender(operator: ReferenceOperator) -> Iterator[HttpTextSender]:
    client = JsonClient("The operator", operator.url, token="secret", sleep=lambda seconds: None)
    yield HttpTextSender(client)
    client.close()


def test_a_message_sent_twice_under_one_key_arrives_once(operator: ReferenceOperator, sender: HttpTextSender) -> None:
    message = TextMessage("13800138000", "您的投诉已受理", "job-7")
    assert sender.send(message) == sender.send(message) == "sms-1"
    assert operator.delivered == {"job-7": {"to": "13800138000", "text": "您的投诉已受理"}}


def test_a_number_that_is_none_is_refused_for_good(sender: HttpTextSender) -> None:
    with pytest.raises(InvalidInput, match="not a phone number"):
        sender.send(TextMessage("王小明", "您好", "job-8"))
