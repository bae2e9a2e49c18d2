"""HTML of a mail as the text that a person would read: no tag, no script and no style comes out of it."""

import re

from lxml import etree, html

MOST_CHARACTERS = 1_000_000
_UNSEEN = {"script", "style", "head", "title", "meta", "noscript", "template", "object", "svg", "iframe"}
_BLOCKS = {"p", "div", "br", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "section", "pre"}
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(px)?\s*(;|$)", re.IGNORECASE)
_QUOTE = "> "


def text_of_html(source: str) -> str:
    """The readable text: a line for each block, `- ` before list items, `> ` before what is quoted, addresses after links."""
    source = source[:MOST_CHARACTERS].replace("\x00", "")
    # lxml refuses a text that declares its own encoding; it is decoded already.
    source = re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", source)
    if not source.strip():
        return ""
    try:
        root = html.document_fromstring(source, parser=html.HTMLParser(recover=True, huge_tree=False))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return re.sub(r"<[^>]{0,2000}>", " ", source).strip()
    writer = _Writer()
    writer.walk(root)
    return writer.text()


class _Writer:
    """Walks the tree without recursion, because a mail may nest as deep as its sender likes."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line = ""
        self._depth = 0

    def walk(self, root: html.HtmlElement) -> None:
        todo: list[tuple[str, html.HtmlElement]] = [("open", root)]
        while todo:
            what, node = todo.pop()
            if what == "close":
                self._close(node)
                self._add(node.tail)
            elif not isinstance(node.tag, str) or node.tag in _UNSEEN or _HIDDEN.search(node.get("style") or ""):
                self._add(node.tail)
            else:
                self._open(node)
                todo.append(("close", node))
                todo += [("open", child) for child in reversed(node)]

    def text(self) -> str:
        self._end_line()
        joined = "\n".join(self._lines)
        return re.sub(r"\n{3,}", "\n\n", joined).strip()

    def _open(self, node: html.HtmlElement) -> None:
        if node.tag == "blockquote":
            self._end_line()
            self._depth = min(self._depth + 1, 5)
        elif node.tag in _BLOCKS:
            self._end_line(blank=node.tag == "p")
        elif node.tag == "li":
            self._end_line()
            self._line = "- "
        elif node.tag in ("td", "th") and self._line.strip():
            self._line += " "
        if node.tag == "img" and node.get("alt"):
            self._add(f"[{node.get('alt')}]")
        self._add(node.text)

    def _close(self, node: html.HtmlElement) -> None:
        href = (node.get("href") or "").strip() if node.tag == "a" else ""
        if href.startswith(("http://", "https://")) and href.rstrip("/") not in self._line:
            self._line += f" ({href[:500]})"
        if node.tag == "blockquote":
            self._end_line()
            self._depth = max(0, self._depth - 1)
        elif node.tag in _BLOCKS or node.tag == "li":
            self._end_line(blank=node.tag == "p")

    def _add(self, text: str | None) -> None:
        if text:
            words = re.sub(r"[\s\u00a0]+", " ", text)
            self._line += words.lstrip() if not self._line or self._line.endswith(" ") else words

    def _end_line(self, blank: bool = False) -> None:
        if self._line.strip():
            self._lines.append(_QUOTE * self._depth + self._line.strip())
        if blank and self._lines and self._lines[-1]:
            self._lines.append("")
        self._line = ""
