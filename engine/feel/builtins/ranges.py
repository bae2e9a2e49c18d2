"""The relations of Allen's interval algebra between points and ranges, as DMN 1.5 (10.3.4.9) defines them."""

from collections.abc import Callable
from typing import Any

from engine.feel.builtins.registry import builtin
from engine.feel.compare import order
from engine.feel.runtime import Runtime
from engine.feel.values import Range

Point = Any


class _Incomparable(ValueError):
    """The points have no order among each other."""


def _cmp(left: Any, right: Any) -> int:
    position = order(left, right)
    if position is None:
        raise _Incomparable("The points cannot be compared.")
    return position


def _starts(left: Range, right: Range) -> int:
    """The order of two starts by value; a missing start lies before everything."""
    if left.start is None or right.start is None:
        return (left.start is not None) - (right.start is not None)
    return _cmp(left.start, right.start)


def _ends(left: Range, right: Range) -> int:
    """The order of two ends by value; a missing end lies after everything."""
    if left.end is None or right.end is None:
        return (left.end is None) - (right.end is None)
    return _cmp(left.end, right.end)


def _end_to_start(left: Range, right: Range) -> int:
    """The order of one range's end and another's start."""
    return 1 if left.end is None or right.start is None else _cmp(left.end, right.start)


def _of_point(point: Point) -> Range:
    return Range(point, point)


def _before(left: Range, right: Range) -> bool:
    position = _end_to_start(left, right)
    return position < 0 or (position == 0 and not (left.end_included and right.start_included))


def _meets(left: Range, right: Range) -> bool:
    return left.end_included and right.start_included and _end_to_start(left, right) == 0


def _overlaps(left: Range, right: Range) -> bool:
    return not _before(left, right) and not _before(right, left)


def _overlaps_before(left: Range, right: Range) -> bool:
    starts, ends = _starts(left, right), _ends(left, right)
    starts_first = starts < 0 or (starts == 0 and left.start_included and not right.start_included)
    ends_first = ends < 0 or (ends == 0 and (not left.end_included or right.end_included))
    return starts_first and not _before(left, right) and ends_first


def _overlaps_after(left: Range, right: Range) -> bool:
    starts, ends = _starts(right, left), _ends(right, left)
    starts_first = starts < 0 or (starts == 0 and right.start_included and not left.start_included)
    ends_first = ends < 0 or (ends == 0 and (not right.end_included or left.end_included))
    return starts_first and not _before(right, left) and ends_first


def _finishes(left: Range, right: Range) -> bool:
    starts = _starts(left, right)
    later = starts > 0 or (starts == 0 and (not left.start_included or right.start_included))
    return left.end_included == right.end_included and _ends(left, right) == 0 and later


def _starts_with(left: Range, right: Range) -> bool:
    ends = _ends(left, right)
    shorter = ends < 0 or (ends == 0 and (not left.end_included or right.end_included))
    return left.start_included == right.start_included and _starts(left, right) == 0 and shorter


def _includes(left: Range, right: Range) -> bool:
    starts, ends = _starts(left, right), _ends(left, right)
    from_start = starts < 0 or (starts == 0 and (left.start_included or not right.start_included))
    to_end = ends > 0 or (ends == 0 and (left.end_included or not right.end_included))
    return from_start and to_end


def _coincides(left: Range, right: Range) -> bool:
    inclusion = (left.start_included, left.end_included) == (right.start_included, right.end_included)
    return inclusion and _starts(left, right) == 0 and _ends(left, right) == 0


def _point_starts(left: Range, right: Range) -> bool:
    return right.start is not None and right.start_included and _cmp(left.start, right.start) == 0


def _point_finishes(left: Range, right: Range) -> bool:
    return right.end is not None and right.end_included and _cmp(left.end, right.end) == 0


Relation = Callable[[Range, Range], bool]
_PP = ("point1: point", "point2: point")
_PR = ("point: point", "range: range")
_RP = ("range: range", "point: point")
_RR = ("range1: range", "range2: range")


def _swapped(relation: Relation) -> Relation:
    return lambda left, right: relation(right, left)


def _declare(name: str, doc: str, *forms: tuple[tuple[str, str], Relation]) -> None:
    for parameters, relation in forms:
        builtin(name, *parameters, result="boolean", doc=doc)(_body(relation))


def _body(relation: Relation) -> Callable[[Runtime, Any, Any], bool]:
    def body(rt: Runtime, left: Any, right: Any) -> bool:
        first = left if isinstance(left, Range) else _of_point(left)
        second = right if isinstance(right, Range) else _of_point(right)
        return relation(first, second)

    return body


_AFTER = _swapped(_before)
_declare("before", "Whether the first ends before the second starts.", *((f, _before) for f in (_PP, _PR, _RP, _RR)))
_declare("after", "Whether the first starts after the second ends.", *((f, _AFTER) for f in (_PP, _PR, _RP, _RR)))
_declare("meets", "Whether the first ends where the second starts.", (_RR, _meets))
_declare("met by", "Whether the first starts where the second ends.", (_RR, _swapped(_meets)))
_declare("overlaps", "Whether the ranges have a point in common.", (_RR, _overlaps))
_declare("overlaps before", "Whether the first starts before the second and ends in it.", (_RR, _overlaps_before))
_declare("overlaps after", "Whether the first starts in the second and ends after it.", (_RR, _overlaps_after))
_declare("finishes", "Whether the first ends the second.", (_PR, _point_finishes), (_RR, _finishes))
_declare(
    "finished by", "Whether the second ends the first.", (_RP, _swapped(_point_finishes)), (_RR, _swapped(_finishes))
)
_declare("includes", "Whether the second lies in the first.", (_RP, _includes), (_RR, _includes))
_declare("during", "Whether the first lies in the second.", (_PR, _swapped(_includes)), (_RR, _swapped(_includes)))
_declare("starts", "Whether the first starts the second.", (_PR, _point_starts), (_RR, _starts_with))
_declare(
    "started by", "Whether the second starts the first.", (_RP, _swapped(_point_starts)), (_RR, _swapped(_starts_with))
)
_declare("coincides", "Whether the two are the same.", (_PP, _coincides), (_RR, _coincides))
