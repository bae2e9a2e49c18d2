"""Callbacks as they are kept: opened with what we know of the customer, recorded with what they said, and compared by tier."""

from engine.services.callbacks.effect import TierEffect, effect_by_tier
from engine.services.callbacks.records import Result, open_callback, record_result, refuse_callbacks

__all__ = ["Result", "TierEffect", "effect_by_tier", "open_callback", "record_result", "refuse_callbacks"]
