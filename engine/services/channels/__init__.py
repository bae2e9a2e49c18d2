"""Channels: what customers send us by mail, chat, comment or the API becomes a case, and what we answer goes back the same way."""

from engine.services.channels.incoming import SUB_CHANNELS, Incoming, Received, SentFile
from engine.services.channels.listing import InboundView, adopt, list_inbound
from engine.services.channels.receiving import receive
from engine.services.channels.replying import ReplyWay, reply, reply_way
from engine.services.channels.webhook import file_request, take_call_event, take_message

__all__ = [
    "SUB_CHANNELS",
    "InboundView",
    "Incoming",
    "Received",
    "ReplyWay",
    "SentFile",
    "adopt",
    "file_request",
    "list_inbound",
    "receive",
    "reply",
    "reply_way",
    "take_call_event",
    "take_message",
]
