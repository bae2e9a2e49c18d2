"""How the samples of a day lie in the database: columns of little-endian numbers, one after the other, compressed.

A day has its cases once; a figure's samples say by their place which of them they are of. Durations have their seconds, figures that
count a mark once have the mark and the moment.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.services.figures.columns import SIDES, Columns, Names, Numbers
from engine.services.figures.definitions import DEFINITIONS

MARKED = ("repeat_cause", "customers_per_day", "conversion")
LEVEL = 1  # quick; the higher ones save little


@dataclass(frozen=True, slots=True)
class PackedDay:
    """What the two tables keep of a day."""

    names: list[str]
    cases: bytes
    sides: bytes
    samples: dict[str, bytes]


def pack(found: Mapping[str, Columns], texts: Sequence[str]) -> PackedDay:
    """The samples of one day by figure; their sides are places in `texts`."""
    every = [np.column_stack((one.key, one.sides)) for one in found.values()]
    cases, places = np.unique(np.concatenate(every), axis=0, return_inverse=True) if every else _NONE
    used, sides = np.unique(cases[:, 1:], return_inverse=True)
    samples, done = {}, 0
    for name, one in found.items():
        samples[name] = _squeeze(_layout(name, places.ravel()[done : done + len(one)], one))
        done += len(one)
    names = [texts[int(code)] for code in used]
    return PackedDay(names, _squeeze([cases[:, 0].astype("<i8")]), _squeeze([sides.astype("<u2")]), samples)


def unpack_cases(cases: bytes) -> Numbers:
    """The keys of a day's cases."""
    return np.frombuffer(zlib.decompress(cases), "<i8")


def unpack_sides(sides: bytes, own: Sequence[str], names: Names) -> Numbers:
    """What they can be grouped by, as `names` numbers it."""
    codes: Numbers = np.array([names.code(text) for text in own] or [0], np.int32)
    found: Numbers = codes[np.frombuffer(zlib.decompress(sides), "<u2")]
    return found.reshape(-1, len(SIDES))


def unpack(name: str, samples: bytes, cases: Numbers, sides: Numbers, day: int, chosen: Numbers) -> Columns:
    """One figure's samples of a day, of those of its cases that are chosen."""
    raw = zlib.decompress(samples)
    types = _types(name)
    count, columns, at = len(raw) // sum(np.dtype(one).itemsize for one in types), [], 0
    for one in types:
        columns.append(np.frombuffer(raw, one, count, at))
        at += np.dtype(one).itemsize * count
    place, hit = columns[0], columns[1].astype(np.bool_)
    value = columns[2] if _is_duration(name) else np.full(count, np.nan)
    mark, moment = columns[2:4] if name in MARKED else (np.zeros(count, np.int64), np.zeros(count))
    found = Columns(cases[place], sides[place], np.full(count, day, np.int32), moment, hit, value, mark)
    return found.where(chosen[place])


_NONE = (np.zeros((0, 1 + len(SIDES)), np.int64), np.zeros(0, np.int64))


def _types(name: str) -> list[str]:
    more = ["<f8"] if _is_duration(name) else ["<i8", "<f8"] if name in MARKED else []
    return ["<u4", "u1", *more]


def _layout(name: str, places: Numbers, one: Columns) -> list[Numbers]:
    columns = [places, one.hit, *([one.value] if _is_duration(name) else [one.mark, one.at] if name in MARKED else [])]
    return [column.astype(kind) for column, kind in zip(columns, _types(name), strict=True)]


def _is_duration(name: str) -> bool:
    return name in DEFINITIONS and DEFINITIONS[name].unit == "duration"


def _squeeze(columns: Sequence[Numbers]) -> bytes:
    return zlib.compress(b"".join(np.ascontiguousarray(column).tobytes() for column in columns), LEVEL)
