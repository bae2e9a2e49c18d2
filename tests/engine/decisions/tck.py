"""Reading the DMN TCK: its cases, typed values and what counts as equal to what is expected."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

from engine.decisions import DecisionModel, parse_folder
from engine.feel import from_typed

TCK = Path(__file__).parents[4] / "shared" / "conformance" / "dmn-tck"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_NUMBERS = {"decimal", "double", "integer", "int", "float", "long"}


@dataclass(frozen=True)
class Case:
    """One expected result; `asked` is what is evaluated, `node` the result's name in it."""

    id: str
    asked: str
    node: str
    inputs: Mapping[str, Any]
    expected: Any


def cases(path: Path) -> Iterator[Case]:
    root = etree.fromstring(path.read_bytes(), etree.XMLParser(remove_comments=True))
    for case in root.iterfind("{*}testCase"):
        inputs = {str(node.get("name")): value_of(node) for node in case.iterfind("{*}inputNode")}
        for result in case.iterfind("{*}resultNode"):
            name, expected = str(result.get("name")), result.find("{*}expected")
            asked = case.get("invocableName") or name
            yield Case(str(case.get("id")), asked, name, inputs, None if expected is None else value_of(expected))


def value_of(node: etree._Element) -> Any:
    """The FEEL value of an input, component, item or expectation."""
    components = node.findall("{*}component")
    if components:
        return {str(one.get("name")): value_of(one) for one in components}
    items = node.find("{*}list")
    if items is not None:
        return None if items.get(_NIL) == "true" else [value_of(item) for item in items.iterfind("{*}item")]
    value = node.find("{*}value")
    return None if value is None else _simple(value)


def _simple(node: etree._Element) -> Any:
    text, kind = node.text or "", (node.get(_TYPE) or "string").rpartition(":")[2]
    if node.get(_NIL) == "true":
        return None
    if kind == "boolean":
        return text == "true"
    if kind in _NUMBERS:
        return from_typed({"type": "number", "value": text})
    return from_typed({"type": kind, "value": text})


def same(found: Any, expected: Any) -> bool:
    """Equal as the TCK means it: numbers within 1e-8, lists and contexts by their parts."""
    if isinstance(expected, bool) or isinstance(found, bool):
        return found is expected
    if isinstance(expected, int | Decimal) and isinstance(found, int | Decimal):
        return abs(Decimal(found) - Decimal(expected)) < Decimal("1e-8")
    if isinstance(expected, list) and isinstance(found, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(expected, dict) and isinstance(found, dict):
        return found.keys() == expected.keys() and all(same(found[name], expected[name]) for name in expected)
    return type(found) is type(expected) and found == expected


def models(folder: Path) -> dict[str, DecisionModel]:
    return parse_folder({path.name: path.read_bytes() for path in sorted(folder.glob("*.dmn"))})


def failures(folder: Path) -> tuple[int, dict[str, str]]:
    """How many cases a folder has, and by "case/node" what came out wrong."""
    parsed, wrong, count = models(folder), {}, 0
    for path in sorted(folder.glob("*.xml")):
        model_name = etree.fromstring(path.read_bytes()).findtext("{*}modelName") or ""
        model = parsed[model_name.strip()]
        for case in cases(path):
            count += 1
            outcome = model.evaluate(case.asked, case.inputs)
            found = outcome.value
            if case.asked != case.node and isinstance(found, dict) and case.node in found:
                found = found[case.node]
            if not same(found, case.expected):
                wrong[f"{case.id}/{case.node}"] = f"{found!r} is not {case.expected!r}; {outcome.warnings[:3]}"
    return count, wrong
