"""Playing hand-made diagrams: short words for stimuli and for what is seen, `scope/scope#2/element`."""

from __future__ import annotations

from tests.token_game.diagram import Scope, to_xml
from tests.token_game.model import read
from tests.token_game.play import Judge, Stimulus, View

VARIABLES = {"x": 0, "y": 0, "b": False, "key": "k"}


def begin(process: Scope, **variables: int | bool) -> Judge:
    """The judge with this diagram started."""
    return Judge(read(to_xml(process)), {**VARIABLES, **variables})


def stimulus(text: str, **variables: int | bool) -> Stimulus:
    """`!name` broadcasts a signal, `?path/event` triggers a message or timer, `path/task` completes a user task."""
    if text.startswith("!"):
        return Stimulus("broadcast", text[1:])
    *path, element = text.removeprefix("?").split("/")
    what = "trigger" if text.startswith("?") else "complete"
    return Stimulus(what, element, tuple(path), tuple(sorted(variables.items())))


def does(judge: Judge, *texts: str, **variables: int | bool) -> None:
    """One stimulus after another, the last one with the variables."""
    for number, text in enumerate(texts, 1):
        judge.apply(stimulus(text, **(variables if number == len(texts) else {})))
        assert judge.states, f"{text} is not possible"


def only(judge: Judge) -> View:
    """What is seen, when nothing else may be seen."""
    first, *rest = judge.views()
    assert not any(view.differences(first) for view in rest), "more than one outcome"
    return first


def waits(judge: Judge) -> list[str]:
    return _texts(only(judge).waiting)


def listens(judge: Judge) -> list[str]:
    return _texts(only(judge).listening)


def stuck(judge: Judge) -> list[str]:
    return _texts(only(judge).incidents)


def times(judge: Judge, element: str) -> int:
    return only(judge).completed[element]


def ended(judge: Judge) -> bool:
    return only(judge).ended


def _texts(places) -> list[str]:
    return sorted("/".join([*path, element]) for element, path in places.elements())
