"""Taking a text of unary tests apart at its outer commas, without reading FEEL otherwise."""

from typing import Final

_OPEN: Final = "([{"
_CLOSE: Final = ")]}"


def split_tests(text: str) -> list[str]:
    """`"a", [1..2], f(x, y)` → its three parts, stripped; empty ones left out.

    An interval may open with `]` and close with `[`, so only round and curly brackets and lists nest: a `]` at depth 0
    opens nothing that holds a comma.
    """
    parts, start, depth, quoted, escaped = [], 0, 0, False, False
    for index, character in enumerate(text):
        if quoted:
            quoted = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            quoted = True
        elif character in _OPEN:
            depth += 1
        elif character in _CLOSE:
            depth = max(depth - 1, 0)
        elif character == "," and depth == 0:
            parts.append(text[start:index])
            start = index + 1
    parts.append(text[start:])
    return [part.strip() for part in parts if part.strip()]
