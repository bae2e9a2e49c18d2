"""What is wrong with one component's settings, whatever form it is in."""

from collections.abc import Iterator
from typing import Any

from engine.feel import FeelSyntaxError
from engine.forms.constraints import decimal_of
from engine.forms.expressions import is_expression, syntax_error
from engine.forms.form import Component
from engine.forms.localization import pairs
from engine.forms.options import known_options, same
from engine.forms.patterns import PatternError, compile_pattern
from engine.forms.remarks import Remark, remark
from engine.forms.templates import expressions_in, is_template
from engine.forms.values import clean

_TEMPLATES = ("label", "description", "text", "content", "source", "alt", "url", "title", "accept")
_EXPRESSIONS = ("valuesExpression", "expression", "dataSource", "columnsExpression", "multiple")
_LIMITS = ("min", "max", "minLength", "maxLength")
_UNSAFE = {"__proto__", "constructor", "prototype"}
_DATETIME = {
    "subtype": ("date", "time", "datetime"),
    "timeSerializingFormat": ("utc_offset", "utc_normalized", "no_timezone"),
}


def component_remarks(component: Component) -> Iterator[Remark]:
    """Every remark about it, in a fixed order."""
    yield from _key(component)
    yield from _conditions(component)
    yield from _expressions(component)
    yield from _limits(component)
    yield from _pattern(component)
    if component.kind.options:
        yield from _options(component)
    if component.type == "datetime":
        yield from _datetime(component)
    if component.type == "dynamiclist":
        yield from _rows(component)
    yield from _default(component)
    yield from _translations(component)


def _key(component: Component) -> Iterator[Remark]:
    binding = component.kind.binding
    name = component.get("key" if binding == "key" else "path")
    if binding == "none" or (not name and binding == "path"):
        return
    if not name:
        yield remark("form-key-missing")
    elif not isinstance(name, str) or not all(map(_is_name, name.split("."))):
        yield remark("form-key-invalid", key=name)


def _is_name(segment: str) -> bool:
    return bool(segment.strip()) and segment not in _UNSAFE and not set(segment) & set("[]")


def _conditions(component: Component) -> Iterator[Remark]:
    for name, value in (("conditional.hide", component.hide), ("readonly", component.get("readonly"))):
        if is_expression(value):
            yield from _syntax(name, syntax_error(value, condition=True))
        elif isinstance(value, str) and value:
            yield remark("form-condition-not-expression", name=name)
    required: Any = component.validate.get("required")
    if is_expression(required):
        yield remark("form-required-expression")
        yield from _syntax("validate.required", syntax_error(required))


def _expressions(component: Component) -> Iterator[Remark]:
    for name in _EXPRESSIONS:
        if is_expression(value := component.get(name)) and value != "=":
            yield from _syntax(name, syntax_error(value))
    if component.type == "expression" and not is_expression(component.get("expression")):
        yield remark("form-expression-missing")
    for name in _TEMPLATES:
        if is_template(text := component.get(name)):
            for expression in expressions_in(text):
                yield from _syntax(name, syntax_error(f"={expression}"))


def _syntax(name: str, error: FeelSyntaxError | None) -> Iterator[Remark]:
    if error is not None:
        yield remark("form-feel", name=name, why=str(error), why_zh=error.message_zh)


def _limits(component: Component) -> Iterator[Remark]:
    numbers = {}
    for name in _LIMITS:
        value: Any = component.validate.get(name)
        if is_expression(value):
            yield from _syntax(f"validate.{name}", syntax_error(value))
        elif value is not None and (number := decimal_of(value)) is None:
            yield remark("form-limit", name=name)
        elif value is not None:
            numbers[name] = number
    for low, high in (("min", "max"), ("minLength", "maxLength")):
        least, most = numbers.get(low), numbers.get(high)
        if least is not None and most is not None and least > most:
            yield remark("form-limits-crossed", low=low, high=high)


def _pattern(component: Component) -> Iterator[Remark]:
    pattern = component.validate.get("pattern")
    try:
        if pattern:
            compile_pattern(str(pattern))
    except PatternError as error:
        yield remark("form-pattern", why=str(error))
    kind = component.validate.get("validationType")
    if kind not in (None, "", "custom", "email", "phone"):
        yield remark("form-validation-type", value=kind)


def _options(component: Component) -> Iterator[Remark]:
    sources = [
        name for name in ("valuesKey", "values", "valuesExpression") if component.get(name) not in (None, "", "=")
    ]
    if not sources:
        yield remark("form-options-missing")
        return
    if len(sources) > 1:
        yield remark("form-options-sources")
    if sources == ["values"]:
        yield from _static_options(component)


def _static_options(component: Component) -> Iterator[Remark]:
    options, written = known_options(component, {}) or [], component.get("values")
    if not options or len(options) < len(written):
        yield remark("form-options-empty")
    for index, option in enumerate(options):
        if any(same(option.value, before.value) for before in options[:index]):
            yield remark("form-options-duplicate", value=option.value)


def _datetime(component: Component) -> Iterator[Remark]:
    for name, known in _DATETIME.items():
        value = component.get(name)
        if value is not None and value not in known:
            yield remark("form-datetime", name=name, value=value, known=", ".join(known))


def _rows(component: Component) -> Iterator[Remark]:
    found: dict[str, int] = {}
    for name in ("minRows", "maxRows"):
        value = component.properties.get(name)
        if value is None:
            continue
        if not str(value).isdigit():
            yield remark("form-rows", name=name)
            return
        found[name] = int(str(value))
    if found.get("minRows", 0) > found.get("maxRows", found.get("minRows", 0)):
        yield remark("form-rows", name="minRows")


def _default(component: Component) -> Iterator[Remark]:
    value: Any = component.get("defaultValue")
    if value is None or component.kind.binding != "key":
        return
    static = component.kind.options and "values" in component.attributes and "valuesKey" not in component.attributes
    if clean(component, value, known_options(component, {}) if static else None)[1]:
        yield remark("form-default")


def _translations(component: Component) -> Iterator[Remark]:
    for name, text in component.properties.items():
        if name.partition(".")[0] not in ("options", "columns") or "." not in name:
            continue
        try:
            pairs(str(text))
        except ValueError as error:
            yield remark("form-translation", name=name, why=str(error))
