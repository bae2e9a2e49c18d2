"""The judge's own exam: compensation, ad-hoc subprocesses, called processes, and conditions behind activities."""

import pytest

from tests.token_game.diagram import Scope
from tests.token_game.hand import begin, does, ended, listens, only, stuck, times, waits
from tests.token_game.play import Stimulus
from tests.token_game.test_judge_events import boundary, handler
from tests.token_game.test_judge_flow import process, tasks

pytestmark = pytest.mark.usefixtures("players")


def undoing(*inside: str, ref: str | None = None) -> Scope:
    """start → tasks, each with a handler → throw → after → end."""
    p = process()
    tasks(p, *inside, "after")
    for task in inside:
        p.undo(task)
    p.add("intermediateThrowEvent", "throw", trigger="compensate", ref=ref)
    p.line("start", *inside, "throw", "after", "end")
    return p


def test_a_compensation_waits_for_the_handlers_of_all_that_is_complete():
    game = begin(undoing("a", "b"))
    does(game, "a", "b")
    assert waits(game) == ["undo_a", "undo_b"]
    does(game, "undo_b")
    assert waits(game) == ["undo_a"]
    does(game, "undo_a")
    assert (waits(game), times(game, "throw"), times(game, "on_a")) == (["after"], 1, 1)


def test_a_named_activity_alone_is_compensated():
    game = begin(undoing("a", "b", ref="a"))
    does(game, "a", "b")
    assert waits(game) == ["undo_a"]


def test_nothing_to_undo_is_passed():
    assert waits(begin(undoing())) == ["after"]


def test_what_a_subprocess_held_is_undone_once_it_is_complete_and_only_once():
    p = process()
    sub = p.sub("sub")
    sub.add("startEvent", "in")
    tasks(sub, "a")
    sub.undo("a")
    sub.line("in", "a")
    p.undo("sub")
    p.add("intermediateThrowEvent", "throw", trigger="compensate")
    p.add("intermediateThrowEvent", "again", trigger="compensate")
    p.line("start", "sub", "throw", "again", "end")
    game = begin(p)
    does(game, "sub/a")
    assert waits(game) == ["undo_a", "undo_sub"]
    does(game, "undo_a", "undo_sub")
    assert ended(game)


def test_a_compensation_inside_a_subprocess_leaves_what_is_outside():
    p = process()
    tasks(p, "a", "z")
    p.undo("a")
    sub = p.sub("sub")
    sub.add("startEvent", "in")
    sub.add("endEvent", "out", trigger="compensate")
    sub.line("in", "out")
    p.line("start", "a", "sub", "z", "end")
    game = begin(p)
    does(game, "a")
    assert waits(game) == ["z"]


def test_an_event_subprocess_undoes_what_is_around_it():
    p = process()
    tasks(p, "a", "b")
    p.undo("a")
    p.line("start", "a", "b", "end")
    sub = handler(p, "late", "message", "m", True)
    sub.add("endEvent", "out", trigger="compensate")
    sub.line("late_start", "out")
    game = begin(p)
    does(game, "a", "?late_start")
    assert waits(game) == ["late/undo_a"]
    does(game, "late/undo_a")
    assert ended(game)


def ad_hoc(*active: str, until: str | None = None, cancels: bool = True) -> Scope:
    p = process()
    inner = p.ad_hoc("hoc", active, until=until, cancels=cancels)
    tasks(inner, "a", "b", "then")
    inner.line("a", "then")
    tasks(p, "after")
    p.line("start", "hoc", "after", "end")
    return p


def test_an_ad_hoc_subprocess_is_complete_when_what_was_activated_is_done():
    game = begin(ad_hoc("a", "b", "b"))
    assert waits(game) == ["hoc/a", "hoc/b", "hoc/b"]
    does(game, "hoc/a", "hoc/b", "hoc/b")
    assert waits(game) == ["hoc/then"]
    does(game, "hoc/then")
    assert waits(game) == ["after"]


@pytest.mark.parametrize("cancels", [True, False])
def test_its_condition_ends_the_rest_or_waits_for_it(cancels):
    game = begin(ad_hoc("a", "b", until="=x > 2", cancels=cancels))
    does(game, "hoc/b", x=3)
    assert waits(game) == (["after"] if cancels else ["hoc/a"])
    if not cancels:
        does(game, "hoc/a", x=0)
        does(game, "hoc/then")
        assert waits(game) == ["after"], "once it has held it is enough"


def test_an_ad_hoc_subprocess_stays_while_its_condition_does_not_hold():
    p = ad_hoc("b", until="=x > 2")
    boundary(p, "late", "hoc", "timer", "PT1H", True, "z")
    game = begin(p)
    does(game, "hoc/b")
    assert (waits(game), listens(game)) == ([], ["late"])
    does(game, "?late")
    assert waits(game) == ["z"]


def calling(*inside: str, loop=None) -> tuple[Scope, Scope]:
    """start → call → after → end, and the called process with tasks in a row."""
    p = process()
    called = Scope("called")
    p.called.append(called)
    p.add("callActivity", "call", calls="called", loop=loop)
    called.add("startEvent", "in")
    tasks(called, *inside)
    called.line("in", *inside)
    tasks(p, "after")
    p.line("start", "call", "after", "end")
    return p, called


def test_a_called_process_has_its_own_variables_until_it_completes():
    p, _ = calling("a", "b")
    game = begin(p)
    does(game, "call/a", x=4)
    assert (waits(game), only(game).variables["x"]) == (["call/b"], 0)
    does(game, "call/b")
    assert (waits(game), only(game).variables["x"]) == (["after"], 4)


def test_errors_and_escalations_leave_a_called_process():
    p, called = calling("a")
    called.add("intermediateThrowEvent", "tell", trigger="escalation", ref="C1")
    called.add("endEvent", "fail", trigger="error", ref="E1")
    tasks(called, "b")
    called.line("a", "tell", "b", "fail")
    boundary(p, "told", "call", "escalation", "C1", False, "t")
    boundary(p, "failed", "call", "error", "E1", True, "f")
    game = begin(p)
    does(game, "call/a")
    assert waits(game) == ["call/b", "t"]
    does(game, "call/b")
    assert waits(game) == ["f", "t"]


def test_an_escalation_that_interrupts_ends_the_called_process_where_it_threw():
    p, called = calling("a")
    called.add("intermediateThrowEvent", "tell", trigger="escalation", ref="C1")
    called.add("task", "never")
    called.line("a", "tell", "never")
    boundary(p, "told", "call", "escalation", "C1", True, "t")
    game = begin(p)
    does(game, "call/a")
    assert (waits(game), times(game, "tell"), times(game, "never")) == (["t"], 0, 0)


def test_each_instance_of_a_loop_calls_for_itself():
    p, _ = calling("a", loop=(2, False, None))
    game = begin(p)
    assert waits(game) == ["call#1/a", "call#2/a"]
    does(game, "call#1/a", "call#2/a")
    assert waits(game) == ["after"]


def branching(default: bool) -> Scope:
    p = process()
    tasks(p, "a", "b", "c", "d")
    p.line("start", "a")
    p.flow("a", "b", "=x > 2")
    p.flow("a", "c", "=y > 2")
    if default:
        p.node("a").default = p.flow("a", "d")
    else:
        p.line("b", "d")
    return p


@pytest.mark.parametrize(
    ("x", "y", "then"), [(3, 3, ["b", "c"]), (3, 0, ["b"]), (0, 0, ["d"])], ids=["both", "one", "default"]
)
@pytest.mark.proves("several flows in and out of an activity, with or without conditions")
def test_flows_with_conditions_that_leave_an_activity(x, y, then):
    game = begin(branching(default=True))
    does(game, "a", x=x, y=y)
    assert waits(game) == then


@pytest.mark.proves(
    "an element that is done but cannot be left (no flow, an output element that fails)",
    "several flows in and out of an activity, with or without conditions",
)
def test_an_activity_that_no_flow_may_leave_is_done_but_stays():
    p = branching(default=False)
    boundary(p, "late", "a", "timer", "PT1H", True, "z")
    game = begin(p)
    does(game, "a")
    assert (stuck(game), listens(game), times(game, "a")) == (["a"], [], 0)
    game.apply(Stimulus("resolve", "a", (), (("y", 3),)))
    assert (waits(game), times(game, "a")) == (["c"], 1)
