"""Functions over strings; positions count characters from 1, from the end when negative."""

from typing import Any

from engine.feel import regexes
from engine.feel.builtins.registry import builtin
from engine.feel.numbers import Number
from engine.feel.printing import feel_string
from engine.feel.python_values import from_python
from engine.feel.runtime import Runtime

_PAIR = ("string: string", "match: string")


@builtin(
    "substring",
    "string: string",
    "start position: number",
    "[length: number]",
    result="string",
    doc="The part from a position on, of the given length.",
)
def substring(rt: Runtime, string: str, start: Number, length: Number | None = None) -> str | None:
    begin = int(start)
    if begin == 0 or abs(begin) > len(string) or (length is not None and int(length) < 1):
        return None
    begin = begin - 1 if begin > 0 else len(string) + begin
    return string[begin:] if length is None else string[begin : begin + int(length)]


@builtin("string length", "string: string", result="number", doc="How many characters a text has.")
def string_length(rt: Runtime, string: str) -> int:
    return len(string)


@builtin("upper case", "string: string", result="string", doc="The text in capitals.")
def upper_case(rt: Runtime, string: str) -> str:
    return rt.string_of(string.upper())


@builtin("lower case", "string: string", result="string", doc="The text in small letters.")
def lower_case(rt: Runtime, string: str) -> str:
    return rt.string_of(string.lower())


@builtin("substring before", *_PAIR, result="string", doc="What stands before the first match; empty without one.")
def substring_before(rt: Runtime, string: str, match: str) -> str:
    return string[: max(string.find(match), 0)]


@builtin("substring after", *_PAIR, result="string", doc="What stands after the first match; empty without one.")
def substring_after(rt: Runtime, string: str, match: str) -> str:
    return string.partition(match)[2] if match else string


@builtin("contains", *_PAIR, result="boolean", doc="Whether the match stands in the text.")
def contains(rt: Runtime, string: str, match: str) -> bool:
    return match in string


@builtin("starts with", *_PAIR, result="boolean", doc="Whether the text starts with the match.")
def starts_with(rt: Runtime, string: str, match: str) -> bool:
    return string.startswith(match)


@builtin("ends with", *_PAIR, result="boolean", doc="Whether the text ends with the match.")
def ends_with(rt: Runtime, string: str, match: str) -> bool:
    return string.endswith(match)


@builtin(
    "matches",
    "input: string",
    "pattern: string",
    "[flags: string?]",
    result="boolean",
    doc="Whether the text has a match of the regular expression (XPath syntax; flags s, m, i, x, q).",
)
def matches(rt: Runtime, text: str, pattern: str, flags: str | None = None) -> bool | None:
    return regexes.matches(rt, text, pattern, flags or "")


@builtin(
    "replace",
    "input: string",
    "pattern: string",
    "replacement: string",
    "[flags: string?]",
    result="string",
    doc="The text with every match replaced; `$1` in the replacement is the first group.",
)
def replace(rt: Runtime, text: str, pattern: str, replacement: str, flags: str | None = None) -> str | None:
    return regexes.replace(rt, text, pattern, replacement, flags or "")


@builtin("split", "string: string", "delimiter: string", result="list", doc="The parts between matches of a pattern.")
def split(rt: Runtime, string: str, delimiter: str) -> list[str] | None:
    return regexes.split(rt, string, delimiter)


@builtin(
    "string join",
    "list: list",
    "[delimiter: string?]",
    result="string",
    doc="The texts of a list in one, nulls left out, with a delimiter between (and a prefix and suffix around).",
)
def string_join(rt: Runtime, items: list[Any], delimiter: str | None = None) -> str | None:
    values = [from_python(item) for item in items]
    texts = [value for value in values if value is not None]
    if not all(isinstance(text, str) for text in texts):
        return None
    rt.spend(len(texts) + sum(map(len, texts)) // 16 + len(delimiter or "") * len(texts) // 16)
    return rt.string_of((delimiter or "").join(texts))


@builtin("string join", "list: list", "delimiter: string?", "prefix: string?", "suffix: string?")
def string_join_around(
    rt: Runtime, items: list[Any], delimiter: str | None, prefix: str | None, suffix: str | None
) -> str | None:
    joined = string_join(rt, items, delimiter)
    return None if joined is None else rt.string_of(feel_string(prefix or "") + joined + (suffix or ""))
