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


def unpack(
    name: str, days: Sequence[tuple[int, int, bytes]], cases: Numbers, sides: Numbers, chosen: Numbers
) -> Columns:
    """One figure's samples of some days, of those of their cases that are chosen.

    A day is its ordinal, where its cases begin among `cases`, and its samples.
    """
    parts = [_columns(name, samples) for _day, _start, samples in days]
    counts = [len(part[0]) for part in parts]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    place = columns[0] + np.repeat([start for _day, start, _samples in days], counts)
    mine = np.flatnonzero(chosen[place])
    columns, place = [column[mine] for column in columns], place[mine]
    day = np.repeat(np.array([day for day, _start, _samples in days], np.int32), counts)[mine]
    value = columns[2] if _is_duration(name) else np.full(len(mine), np.nan)
    mark, moment = columns[2:4] if name in MARKED else (np.zeros(len(mine), np.int64), np.zeros(len(mine)))
    return Columns(cases[place], sides[place], day, moment, columns[1].astype(np.bool_), value, mark)


def _columns(name: str, samples: bytes) -> list[Numbers]:
    raw, types = zlib.decompress(samples), _types(name)
    count, columns, at = len(raw) // sum(np.dtype(one).itemsize for one in types), [], 0
    for one in types:
        columns.append(np.frombuffer(raw, one, count, at))
        at += np.dtype(one).itemsize * count
    return columns


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
