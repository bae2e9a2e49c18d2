"""Every check of a BPMN file before it may be deployed."""

from __future__ import annotations

from engine.deployment.behaviour import check_behaviour
from engine.deployment.bpmn import parse_bpmn
from engine.deployment.findings import Finding
from engine.deployment.remarks import Remarks
from engine.deployment.structure import check_file, check_structure
from engine.deployment.texts import check_texts
from engine.deployment.xml import UnreadableXml


def check_bpmn(data: bytes, filename: str = "") -> list[Finding]:
    """All findings of one file, errors and warnings, in the order of its elements. An empty list: nothing to remark."""
    try:
        definitions = parse_bpmn(data, filename)
    except UnreadableXml as unreadable:
        return [unreadable.finding]
    remarks = Remarks(filename)
    check_file(definitions, remarks)
    for model in definitions.processes.values():
        check_structure(model, remarks)
        check_behaviour(model, remarks)
        check_texts(model, remarks)
    return remarks.findings
