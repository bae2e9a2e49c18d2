"""How samples lie in the database: columns of little-endian numbers, one after the other.

A day has its cases once; a figure's samples say by their place which of them they are of. A month has the lines of its days,
and the samples of a figure in one piece that is read without more work: marks where the lines are that have one, or places.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from engine.services.figures.columns import MARKED, SIDES, Columns, Names, Numbers, is_duration

LEVEL = 0  # as they are: unpacking took a third of reading a month's days; those that are older are packed


class Samples(NamedTuple):
    """Columns of a figure's samples, as `Columns` has them; `place` counts from the first of their own lines."""

    place: Numbers
    hit: Numbers
    value: Numbers | None = None
    mark: Numbers | None = None
    at: Numbers | None = None


@dataclass(frozen=True, slots=True)
class PackedDay:
    """What the two tables keep of a day."""

    names: list[str]
    cases: bytes
    sides: bytes
    samples: dict[str, bytes]


def pack(found: Mapping[str, Columns], texts: Sequence[str]) -> PackedDay:
    """The samples of one day by figure; their sides are places in `texts`."""
    every = [np.column_stack((one.key, *map(one.side, SIDES))) for one in found.values() if len(one)]
    cases, places = np.unique(np.concatenate(every), axis=0, return_inverse=True) if every else _NONE
    used, sides = np.unique(cases[:, 1:], return_inverse=True)
    samples, done = {}, 0
    for name, one in found.items():
        samples[name] = zlib.compress(_bytes(name, one, places.ravel()[done : done + len(one)]), LEVEL)
        done += len(one)
    names = [texts[int(code)] for code in used]
    return PackedDay(names, _squeeze(cases[:, 0].astype("<i8")), _squeeze(sides.astype("<u2")), samples)


def unpack_cases(cases: bytes) -> Numbers:
    """The keys of a day's cases."""
    return np.frombuffer(zlib.decompress(cases), "<i8")


def unpack_sides(sides: bytes, own: Sequence[str], names: Names) -> Numbers:
    """What they can be grouped by, as `names` numbers it."""
    codes: Numbers = own_codes(own, names)[np.frombuffer(zlib.decompress(sides), "<u2")]
    return codes.reshape(-1, len(SIDES))


def own_codes(own: Sequence[str], names: Names) -> Numbers:
    """How `names` numbers some texts, by their places."""
    return np.array([names.code(text) for text in own] or [0], np.int32)


def unpack(name: str, samples: bytes) -> Samples:
    """One figure's samples of a day."""
    raw = zlib.decompress(samples)
    size = sum(np.dtype(kind).itemsize for kind in ("<u4", "u1", *_more(name)))
    place, hit, *more = _read(raw, 0, len(raw) // size, ("<u4", "u1", *_more(name)))
    return _samples(name, place, hit.astype(np.bool_), more)


def pack_month(name: str, samples: Samples, lines: int) -> bytes:
    """One figure's samples of a month with so many lines."""
    place, count = samples.place, len(samples.place)
    marks = np.zeros(lines, np.bool_)
    marks[place] = True
    marked = bool(count) and bool((np.diff(place) > 0).all())
    where = np.packbits(marks) if marked else place.astype("<u4")
    head = np.array([count, lines if marked else 0], "<u4")
    parts = [head, np.packbits(samples.hit), where, *(_column(samples, one).astype(kind) for one, kind in _named(name))]
    return b"".join(part.tobytes() for part in parts)


def unpack_month(name: str, packed: bytes) -> Samples:
    """One figure's samples of a month."""
    count, lines = np.frombuffer(packed, "<u4", 2).tolist()
    hit = np.unpackbits(np.frombuffer(packed, "u1", -(-count // 8), 8), count=count).view(np.bool_)
    at = 8 + -(-count // 8)
    if lines:
        marks = np.unpackbits(np.frombuffer(packed, "u1", -(-lines // 8), at), count=lines)
        place, at = np.flatnonzero(marks.view(np.bool_)), at + -(-lines // 8)
    else:
        place, at = np.frombuffer(packed, "<u4", count, at), at + 4 * count
    return _samples(name, place, hit, _read(packed, at, count, _more(name)))


def _samples(name: str, place: Numbers, hit: Numbers, more: Sequence[Numbers]) -> Samples:
    columns = dict(zip((one for one, _kind in _named(name)), more, strict=True))
    return Samples(place, hit, columns.get("value"), columns.get("mark"), columns.get("at"))


_NONE = (np.zeros((0, 1 + len(SIDES)), np.int64), np.zeros(0, np.int64))


def _named(name: str) -> list[tuple[str, str]]:
    """The columns that a figure's samples have besides place and hit, and their kinds."""
    return [("value", "<f8")] if is_duration(name) else [("mark", "<i8"), ("at", "<f8")] if name in MARKED else []


def _more(name: str) -> list[str]:
    return [kind for _one, kind in _named(name)]


def _column(of: Samples | Columns, name: str) -> Numbers:
    found: Numbers = getattr(of, name)
    return found


def _bytes(name: str, one: Columns, places: Numbers) -> bytes:
    columns = [
        places.astype("<u4"),
        one.hit.astype("u1"),
        *(_column(one, more).astype(kind) for more, kind in _named(name)),
    ]
    return b"".join(column.tobytes() for column in columns)


def _read(raw: bytes, at: int, count: int, kinds: Sequence[str]) -> list[Numbers]:
    found = []
    for kind in kinds:
        found.append(np.frombuffer(raw, kind, count, at))
        at += np.dtype(kind).itemsize * count
    return found


def _squeeze(column: Numbers) -> bytes:
    return zlib.compress(np.ascontiguousarray(column).tobytes(), LEVEL)
