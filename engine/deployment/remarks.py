"""Collecting findings while a diagram is checked."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.deployment.findings import Finding, Severity
from engine.deployment.model import Element, Flow, ProcessModel
from engine.deployment.words import in_chinese

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

    def add(self, rule: Rule, place: Place | None, detail: str = "", detail_zh: str = "") -> None:
        """`detail_zh` is needed where the detail is more than what the diagram says itself."""
        self.findings.append(
            Finding(
                severity=rule.severity,
                file=self.filename,
                element_id=place.id if place is not None else None,
                element_name=place.name if place is not None else None,
                line=place.line if place is not None else None,
                code=rule.code,
                message=rule.message.replace("{}", detail),
                message_zh=rule.message_zh.replace("{}", detail_zh or detail),
                hint=rule.hint,
                hint_zh=rule.hint_zh,
            )
        )

    def add_word(self, rule: Rule, place: Place | None, word: str) -> None:
        """With a word for a thing of diagrams, which has its own in Chinese."""
        self.add(rule, place, word, in_chinese(word))
