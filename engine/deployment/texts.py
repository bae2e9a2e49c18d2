"""Does every text of a diagram compile: FEEL after "=", timers, conditions."""

from __future__ import annotations

from collections.abc import Iterator

from engine.deployment import rules
from engine.deployment.durations import check_literal_timer
from engine.deployment.model import Element, Flow, ProcessModel
from engine.deployment.names import EXTRA_NAMES
from engine.deployment.remarks import Place, Remarks
from engine.feel import FeelSyntaxError, compile_expression


def check_texts(model: ProcessModel, remarks: Remarks) -> None:
    for flow in model.flows.values():
        _check_condition(flow, remarks)
    for listener in model.listeners:
        check_feel(listener.type, model, remarks)
        check_feel(listener.retries, model, remarks)
    for element in model.elements.values():
        for text in _texts(element):
            check_feel(text, element, remarks)
        for text in _always_feel(element):
            if text and not text.startswith("="):
                remarks.add(rules.NOT_FEEL, element, text)
        for text in _only_feel(element):
            if text and not text.startswith("="):
                remarks.add(rules.CONDITION_NO_FEEL, element, text)
            check_feel(text, element, remarks)
        _check_timer(element, remarks)


def check_feel(text: str | None, place: Place, remarks: Remarks) -> None:
    """A text that begins with "=" must compile."""
    if text is None or not text.startswith("="):
        return
    try:
        compile_expression(text[1:].strip(), EXTRA_NAMES)
    except FeelSyntaxError as error:
        remarks.add(rules.BAD_FEEL, place, f"FEEL '{text}': {error}", f"FEEL“{text}”{error.message_zh}")


def _check_condition(flow: Flow, remarks: Remarks) -> None:
    if flow.condition and not flow.condition.startswith("="):
        remarks.add(rules.CONDITION_NO_FEEL, flow, flow.condition)
    check_feel(flow.condition, flow, remarks)


def _check_timer(element: Element, remarks: Remarks) -> None:
    event = element.event
    if event is None or event.kind != "timer" or not event.timer_text or not event.timer:
        return
    if event.timer_text.startswith("="):
        check_feel(event.timer_text, element, remarks)
        return
    wrong = check_literal_timer(event.timer, event.timer_text)
    if wrong is not None:
        remarks.add(rules.BAD_TIMER, element, str(wrong), wrong.message_zh)


def _only_feel(element: Element) -> Iterator[str | None]:
    """Texts that are FEEL, with "=" before it, or nothing."""
    loop, ad_hoc = element.loop, element.ad_hoc
    if loop is not None:
        yield from (loop.input_collection, loop.output_element, loop.completion)
    if ad_hoc is not None:
        yield from (ad_hoc.active_elements, ad_hoc.output_element, ad_hoc.completion)


def _always_feel(element: Element) -> Iterator[str | None]:
    """Texts of `_texts` of which one that stands as it is was hardly meant: `orderId` for a correlation key."""
    yield element.script
    yield from (source for source, _target in element.outputs)
    if element.event is not None:
        yield element.event.correlation_key


def _texts(element: Element) -> Iterator[str | None]:
    yield from (source for source, _target in element.inputs + element.outputs)
    yield from element.properties.values()
    who = element.assignment
    yield from (who.assignee, who.candidate_groups, who.candidate_users, who.due_date, who.follow_up_date, who.priority)
    yield from (element.job_type, element.retries, element.script, element.external_form)
    for reference in (element.form, element.called_process, element.decision):
        yield reference.id if reference is not None else None
    for listener in element.listeners + element.task_listeners:
        yield from (listener.type, listener.retries)
    if element.event is not None:
        yield from (element.event.correlation_key, element.event.name, element.event.code)
