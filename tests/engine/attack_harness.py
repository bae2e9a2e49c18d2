"""Run by test_attacks.py in a process of its own: one line of JSON for each attack of a kind.

Seconds are those of this thread's work, so that a busy machine does not count; megabytes are what the process grew by at its highest.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from engine.decisions import DecisionModelError, parse_dmn
from engine.deployment.checks import check_bpmn
from engine.errors import NotFound
from engine.feel import FeelSyntaxError, compile_expression, compile_unary_tests, to_typed
from engine.forms import check_form, form_schema, parse_form, plain_fields, validate  # noqa: F401
from tests.engine import attack_corpus

MEGABYTE = 2**20
CEILING = 700 * MEGABYTE  # address space: what the interpreter maps, and 200 MB more than an attack may have, to see it
WATCHED = (
    "open",
    "os.system",
    "subprocess.Popen",
    "os.exec",
    "os.posix_spawn",
    "socket.connect",
    "import",
    "exec",
    "compile",
)
_reached: list[str] = []
_watching = False


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    if _watching and event in WATCHED:
        _reached.append(f"{event} {str(arguments[:1])[:100]}")


def feel(text: str) -> object:
    try:
        return to_typed(compile_expression(text).evaluate(attack_corpus.CONTEXT))
    except FeelSyntaxError as refused:
        return str(refused)


def tests(text: str) -> object:
    try:
        return compile_unary_tests(text).evaluate(1, attack_corpus.CONTEXT)
    except FeelSyntaxError as refused:
        return str(refused)


def decide(xml: bytes) -> object:
    try:
        outcome = parse_dmn(xml, "attack.dmn").evaluate("it", {"x": 1})
    except DecisionModelError as refused:
        return str(refused.findings[:3])
    except NotFound as missing:
        return str(missing)
    return outcome.value


def form(text: str) -> object:
    findings = check_form(text, "attack.form")
    if any(found.severity == "error" for found in findings):
        return str(findings[:3])
    read = parse_form(text, "attack.form")
    return str(validate(read, {"a": "x" * 5000, "n": 1, "l": [{"a": "x"}] * 100}, {}))


def diagram(xml: bytes) -> object:
    return str(check_bpmn(xml, "attack.bpmn")[:3])


def attacks(kind: str) -> Iterator[tuple[str, Callable[[Any], object], Any]]:
    match kind:
        case "feel":
            for name, text in attack_corpus.EXPRESSIONS.items():
                yield name, feel, text
                yield f"{name}, as a test", tests, text
        case "decisions":
            yield from ((name, decide, xml) for name, xml in attack_corpus.decisions().items())
        case "forms":
            yield from ((name, form, text) for name, text in attack_corpus.forms().items())
        case "diagrams":
            yield from ((name, diagram, xml) for name, xml in attack_corpus.diagrams().items())


def suffer(name: str, run: Callable[[Any], object], attack: Any) -> dict[str, object]:
    global _watching
    _reached.clear()
    raised, shown = "", ""
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.thread_time()
    _watching = True
    try:
        answer = run(attack)
        seconds = time.thread_time() - began
        shown = str(answer)[:10_000]
    except BaseException as error:
        seconds = time.thread_time() - began
        raised = repr(error)[:300]
    _watching = False
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return {
        "name": name,
        "seconds": round(seconds, 2),
        "megabytes": round(grown),
        "reached": _reached[:5],
        "raised": raised,
        "shown": shown,
    }


if __name__ == "__main__":
    for attack_kind in ("feel", "decisions", "forms", "diagrams"):
        for _name, _run, _attack in list(attacks(attack_kind))[:1]:
            _run(_attack)  # what is imported at first use is imported now
    "".encode("utf-16-le")
    resource.setrlimit(resource.RLIMIT_AS, (CEILING, CEILING))
    sys.addaudithook(watch)
    for each in attacks(sys.argv[1]):
        print(json.dumps(suffer(*each)), flush=True)
