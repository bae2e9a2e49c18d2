"""Regular expressions of XPath and XQuery, run with a time limit.

The syntax differs from Python's in what `.`, `$`, `\\w`, `\\i` and `\\c` mean, in class subtraction and in flags; a pattern
is translated first. What Java adds (lookahead, `\\b`) passes through.
"""

from functools import lru_cache
from typing import Any

import regex

from engine.feel.errors import FeelLimitExceeded
from engine.feel.limits import MAX_PATTERN_LENGTH, MAX_PATTERN_REPEAT, REGEX_SECONDS
from engine.feel.runtime import Runtime

_NAME_START = (
    r":A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D\u2070-\u218F"
    r"\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_NAME_PART = _NAME_START + r"\-.0-9\u00B7\u0300-\u036F\u203F-\u2040"
# Outside and inside a class, what an escape stands for.
_ESCAPES = {"i": f"[{_NAME_START}]", "I": f"[^{_NAME_START}]", "c": f"[{_NAME_PART}]", "C": f"[^{_NAME_PART}]"}
_ESCAPES |= {"s": r"[ \t\n\r]", "S": r"[^ \t\n\r]", "w": r"[^\p{P}\p{Z}\p{C}]", "W": r"[\p{P}\p{Z}\p{C}]"}
_FLAGS = {"s": regex.DOTALL, "m": regex.MULTILINE, "i": regex.IGNORECASE, "x": 0, "q": 0}


class PatternError(ValueError):
    """The pattern or its flags are not what XPath allows."""


@lru_cache(maxsize=512)
def compiled(pattern: str, flags: str) -> Any:
    """The compiled pattern; raises PatternError."""
    if len(pattern) > MAX_PATTERN_LENGTH:
        raise PatternError(f"A pattern may have at most {MAX_PATTERN_LENGTH} characters.")
    options = regex.VERSION1
    for flag in flags:
        if flag not in _FLAGS:
            raise PatternError(f"There is no flag {flag!r}; the flags are s, m, i, x and q.")
        options |= _FLAGS[flag]
    text = regex.escape(pattern, special_only=True) if "q" in flags else Translation(pattern, flags).run()
    try:
        return regex.compile(text, options)
    except (regex.error, OverflowError, RecursionError, ValueError) as error:
        raise PatternError(f"The pattern is not valid: {error}") from error


class Translation:
    """One pass over a pattern."""

    def __init__(self, pattern: str, flags: str) -> None:
        self.pattern = _without_spaces(pattern) if "x" in flags else pattern
        self.index = 0
        self.repeats = 1
        self.dot_all = "s" in flags
        self.multiline = "m" in flags

    def run(self) -> str:
        parts = []
        while self.index < len(self.pattern):
            parts.append(self._next())
        return "".join(parts)

    def _next(self) -> str:
        character = self.pattern[self.index]
        if character == "\\":
            return self._escape()
        if character == "[":
            return self._class()
        if character == "{":
            return self._repeat()
        self.index += 1
        if character == "." and not self.dot_all:
            return r"[^\n\r]"
        if character == "$" and not self.multiline:
            return r"\Z"
        return "\\#" if character == "#" else character

    def _escape(self) -> str:
        following = self.pattern[self.index + 1 : self.index + 2]
        if not following:
            raise PatternError("The pattern ends with a backslash.")
        self.index += 2
        if following in "pP":
            return f"\\{following}" + self._property()
        return _ESCAPES.get(following, f"\\{following}")

    def _property(self) -> str:
        end = self.pattern.find("}", self.index)
        if self.pattern[self.index : self.index + 1] != "{" or end < 0:
            raise PatternError(r"\p needs a property in braces.")
        name = self.pattern[self.index + 1 : end]
        self.index = end + 1
        # XPath's \p{IsGreek} means the block, which `regex` calls InGreek.
        return "{In" + name[2:] + "}" if name.startswith("Is") else "{" + name + "}"

    def _class(self) -> str:
        """A character class; `[a-z-[aeiou]]` takes the second class away from the first."""
        parts = ["["]
        self.index += 1
        if self.pattern.startswith("^", self.index):
            parts.append("^")
            self.index += 1
        first = True
        while True:
            if self.index >= len(self.pattern):
                raise PatternError("The pattern has a class without an end.")
            character = self.pattern[self.index]
            if character == "]" and not first:
                self.index += 1
                return "".join([*parts, "]"])
            parts.append(self._in_class(character))
            first = False

    def _in_class(self, character: str) -> str:
        if character == "\\":
            return self._escape()
        if self.pattern.startswith("-[", self.index):
            self.index += 1
            return "--" + self._class()
        self.index += 1
        if character == "-":
            return "-" if self._is_span() else "\\-"
        return f"\\{character}" if character in "[]&~|" else character

    def _is_span(self) -> bool:
        """Whether the hyphen just passed stands between two characters."""
        before, after = self.pattern[self.index - 2 : self.index - 1], self.pattern[self.index : self.index + 1]
        return before not in ("[", "^") and after not in ("]", "")

    def _repeat(self) -> str:
        end = self.pattern.find("}", self.index)
        low, comma, high = self.pattern[self.index + 1 : max(end, 0)].partition(",")
        if end < 0 or not low.isdigit() or (high and not high.isdigit()):
            raise PatternError("A repeat is {n}, {n,} or {n,m}.")
        # The library unrolls repeats inside each other without looking at the clock.
        self.repeats *= max(int(low[:9]), int(high[:9] or 0), 1)
        if self.repeats > MAX_PATTERN_REPEAT:
            raise PatternError(f"The repeats of a pattern multiply to at most {MAX_PATTERN_REPEAT}.")
        self.index = end + 1
        return f"{{{low}{comma}{high}}}"


def _without_spaces(pattern: str) -> str:
    """What flag x leaves of a pattern: white space goes everywhere but inside classes, even after a backslash."""
    kept: list[str] = []
    depth = 0
    escaped = False
    for character in pattern:
        if depth == 0 and character in " \t\n\r":
            continue
        kept.append(character)
        if not escaped:
            depth += (character == "[") - (character == "]" and depth > 0)
        escaped = character == "\\" and not escaped
    return "".join(kept)


def matches(rt: Runtime, text: str, pattern: str, flags: str) -> bool:
    """Whether the text has a match of the pattern."""
    return bool(_timed(rt, lambda: compiled(pattern, flags).search(text, timeout=REGEX_SECONDS)))


def replace(rt: Runtime, text: str, pattern: str, replacement: str, flags: str) -> str:
    """The text with all matches replaced; raises PatternError when the pattern matches nothing at all."""
    expression = compiled(pattern, flags)
    if _timed(rt, lambda: expression.search("", timeout=REGEX_SECONDS)):
        raise PatternError("The pattern matches an empty text.")
    pieces = [("", 0, replacement)] if "q" in flags else list(_replacement(replacement, expression.groups))
    longest = max(len(text) * (len(pieces) + 1), 1) + len(replacement) * len(text)
    if longest > 100_000:
        return _guarded_replace(rt, expression, text, pieces)
    result: str = _timed(rt, lambda: expression.sub(lambda match: _expand(match, pieces), text, timeout=REGEX_SECONDS))
    return rt.string_of(result)


def _guarded_replace(rt: Runtime, expression: Any, text: str, pieces: list[tuple[str, int | None, str]]) -> str:
    """As `sub` does, but stopping as soon as the result becomes too long."""

    def build() -> str:
        parts: list[str] = []
        end = 0
        for match in expression.finditer(text, timeout=REGEX_SECONDS):
            parts.append(rt.string_of(text[end : match.start()] + _expand(match, pieces)))
            end = match.end()
        return "".join([*parts, text[end:]])

    return rt.string_of(_timed(rt, build))


def split(rt: Runtime, text: str, pattern: str) -> list[str]:
    """The parts of the text between matches of the pattern, groups in it left out."""
    if pattern == "":
        return rt.list_of(list(text))

    def cut() -> list[str]:
        parts, end = [], 0
        for match in compiled(pattern, "").finditer(text, timeout=REGEX_SECONDS):
            parts.append(text[end : match.start()])
            end = match.end()
        return [*parts, text[end:]]

    return list(_timed(rt, cut))


def extract(rt: Runtime, text: str, pattern: str) -> list[str]:
    """All matches of the pattern in the text."""
    found = _timed(rt, lambda: [m.group() for m in compiled(pattern, "").finditer(text, timeout=REGEX_SECONDS)])
    return list(found)


def _timed(rt: Runtime, work: Any) -> Any:
    try:
        return work()
    except TimeoutError:
        raise FeelLimitExceeded("The regular expression takes too long on this text.") from None
    finally:
        rt.check_clock()


def _replacement(text: str, groups: int) -> Any:
    """The pieces of a replacement: literal text, or the number of a group."""
    index = 0
    while index < len(text):
        character = text[index]
        index += 1
        if character == "\\":
            if text[index : index + 1] not in ("\\", "$"):
                raise PatternError("In a replacement a backslash stands only before $ or another backslash.")
            yield "", None, text[index]
            index += 1
        elif character == "$":
            number, index = _group(text, index, groups)
            yield "group", number, ""
        else:
            yield "", None, character


def _group(text: str, index: int, groups: int) -> tuple[int, int]:
    if not text[index : index + 1].isdigit():
        raise PatternError("In a replacement $ stands before a digit.")
    number = int(text[index])
    index += 1
    while text[index : index + 1].isdigit() and number * 10 + int(text[index]) <= groups:
        number = number * 10 + int(text[index])
        index += 1
    return number, index


def _expand(match: Any, pieces: list[tuple[str, int | None, str]]) -> str:
    parts = []
    for kind, number, literal in pieces:
        if kind == "group":
            parts.append((match.group(number) or "") if number is not None and number <= match.re.groups else "")
        else:
            parts.append(literal)
    return "".join(parts)
