"""Taking a text of unary tests apart at its outer commas, without reading FEEL otherwise."""

_LOOK = 40  # how much white space may stand between a bracket of an open interval and what tells it


def split_tests(text: str) -> list[str]:
    """`"a", [1..2], ]3..4[, f(x, y)` → its parts, stripped; empty ones left out."""
    parts, start, depth = [], 0, 0
    for index, character in _outside_quotes(text):
        if character == "," and depth == 0:
            parts.append(text[start:index])
            start = index + 1
        else:
            depth = max(depth + _nesting(text, index, character), 0)
    parts.append(text[start:])
    return [part.strip() for part in parts if part.strip()]


def _outside_quotes(text: str) -> list[tuple[int, str]]:
    found, quoted, escaped = [], False, False
    for index, character in enumerate(text):
        if character == '"' and not escaped:
            quoted = not quoted
        elif not quoted:
            found.append((index, character))
        escaped = quoted and character == "\\" and not escaped
    return found


def _nesting(text: str, index: int, character: str) -> int:
    """+1 where a bracket opens, -1 where one closes; an interval may open with `]` and close with `[`."""
    if character in "({":
        return 1
    if character in ")}":
        return -1
    if character == "[":
        return -1 if text[index + 1 : index + 1 + _LOOK].lstrip()[:1] in ("", ",", ")") else 1
    if character == "]":
        return 1 if text[max(index - _LOOK, 0) : index].rstrip()[-1:] in ("", ",", "(") else -1
    return 0
