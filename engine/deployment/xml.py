"""Reading XML that strangers send: size first, no DTD, no entities, no network, bounded depth."""

from __future__ import annotations

from lxml import etree

from engine.deployment.findings import Finding

MAX_BYTES = 5 * 1024 * 1024
MAX_DEPTH = 200


class UnreadableXml(Exception):
    """The bytes are no XML that we read; `finding` says why and where."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def read_xml(data: bytes, filename: str) -> etree._Element:
    """Parse `data` and return the root element. Raises UnreadableXml."""
    if len(data) > MAX_BYTES:
        raise UnreadableXml(
            _refusal(filename, None, "xml-too-large", "The file is larger than 5 MB.", "文件超过 5 MB。")
        )
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise UnreadableXml(
            _refusal(
                filename, line, "xml-syntax", f"The file is not well-formed XML: {error}", f"XML 格式不正确：{error}"
            )
        ) from error
    if root.getroottree().docinfo.doctype:
        raise UnreadableXml(
            _refusal(filename, 1, "xml-dtd", "A DTD or entity is not allowed.", "不允许使用 DTD 或实体。")
        )
    _check_depth(root, filename)
    return root


def _check_depth(root: etree._Element, filename: str) -> None:
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            raise UnreadableXml(
                _refusal(
                    filename, element.sourceline, "xml-depth", "Elements are nested too deeply.", "元素嵌套层次过深。"
                )
            )


def _refusal(filename: str, line: int | None, code: str, message: str, message_zh: str) -> Finding:
    return Finding(
        severity="error",
        file=filename,
        element_id=None,
        element_name=None,
        line=line,
        code=code,
        message=message,
        message_zh=message_zh,
        hint="Export the file again from the modeler.",
        hint_zh="请从建模器重新导出该文件。",
    )
