"""A chat platform as `engine/connectors/chat` describes it: it checks our signature, and drops what it was sent before."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any

from tests.engine.connectors.reference_http import Answer, ReferenceServer


class ReferencePlatform(ReferenceServer):
    """Written from the README of the connector, not with its code."""

    token = None

    def __init__(self, secret: str, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self.secret, self.clock = secret, clock
        self.posted: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.refused = 0
        self.answers_with = 200

    def answer(self, method: str, path: str, query: dict[str, str], body: Any, headers: dict[str, str]) -> Answer:
        if self.answers_with != 200:
            return self.answers_with, {"error": "later"}
        moment = headers["X-Kefuflow-Timestamp"]
        expected = hmac.new(self.secret.encode(), moment.encode() + b"." + self.received, sha256).hexdigest()
        fresh = abs(self.clock().timestamp() - int(moment)) <= 300
        if not fresh or not hmac.compare_digest(f"v1={expected}", headers["X-Kefuflow-Signature"]):
            self.refused += 1
            return 401, {"error": "signature"}
        key = headers["Idempotency-Key"]
        if key not in self.keys:
            self.keys.append(key)
            self.posted.append(body)
        return 200, {"id": f"answer-{self.keys.index(key) + 1}"}
