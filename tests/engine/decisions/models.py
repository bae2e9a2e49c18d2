"""Writing small DMN files: one function an element, so that a test shows what matters to it."""

from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from engine.decisions import DecisionModel, DecisionOutcome, parse_dmn

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def definitions(*elements: str, namespace: str = "urn:test", extra: str = "", dmn: str = NAMESPACE) -> bytes:
    body = "\n".join(elements)
    return f'<definitions xmlns="{dmn}" id="d" name="Test" namespace="{namespace}" {extra}>\n{body}\n</definitions>'.encode()


def literal(text: str, kind: str | None = None) -> str:
    return f"<literalExpression{_type(kind)}><text>{escape(text)}</text></literalExpression>"


def decision(
    name: str, logic: str, needs: Iterable[str] = (), knows: Iterable[str] = (), kind: str | None = None, id: str = ""
) -> str:
    """`needs` are hrefs of decisions, or of inputs when they begin with "in:"; `knows` of knowledge."""
    requirements = "".join(
        f'<informationRequirement><requiredInput href="{need[3:]}"/></informationRequirement>'
        if need.startswith("in:")
        else f'<informationRequirement><requiredDecision href="{need}"/></informationRequirement>'
        for need in needs
    )
    requirements += "".join(
        f'<knowledgeRequirement><requiredKnowledge href="{one}"/></knowledgeRequirement>' for one in knows
    )
    variable = f"<variable name={quoteattr(name)}{_type(kind)}/>"
    return f'<decision id="{id or name}" name={quoteattr(name)}>{variable}{requirements}{logic}</decision>'


def input_data(name: str, kind: str | None = None, id: str = "") -> str:
    variable = f"<variable name={quoteattr(name)}{_type(kind)}/>"
    return f'<inputData id="{id or name}" name={quoteattr(name)}>{variable}</inputData>'


def knowledge(name: str, parameters: str, logic: str, knows: Iterable[str] = (), kind: str | None = None) -> str:
    """`parameters` as "a: number, b"."""
    requirements = "".join(
        f'<knowledgeRequirement><requiredKnowledge href="{one}"/></knowledgeRequirement>' for one in knows
    )
    return (
        f'<businessKnowledgeModel id="{name}" name="{name}"><variable name="{name}"{_type(kind)}/>'
        f"<encapsulatedLogic>{formal(parameters)}{logic}</encapsulatedLogic>{requirements}</businessKnowledgeModel>"
    )


def formal(parameters: str) -> str:
    pairs = [part.strip().partition(":") for part in parameters.split(",") if part.strip()]
    return "".join(f'<formalParameter name="{name}"{_type(kind.strip())}/>' for name, _, kind in pairs)


def table(
    rules: Sequence[tuple[str, str]],
    policy: str = "UNIQUE",
    inputs: Sequence[str] = ("x",),
    outputs: Sequence[dict[str, Any]] = ({"name": "out"},),
    aggregation: str = "",
) -> str:
    """Rules as ("cell | cell", "output | output")."""
    attributes = f'hitPolicy="{policy}"' + (f' aggregation="{aggregation}"' if aggregation else "")
    columns = "".join(_input(index, text) for index, text in enumerate(inputs, 1))
    columns += "".join(_output(index, output) for index, output in enumerate(outputs, 1))
    rows = "".join(_rule(index, *rule) for index, rule in enumerate(rules, 1))
    return f'<decisionTable id="t" {attributes}>{columns}{rows}</decisionTable>'


def _input(index: int, text: str) -> str:
    """`expression`, `expression: type` or `expression: type = allowed values`."""
    declared, _, values = text.partition("=")
    expression, _, kind = declared.partition(":")
    allowed = f"<inputValues><text>{escape(values)}</text></inputValues>" if values else ""
    written = f"<text>{escape(expression.strip())}</text>"
    return f'<input id="i{index}"><inputExpression{_type(kind.strip())}>{written}</inputExpression>{allowed}</input>'


def _output(index: int, output: dict[str, Any]) -> str:
    values = f"<outputValues><text>{escape(output['values'])}</text></outputValues>" if "values" in output else ""
    default = output.get("default")
    entry = f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>" if default else ""
    label = f" label={quoteattr(output['label'])}" if "label" in output else ""
    return f'<output id="o{index}" name="{output["name"]}"{label}{_type(output.get("type"))}>{values}{entry}</output>'


def _rule(index: int, tests: str, outputs: str) -> str:
    cells = "".join(f"<inputEntry><text>{escape(cell.strip())}</text></inputEntry>" for cell in tests.split("|"))
    entries = "".join(f"<outputEntry><text>{escape(one.strip())}</text></outputEntry>" for one in outputs.split("|"))
    return f'<rule id="r{index}">{cells}{entries}</rule>'


def item(name: str, kind: str = "", collection: bool = False, allowed: str = "", inner: str = "", tag: str = "") -> str:
    tag = tag or "itemDefinition"
    values = f"<allowedValues><text>{escape(allowed)}</text></allowedValues>" if allowed else ""
    base = f"<typeRef>{kind}</typeRef>" if kind else ""
    return f'<{tag} name="{name}" isCollection="{str(collection).lower()}">{base}{values}{inner}</{tag}>'


def part(name: str, kind: str, **rest: Any) -> str:
    return item(name, kind, tag="itemComponent", **rest)


def _type(kind: str | None) -> str:
    return f' typeRef="{kind}"' if kind else ""


def model(*elements: str, **rest: Any) -> DecisionModel:
    return parse_dmn(definitions(*elements, **rest), "test.dmn")


def decide_table(written: str, kind: str | None = None, **context: Any) -> DecisionOutcome:
    """The outcome of a model that is this one table."""
    return model(decision("it", written, kind=kind)).evaluate("it", context)
