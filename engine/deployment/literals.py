"""Values that a diagram says outright, without FEEL: numbers, dates and the names of bindings are read before they are needed."""

from __future__ import annotations

from typing import TypeGuard

from engine.deployment import rules
from engine.deployment.durations import check_literal_timer
from engine.deployment.model import Element, Reference
from engine.deployment.remarks import Remarks

BINDINGS = ("latest", "deployment", "versionTag")
MOST_PRIORITY = 100


def check_literals(element: Element, remarks: Remarks) -> None:
    if _is_literal(element.retries) and not element.retries.strip().isdigit():
        remarks.add(rules.BAD_RETRIES, element, element.retries)
    who = element.assignment
    if _is_literal(who.priority) and not _is_priority(who.priority):
        remarks.add(rules.BAD_PRIORITY, element, who.priority)
    for moment in (who.due_date, who.follow_up_date):
        wrong = check_literal_timer("date", moment) if _is_literal(moment) else None
        if wrong is not None:
            remarks.add(rules.BAD_DATE, element, str(wrong), wrong.message_zh)
    for reference in (element.form, element.called_process, element.decision):
        if reference is not None:
            _check_binding(element, reference, remarks)
    if sum(bool(way) for way in (element.form, element.form_key, element.external_form)) > 1:
        remarks.add(rules.SEVERAL_FORMS, element)


def _check_binding(element: Element, reference: Reference, remarks: Remarks) -> None:
    if reference.binding not in BINDINGS:
        remarks.add(rules.BAD_BINDING, element, reference.binding)
    elif reference.binding == "versionTag" and reference.version_tag is None:
        remarks.add(rules.NO_VERSION_TAG, element, reference.id)


def _is_literal(text: str | None) -> TypeGuard[str]:
    return text is not None and not text.startswith("=")


def _is_priority(text: str) -> bool:
    return text.strip().isdigit() and int(text) <= MOST_PRIORITY
