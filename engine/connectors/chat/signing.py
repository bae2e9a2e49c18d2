"""The signature of a webhook: HMAC-SHA256 over the moment and the body, so that neither can be changed or used later."""

import hmac
from datetime import datetime, timedelta
from hashlib import sha256

from engine.errors import Forbidden

TIMESTAMP, SIGNATURE = "X-Kefuflow-Timestamp", "X-Kefuflow-Signature"
MOST_SKEW = timedelta(minutes=5)
_VERSION = "v1="


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """`v1=` and the hex digest over `timestamp.body`; the timestamp is in whole seconds of UTC."""
    return _VERSION + hmac.new(secret.encode(), f"{timestamp}.".encode() + body, sha256).hexdigest()


def signed_headers(secret: str, now: datetime, body: bytes) -> dict[str, str]:
    """The two headers of a signed request."""
    timestamp = int(now.timestamp())
    return {TIMESTAMP: str(timestamp), SIGNATURE: sign(secret, timestamp, body)}


def verify(secret: str, timestamp: str, signature: str, body: bytes, now: datetime) -> None:
    """Pass when the signature is ours and its moment is near now. Raises Forbidden, with what to look at."""
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        raise Forbidden(f"{TIMESTAMP} must be the time in whole seconds.")
    if abs(now.timestamp() - int(timestamp)) > MOST_SKEW.total_seconds():
        raise Forbidden(f"{TIMESTAMP} is more than five minutes from our clock.")
    if not hmac.compare_digest(sign(secret, int(timestamp), body).encode(), signature.encode("utf-8", "replace")):
        raise Forbidden(f"{SIGNATURE} does not fit the body.")
