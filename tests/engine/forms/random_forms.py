"""Random forms with data that a browser would send for them, from a seed, for the comparison with form-js.

Conditions fit the types of what they read: where types do not fit, two FEEL engines may rightly differ.
"""

from random import Random
from typing import Any

CONTEXT = {"limit": 2, "opts": ["x", {"label": "Eins", "value": 1}], "e": "x"}
_TYPES = {
    "a": ("textfield", "textarea"),
    "b": ("number",),
    "c": ("checkbox",),
    "d": ("checklist", "taglist"),
    "e": ("select", "radio"),
}
_CONDITIONS = {
    "a": ('={} = "x"', '={} = ""', "=string length({}) > 1", "={} = null", '=not({} = "x")'),
    "b": ("={} > 2", "={} = null", "={} <= 1", "=not({} > 2)", "={} + 1 > 2", "=limit > 2 or {} = 2"),
    "c": ("={}", "=not({})", "={} = true", "={} = false"),
    "d": ("=count({}) > 0", '=list contains({}, "x")', '=not(list contains({}, "x"))'),
    "e": ('={} = "x"', "={} = null", "={} != null", "=not({} = 1)"),
}
_VALUES: dict[str, tuple[Any, ...]] = {
    "a": ("", "x", "xyz", " x "),
    "b": (None, 0, 1, 2, 2.5, 0.3, 11),
    "c": (True, False),
    "d": ([], ["x"], ["x", 1]),
    "e": (None, "x", 1),
}
_DEFAULTS = {"a": "xy", "b": 3, "c": True, "d": ["y"], "e": 1}
_VALIDATIONS: dict[str, dict[str, tuple[Any, ...]]] = {
    "a": {"minLength": (1, 2, "=limit"), "maxLength": (3, "=missing"), "pattern": ("^x", "[a-z]$")},
    "b": {"min": (0, 1, "=limit"), "max": (2, 10, "=limit + 1")},
}
_OPTIONS = (
    {"values": [{"label": "X", "value": "x"}, {"label": "Y", "value": "y"}, {"label": "One", "value": 1}]},
    {"valuesKey": "opts"},
    {"valuesExpression": "=opts"},
)


class RandomForm:
    """`form` is its JSON, `sent` what a person entered."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.count = 0
        self.sent: dict[str, Any] = {}
        components = [self._filled(key, self.sent) for key in self.random.sample(sorted(_TYPES), 4)]
        components += [build() for build in (self._group, self._list) if self._chance(0.6)]
        self.random.shuffle(components)
        self.form = {"type": "default", "id": "random", "schemaVersion": 19, "components": components}

    def case(self) -> dict[str, Any]:
        return {"form": self.form, "context": CONTEXT, "sent": self.sent}

    def _chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def _filled(self, key: str, data: dict[str, Any]) -> dict[str, Any]:
        component = self._leaf(key, row=False)
        if not component.get("disabled") and self._chance(0.8):
            data[key] = self.random.choice(_VALUES[key])
        return component

    def _group(self) -> dict[str, Any]:
        data = self.sent.setdefault("g", {})
        children = [self._filled(key, data) for key in self.random.sample(sorted(_TYPES), 2)]
        return self._conditional({"type": "group", "id": self._id(), "path": "g", "components": children}, row=False)

    def _list(self) -> dict[str, Any]:
        keys = self.random.sample(sorted(_TYPES), 2)
        children = [{**self._leaf(key, row=True), "disabled": False} for key in keys]
        count = self.random.randint(1, 3)
        self.sent["rows"] = [{key: self.random.choice(_VALUES[key]) for key in keys} for _ in range(count)]
        return self._conditional(
            {"type": "dynamiclist", "id": self._id(), "path": "rows", "components": children}, row=False
        )

    def _leaf(self, key: str, row: bool) -> dict[str, Any]:
        component: dict[str, Any] = {"type": self.random.choice(_TYPES[key]), "id": self._id(), "key": key}
        validate = {name: self.random.choice(of) for name, of in _VALIDATIONS.get(key, {}).items() if self._chance(0.3)}
        if self._chance(0.4):
            validate["required"] = True
        if key in "de":
            component |= self.random.choice(_OPTIONS)
        if key == "b" and self._chance(0.5):
            component |= self.random.choice(
                ({"decimalDigits": 0}, {"decimalDigits": 1}, {"increment": "0.5"}, {"increment": "0.1"})
            )
        if self._chance(0.1) and (key not in "de" or "values" in component):
            component["defaultValue"] = _DEFAULTS[key]
        if self._chance(0.1):
            component["disabled"] = True
        return self._conditional({**component, "validate": validate}, row)

    def _conditional(self, component: dict[str, Any], row: bool) -> dict[str, Any]:
        key = self.random.choice(sorted(_TYPES))
        if self._chance(0.35):
            name = f"this.{key}" if row and self._chance(0.5) else key
            component["conditional"] = {"hide": self.random.choice(_CONDITIONS[key]).format(name)}
        return component

    def _id(self) -> str:
        self.count += 1
        return f"field_{self.count}"
