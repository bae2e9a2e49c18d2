"""Text messages out, through an operator."""

from engine.connectors.sms.client import HttpTextSender

__all__ = ["HttpTextSender"]
