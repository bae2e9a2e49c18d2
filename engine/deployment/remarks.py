"""Collecting findings while a diagram is checked."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.deployment.findings import Finding, Severity
from engine.deployment.model import Element, Flow, ProcessModel

Place = Element | Flow | ProcessModel


@dataclass(frozen=True, slots=True)
class Rule:
    """A code with its sentences; `{}` takes the detail."""

    code: str
    message: str
    message_zh: str
    hint: str
    hint_zh: str
    severity: Severity = "error"


@dataclass(slots=True)
class Remarks:
    """The findings of one file, in the order they were made."""

    filename: str
    findings: list[Finding] = field(default_factory=list)

    def add(self, rule: Rule, place: Place | None, detail: str = "") -> None:
        self.findings.append(
            Finding(
                severity=rule.severity,
                file=self.filename,
                element_id=place.id if place is not None else None,
                element_name=place.name if place is not None else None,
                line=place.line if place is not None else None,
                code=rule.code,
                message=rule.message.replace("{}", detail),
                message_zh=rule.message_zh.replace("{}", detail),
                hint=rule.hint,
                hint_zh=rule.hint_zh,
            )
        )
