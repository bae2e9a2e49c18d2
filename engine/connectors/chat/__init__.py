"""Chat and social platforms: messages signed in both directions with one shared secret."""

from engine.connectors.chat.client import HttpChatSender
from engine.connectors.chat.signing import MOST_SKEW, SIGNATURE, TIMESTAMP, sign, signed_headers, verify

__all__ = ["MOST_SKEW", "SIGNATURE", "TIMESTAMP", "HttpChatSender", "sign", "signed_headers", "verify"]
