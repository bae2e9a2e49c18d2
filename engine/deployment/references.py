"""What a process refers to by name: called processes, decisions and forms. They may be deployed later, so a missing one is a warning."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.deployment import rules
from engine.deployment.findings import Finding
from engine.deployment.model import Element, ProcessModel
from engine.deployment.remarks import Remarks
from engine.deployment.words import in_chinese


def check_references(model: ProcessModel, filename: str, is_known: Callable[[str, str], bool]) -> list[Finding]:
    """A warning for each name that `is_known(kind, id)` does not know. Names that an expression gives are not looked up."""
    remarks = Remarks(filename)
    for element, kind, identifier in _references(model):
        if not identifier.startswith("=") and not is_known(kind, identifier):
            remarks.add(rules.UNKNOWN_REFERENCE, element, f"{kind} '{identifier}'", f"{in_chinese(kind)}“{identifier}”")
    return remarks.findings


def _references(model: ProcessModel) -> Iterator[tuple[Element, str, str]]:
    for element in model.elements.values():
        named = (("form", element.form), ("process", element.called_process), ("decision", element.decision))
        for kind, reference in named:
            if reference is not None:
                yield element, kind, reference.id
