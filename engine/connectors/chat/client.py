"""Answers to a chat or social platform: a signed `POST` of `{platform, kind, conversation, to, text, in_reply_to}` answers `{"id"}`."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

from engine.connectors.chat.signing import signed_headers
from engine.connectors.http.client import JsonClient
from engine.connectors.messages import ChatMessage
from engine.errors import Unavailable


class HttpChatSender:
    """A `ChatSender` over HTTP; the platform drops a second message under the same `Idempotency-Key`."""

    def __init__(self, client: JsonClient, secret: str, clock: Callable[[], datetime] | None = None) -> None:
        self._client, self._secret = client, secret
        self._clock = clock or (lambda: datetime.now(UTC))

    def send(self, message: ChatMessage) -> str:
        payload = {
            "platform": message.platform,
            "kind": message.kind,
            "conversation": message.conversation,
            "to": message.to,
            "text": message.text,
            "in_reply_to": message.in_reply_to,
        }
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        headers = signed_headers(self._secret, self._clock(), body)
        answer = self._client.post_signed("", body, message.idempotency_key, headers)
        if not isinstance(answer, dict) or "id" not in answer:
            raise Unavailable("The platform's answer carries no id.")
        return str(answer["id"])[:255]
