"""Text messages through an operator's HTTP service: `POST /messages {"to", "text"}` answers `{"id"}`."""

from engine.connectors.http.client import JsonClient
from engine.connectors.messages import TextMessage
from engine.errors import Unavailable


class HttpTextSender:
    """A `TextSender` over HTTP; the operator drops a second message under the same `Idempotency-Key`."""

    def __init__(self, client: JsonClient) -> None:
        self._client = client

    def send(self, message: TextMessage) -> str:
        answer = self._client.post("/messages", {"to": message.to, "text": message.text}, message.idempotency_key)
        if not isinstance(answer, dict) or "id" not in answer:
            raise Unavailable("The text message operator's answer carries no id.")
        return str(answer["id"])
