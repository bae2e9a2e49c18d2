"""Bytes that somebody sent → an XML tree, or a refusal: size, document types, depth. Nothing here knows DMN."""

from typing import cast

from lxml import etree

from engine.decisions.nodes import Node
from engine.decisions.refusal import DecisionModelError
from engine.decisions.remarks import Remark

MAX_BYTES = 5 * 1024 * 1024
# Boxed expressions nest by elements and are read recursively; the deepest real model seen uses 16 levels.
MAX_DEPTH = 100


def read_xml(data: bytes, filename: str) -> etree._Element:
    """Return the root element; raises DecisionModelError for what is no XML, too big, too deep or has a document type.

    The size is judged before a byte is parsed; entities, external files and the network are never touched.
    """
    if len(data) > MAX_BYTES:
        raise _refused(filename, Remark("dmn-too-large", size=len(data), limit=MAX_BYTES))
    root = _parse(data, filename)
    tree = root.getroottree()
    if tree.docinfo.internalDTD is not None or tree.docinfo.doctype:
        raise _refused(filename, Remark("dmn-doctype"))
    _refuse_depth(root, filename)
    return root


def _parse(data: bytes, filename: str) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = cast("etree._Element | None", etree.fromstring(data, parser))
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise _refused(filename, Remark("dmn-not-xml", reason=str(error)), line) from error
    if root is None:
        raise _refused(filename, Remark("dmn-not-xml", reason="no element"))
    return root


def _refuse_depth(root: etree._Element, filename: str) -> None:
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            raise _refused(filename, Remark("dmn-too-deep", limit=MAX_DEPTH), Node(element).place().line)


def _refused(filename: str, remark: Remark, line: int | None = None) -> DecisionModelError:
    return DecisionModelError([remark.at(filename, line=line)])
