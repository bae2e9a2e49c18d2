"""Text to tokens. Names with spaces are put together later, by the parser, which knows the names in scope."""

import re
from typing import NamedTuple

from engine.feel.errors import FeelSyntaxError
from engine.feel.limits import MAX_TEXT_BYTES

_SPACE = r"[\s\u0085\u180e\u200b\ufeff]"
_START = (
    r"[^\W\d]|[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    r"\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff]"
)
_PART = rf"(?:{_START}|[\w\u00b7\u0300-\u036f\u203f-\u2040])"
_TOKEN = re.compile(
    rf"""
      (?P<space>{_SPACE}+|//[^\n]*|/\*.*?\*/)
    | (?P<name>(?:{_START}){_PART}*)
    | (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<string>"[^"\\]*(?:\\.[^"\\]*)*")
    | (?P<quoted>`[^`]+`)
    | (?P<op>\*\*|\.\.|<=|>=|!=|->|[-+*/()\[\]{{}},:.<>=?@])
    | (?P<junk>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(["\'\\nrt]))')
_PLAIN_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}


class Token(NamedTuple):
    """One token: what it is, its text, and where it stands."""

    kind: str  # name, number, string, quoted, op, junk or end
    text: str
    start: int
    end: int


def tokenize(text: str) -> list[Token]:
    """The tokens of a FEEL text, without spaces and comments, ended by an `end` token."""
    if len(text) > MAX_TEXT_BYTES or len(text.encode("utf-8", "replace")) > MAX_TEXT_BYTES:
        raise FeelSyntaxError(
            f"The expression is longer than {MAX_TEXT_BYTES // 1024} KB.", 1, 1, text[:200], "表达式太长。"
        )
    tokens = [
        Token(match.lastgroup or "junk", match.group(), match.start(), match.end())
        for match in _TOKEN.finditer(text)
        if match.lastgroup != "space"
    ]
    tokens.append(Token("end", "", len(text), len(text)))
    return tokens


def unescape(literal: str) -> str:
    """The text that a string literal (with its quotes) stands for; unknown escapes such as `\\s` stay as they are."""
    body = literal[1:-1]
    if "\\" not in body:
        return body
    text = _ESCAPE.sub(_character, body)
    # Two \uXXXX halves of one character stand for that character.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _character(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    if code:
        value = int(code, 16)
        return chr(value) if value <= 0x10FFFF else "�"
    return _PLAIN_ESCAPES[match[3]]


def position(text: str, offset: int) -> tuple[int, int]:
    """Line and column, both from 1, of an offset."""
    line = text.count("\n", 0, offset) + 1
    return line, offset - (text.rfind("\n", 0, offset) + 1) + 1
