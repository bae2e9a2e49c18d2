"""How much a value holds when it is written out: shared parts count each time they appear."""

from decimal import Decimal
from typing import Any

from engine.feel.errors import FeelLimitExceeded
from engine.feel.limits import CHARACTERS_A_UNIT, MAX_DEPTH, MAX_UNITS


def weigh(value: Any) -> None:
    """Raise FeelLimitExceeded for a value too large to be written out, though sharing lets it fit into memory."""
    if not isinstance(value, list | dict):
        return
    units = 0
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        inside: list[Any] = []
        for each in level:
            for item in each.values() if isinstance(each, dict) else each:
                units += _units(item)
                if isinstance(item, list | dict):
                    inside.append(item)
            if units > MAX_UNITS:
                raise FeelLimitExceeded("The value holds too much to be written out.")
        if not inside:
            return
        level = inside
    raise FeelLimitExceeded(f"Lists and contexts may stand at most {MAX_DEPTH} deep inside each other.")


def _units(item: Any) -> int:
    if isinstance(item, str):
        return 1 + len(item) // CHARACTERS_A_UNIT
    if isinstance(item, Decimal):
        return 1 + abs(item.adjusted()) // CHARACTERS_A_UNIT
    return 1
