"""Bytes of a mail as text, whatever its sender says of their charset: never an error, and no half characters."""

import codecs
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message

# What clients write, and the larger set that what they send is really of.
_MEANT = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "gb_2312-80": "gb18030",
    "euc-cn": "gb18030",
    "big5": "big5hkscs",
    "x-big5": "big5hkscs",
    "iso-8859-1": "cp1252",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "utf8": "utf-8",
}
_GUESSES = ("utf-8", "gb18030", "cp1252")


def decoded(content: bytes, declared: str | None) -> str:
    """The text. A charset that is missing, unknown or wrong gives way to UTF-8, then GB18030, then Windows Latin."""
    wanted = (declared or "").strip().strip("\"'").lower()
    for name in (_MEANT.get(wanted, wanted), *_GUESSES):
        try:
            if name and codecs.lookup(name)._is_text_encoding:
                return _clean(content.decode(name))
        except (LookupError, UnicodeError):
            continue
    return _clean(content.decode("utf-8", "replace"))


def header_of(message: Message, name: str) -> str:
    """A header of a mail, decoded on one line; empty when there is none. The parser's own view hides raw bytes, so it is not asked."""
    found = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
    return header_text(found)


def header_text(value: object) -> str:
    """A header's value with its encoded words decoded, on one line. Raw eight-bit headers are guessed like a body."""
    text = str(value or "")
    try:
        parts = decode_header(text)
    except (HeaderParseError, ValueError):
        parts = [(text, None)]
    found = "".join(_part(part, charset) for part, charset in parts)
    return " ".join(found.split())


def _part(part: str | bytes, charset: str | None) -> str:
    if isinstance(part, bytes):
        return decoded(part, charset if charset not in (None, "unknown-8bit") else None)
    if any("\udc80" <= character <= "\udcff" for character in part):  # bytes that the parser kept as they were
        return decoded(part.encode("utf-8", "surrogateescape"), None)
    return part


def _clean(text: str) -> str:
    """Without NUL, which PostgreSQL does not keep, and other controls that no one can see."""
    return "".join(
        c for c in text if c in "\n\r\t" or (ord(c) >= 32 and not 0xD800 <= ord(c) <= 0xDFFF and ord(c) != 127)
    )
