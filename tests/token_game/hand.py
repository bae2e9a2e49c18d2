"""Playing hand-made diagrams: short words for stimuli and for what is seen, `scope/scope#2/element`.

The same exam is taken by the judge alone and with an executor beside it, which must show what the judge allows.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.token_game.compare import Executor
from tests.token_game.diagram import Scope, to_xml
from tests.token_game.model import read
from tests.token_game.play import Judge, Stimulus, View

VARIABLES = {"x": 0, "y": 0, "b": False, "key": "k"}


class Exam(Judge):
    """A judge that answers for itself; `beside` starts an executor that has to follow."""

    beside: Callable[[str, dict], Executor] | None = None

    def __init__(self, xml: str, variables: dict) -> None:
        super().__init__(read(xml), variables)
        self.executor = Exam.beside(xml, variables) if Exam.beside else None
        self.compare()

    def apply(self, stimulus: Stimulus, shown: View | None = None) -> None:
        super().apply(stimulus)
        if self.executor:
            self.executor.store_and_restore(random.Random(0))
            self.executor.apply(stimulus)
            self.compare()

    def compare(self) -> None:
        if self.executor:
            shown = self.executor.view()
            differences = [view.differences(shown) for view in self.views()]
            assert not all(differences), f"judge only, executor only: {differences[0]}"


def begin(process: Scope, **variables: int | bool) -> Exam:
    """The judge with this diagram started."""
    return Exam(to_xml(process), {**VARIABLES, **variables})


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
