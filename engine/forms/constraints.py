"""What a component's `validate` asks of its value, as form-js's validator does."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Context, Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from engine.forms import dates
from engine.forms.expressions import Scope, evaluate
from engine.forms.form import Component
from engine.forms.messages import Message, message
from engine.forms.moments import misplaced
from engine.forms.patterns import matches
from engine.forms.values import text_of

# Enough digits for any number that JSON can hold; Python's 28 would round.
_EXACT = Context(prec=2100)
# The rule for e-mail addresses of the HTML standard (input type=email), which browsers and form-js follow.
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_EMAIL = re.compile(rf"[a-zA-Z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{_LABEL}(?:\.{_LABEL})*")
# A country code and a number of the E.164 plan: at most 15 digits, none of them a leading zero.
_PHONE = re.compile(r"(?:\+|00)[1-9]\d{5,14}")
_JS_SPACE = (
    " \t\n\r\v\f\u00a0\ufeff\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029"
)
_JS_SPACE += "\u202f\u205f\u3000"


def violations(component: Component, value: Any, scope: Scope, zone: ZoneInfo) -> list[Message]:
    """The messages about a value that has the right type; none when it is fine. Zero is a value, blanks are text."""
    found = list(_KIND_RULES.get(component.type, _nothing)(component, value, scope))
    if is_required(component, scope) and is_empty(component, value):
        found.append(message("required"))
    if component.type == "datetime":
        found += _past(component, value, scope.now, zone)
        found += misplaced(component, value, scope, zone)
    return found


def is_required(component: Component, scope: Scope) -> bool:
    """Whether a value is asked for; by an expression only when it is exactly true."""
    return evaluate(component.validate.get("required"), scope) is True


def is_empty(component: Component, value: Any) -> bool:
    """Whether nothing was given; an unchecked box counts as nothing."""
    return value is None or value == "" or value == [] or (component.type == "checkbox" and value is False)


def limit(component: Component, name: str, scope: Scope) -> Any:
    """The value of `min`, `max`, `minLength` or `maxLength`, evaluated; None when there is none."""
    return evaluate(component.validate.get(name), scope)


def decimal_of(value: Any) -> Decimal | None:
    """The number that a JSON number or text says, exactly as it is written."""
    try:
        found = Decimal(text_of(value).strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _nothing(component: Component, value: Any, scope: Scope) -> Iterator[Message]:
    return iter(())


def _number_rules(component: Component, value: Any, scope: Scope) -> Iterator[Message]:
    number = decimal_of(value) if value is not None else None
    if number is None:
        return
    yield from _decimals(number, component.get("decimalDigits"))
    yield from _step(number, decimal_of(component.get("increment")))
    for name, breaks in (("min", number.__lt__), ("max", number.__gt__)):
        bound = limit(component, name, scope)
        if bound is not None:
            yield from _bound(name, decimal_of(bound), breaks)


def _bound(name: str, bound: Decimal | None, breaks: Callable[[Decimal], bool]) -> Iterator[Message]:
    if bound is None:
        yield message("limit")
    elif breaks(bound):
        yield message(name, limit=plain(bound))


def _decimals(number: Decimal, most: Any) -> Iterator[Message]:
    exponent = number.normalize(_EXACT).as_tuple().exponent
    if isinstance(most, int) and most >= 0 and isinstance(exponent, int) and -exponent > most:
        yield message("decimals", limit=most) if most else message("integer")


def _step(number: Decimal, step: Decimal | None) -> Iterator[Message]:
    if not step or not number:
        return
    offset = _EXACT.remainder(number, step)
    if offset:
        low = _EXACT.subtract(number, offset)
        yield message("step", step=plain(step), low=plain(low), high=plain(_EXACT.add(low, step)))


def plain(number: Decimal) -> str:
    """Without an exponent or trailing zeros."""
    return format(number.normalize(_EXACT), "f")


def _text_rules(component: Component, value: Any, scope: Scope) -> Iterator[Message]:
    """Lengths count what JavaScript counts: UTF-16 units, without blanks at the ends."""
    if not isinstance(value, str) or not value:
        return
    yield from _pattern(component, value)
    length = len(value.strip(_JS_SPACE).encode("utf-16-le", "surrogatepass")) // 2
    for name, code, sign in (("minLength", "min_length", 1), ("maxLength", "max_length", -1)):
        bound = limit(component, name, scope)
        number = decimal_of(bound) if bound is not None else None
        if bound is not None and number is None:
            yield message("limit")
        elif number is not None and length * sign < number * sign:
            yield message(code, limit=plain(number))
    kind = component.validate.get("validationType")
    if kind in ("email", "phone") and not (_EMAIL if kind == "email" else _PHONE).fullmatch(value):
        yield message(kind)


def _pattern(component: Component, value: str) -> Iterator[Message]:
    pattern = component.validate.get("pattern")
    if not isinstance(pattern, str) or not pattern or matches(pattern, value):
        return
    own = component.validate.get("patternErrorMessage")
    if own:
        yield Message("pattern", own, component.properties.get("patternErrorMessage.en") or own)
    else:
        yield message("pattern", pattern=pattern)


def _past(component: Component, value: Any, now: datetime, zone: ZoneInfo) -> list[Message]:
    if not component.get("disallowPassedDates") or not isinstance(value, str):
        return []
    given = dates.read(component, value)
    if isinstance(given, date) and dates.local_date(given, zone) < now.astimezone(zone).date():
        return [message("past")]
    return []


_KIND_RULES: dict[str, Callable[[Component, Any, Scope], Iterator[Message]]] = {
    "number": _number_rules,
    "textfield": _text_rules,
    "textarea": _text_rules,
}
