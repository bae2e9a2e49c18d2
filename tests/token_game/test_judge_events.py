"""The judge's own exam: scopes, loops, boundary events, event subprocesses and what is thrown inside."""

import pytest

from tests.token_game.diagram import Scope
from tests.token_game.hand import begin, does, ended, listens, only, stimulus, stuck, times, waits
from tests.token_game.play import Stimulus
from tests.token_game.test_judge_flow import process, tasks

pytestmark = pytest.mark.usefixtures("players")


def handler(scope: Scope, id: str, trigger: str, ref: str | None, interrupting: bool, *inside: str) -> Scope:
    """An event subprocess with user tasks in a row."""
    sub = scope.sub(id, by_event=True)
    sub.add("startEvent", f"{id}_start", trigger=trigger, ref=ref, interrupting=interrupting)
    tasks(sub, *inside)
    sub.line(f"{id}_start", *inside)
    return sub


def boundary(scope: Scope, id: str, on: str, trigger: str, ref: str | None, interrupting: bool, then: str) -> None:
    scope.add("boundaryEvent", id, trigger=trigger, ref=ref, attached_to=on, interrupting=interrupting)
    tasks(scope, then)
    scope.line(id, then)


def with_sub(*inside: str, loop=None) -> tuple[Scope, Scope]:
    """start → sub (parallel tasks inside) → after → end."""
    p = process()
    sub = p.sub("sub", loop=loop)
    sub.add("startEvent", "in")
    tasks(sub, *inside)
    for task in inside:
        sub.line("in", task)
    tasks(p, "after")
    p.line("start", "sub", "after", "end")
    return p, sub


def throwing(kind: str, trigger: str, ref: str) -> tuple[Scope, Scope]:
    """A subprocess that has task `a`, and task `b` followed by a throw and, unless it ends there, task `c`."""
    p, sub = with_sub("a", "b")
    sub.add(kind, "throw", trigger=trigger, ref=ref)
    sub.line("b", "throw")
    if kind != "endEvent":
        tasks(sub, "c")
        sub.line("throw", "c")
    return p, sub


def test_a_subprocess_completes_when_no_token_is_left():
    p, _ = with_sub("a", "b")
    game = begin(p)
    assert waits(game) == ["sub/a", "sub/b"]
    does(game, "sub/a")
    assert waits(game) == ["sub/b"]
    does(game, "sub/b")
    assert waits(game) == ["after"]
    assert times(game, "sub") == 1


def test_joins_of_two_subprocess_instances_do_not_mix():
    p = process()
    sub = p.sub("sub", loop=(2, False, None))
    sub.add("startEvent", "in")
    tasks(sub, "a", "b", "c")
    sub.add("parallelGateway", "join")
    sub.line("in", "a", "join", "c")
    sub.line("in", "b", "join")
    p.line("start", "sub", "end")
    game = begin(p)
    does(game, "sub#1/a", "sub#2/b")
    assert waits(game) == ["sub#1/b", "sub#2/a"]
    does(game, "sub#2/a")
    assert waits(game) == ["sub#1/b", "sub#2/c"]


@pytest.mark.parametrize("inner", [False, True])
def test_a_terminate_end_event_ends_its_own_scope_only(inner):
    p, sub = with_sub("a", "b")
    tasks(p, "beside", "stop_task")
    p.line("start", "beside")
    where = sub if inner else p
    where.add("endEvent", "stop", trigger="terminate")
    if inner:
        sub.line("b", "stop")
        game = begin(p)
        does(game, "sub/b")
        assert waits(game) == ["after", "beside"]
    else:
        p.line("beside", "stop")
        game = begin(p)
        does(game, "beside")
        assert ended(game)
        assert times(game, "stop") == 1


def test_a_terminate_end_event_in_a_loop_ends_one_instance_only():
    p, sub = with_sub("a", "b", loop=(2, False, None))
    sub.add("endEvent", "stop", trigger="terminate")
    sub.line("b", "stop")
    game = begin(p)
    does(game, "sub#1/b")
    assert waits(game) == ["sub#2/a", "sub#2/b"]


def test_a_parallel_loop_runs_all_instances_at_once():
    p = process()
    p.add("userTask", "t", loop=(3, False, None))
    p.line("start", "t", "end")
    game = begin(p)
    assert waits(game) == ["t#1/t", "t#2/t", "t#3/t"]
    does(game, "t#2/t", "t#1/t", "t#3/t")
    assert ended(game)
    assert times(game, "t") == 3
    assert only(game).taken["t_to_end"] == 1


def test_a_sequential_loop_runs_one_after_another():
    p, _ = with_sub("a", loop=(2, True, None))
    game = begin(p)
    assert waits(game) == ["sub#1/a"]
    does(game, "sub#1/a")
    assert waits(game) == ["sub#2/a"]
    does(game, "sub#2/a")
    assert waits(game) == ["after"]


def test_a_loop_over_nothing_passes_on():
    p = process()
    p.add("userTask", "t", loop=(0, False, None))
    p.line("start", "t", "end")
    game = begin(p)
    assert ended(game)
    assert times(game, "t") == 0


def test_a_completion_condition_ends_the_others():
    p = process()
    p.add("userTask", "t", loop=(3, False, "=numberOfCompletedInstances >= 2"))
    p.line("start", "t", "end")
    game = begin(p)
    does(game, "t#3/t")
    assert waits(game) == ["t#1/t", "t#2/t"]
    does(game, "t#1/t")
    assert ended(game)
    assert times(game, "t") == 2


def test_a_completion_condition_reads_what_the_task_set():
    p = process()
    p.add("userTask", "t", loop=(3, True, "=b"))
    p.line("start", "t", "end")
    game = begin(p)
    does(game, "t#1/t", b=True)
    assert ended(game)


def test_an_interrupting_boundary_event_terminates_all_that_runs_inside():
    p, _ = with_sub("a", "b", loop=(2, False, None))
    boundary(p, "bell", "sub", "message", "m", True, "rescue")
    game = begin(p)
    assert listens(game) == ["bell"]
    does(game, "sub#1/a", "?bell")
    assert waits(game) == ["rescue"]
    assert listens(game) == []
    assert times(game, "sub") == 0
    assert times(game, "bell") == 1


def test_a_non_interrupting_boundary_event_fires_every_time():
    p = process()
    tasks(p, "a")
    p.line("start", "a", "end")
    boundary(p, "bell", "a", "message", "m", False, "note")
    game = begin(p)
    does(game, "?bell", "?bell", "?bell")
    assert waits(game) == ["a", "note", "note", "note"]
    does(game, "a")
    assert listens(game) == []
    assert not ended(game)


@pytest.mark.parametrize(("time", "often"), [("PT1H", 1), ("R2/PT1H", 2), ("R/PT1H", 5)])
def test_a_non_interrupting_timer_fires_as_often_as_it_says(time, often):
    p = process()
    tasks(p, "a")
    p.line("start", "a", "end")
    boundary(p, "clock", "a", "timer", time, False, "note")
    game = begin(p)
    for _ in range(often):
        does(game, "?clock")
    assert waits(game) == ["a"] + ["note"] * often
    assert listens(game) == (["clock"] if time == "R/PT1H" else [])


def test_an_interrupting_event_subprocess_takes_its_scope_over():
    p, sub = with_sub("a", "b")
    handler(sub, "note", "message", "n", False, "write")
    handler(sub, "stop", "message", "s", True, "undo")
    tasks(p, "beside")
    p.line("start", "beside")
    game = begin(p)
    does(game, "?sub/note_start")
    assert waits(game) == ["beside", "sub/a", "sub/b", "sub/note/write"]
    does(game, "?sub/stop_start")
    assert waits(game) == ["beside", "sub/stop/undo"]
    assert listens(game) == []
    does(game, "sub/stop/undo")
    assert waits(game) == ["after", "beside"]
    assert times(game, "sub") == times(game, "stop") == 1
    assert times(game, "note") == 0


def test_a_boundary_event_listens_on_while_an_event_subprocess_has_taken_the_activity_over():
    p, sub = with_sub("a")
    handler(sub, "stop", "message", "s", True, "undo")
    boundary(p, "bell", "sub", "message", "m", True, "rescue")
    game = begin(p)
    does(game, "?sub/stop_start")
    assert listens(game) == ["bell"]
    does(game, "?bell")
    assert waits(game) == ["rescue"]


def test_a_non_interrupting_event_subprocess_starts_each_time_and_holds_its_scope():
    p, sub = with_sub("a")
    handler(sub, "note", "message", "n", False, "write")
    game = begin(p)
    does(game, "?sub/note_start", "?sub/note_start", "sub/a")
    assert waits(game) == ["sub/note/write", "sub/note/write"]
    assert listens(game) == ["sub/note_start"]
    does(game, "sub/note/write", "sub/note/write")
    assert waits(game) == ["after"]
    assert times(game, "note") == 2


def test_an_interrupting_event_subprocess_of_the_process_ends_it():
    p = process()
    tasks(p, "a")
    p.line("start", "a", "end")
    handler(p, "withdraw", "message", "w", True, "confirm")
    game = begin(p)
    does(game, "?withdraw_start")
    assert waits(game) == ["withdraw/confirm"]
    does(game, "withdraw/confirm")
    assert ended(game)
    assert times(game, "end") == 0


def test_an_error_is_caught_at_the_border_of_its_subprocess():
    p, _ = throwing("endEvent", "error", "E1")
    boundary(p, "other", "sub", "error", "E2", True, "wrong")
    boundary(p, "caught", "sub", "error", "E1", True, "repair")
    game = begin(p)
    does(game, "sub/b")
    assert waits(game) == ["repair"]
    assert times(game, "throw") == 0


def test_an_error_climbs_past_scopes_that_do_not_catch_it():
    p = process()
    outer = p.sub("outer")
    outer.add("startEvent", "outer_in")
    sub = outer.sub("sub", loop=(2, False, None))
    sub.add("startEvent", "in")
    tasks(sub, "a")
    sub.add("endEvent", "throw", trigger="error", ref="E1")
    sub.line("in", "a", "throw")
    outer.line("outer_in", "sub")
    p.line("start", "outer", "end")
    boundary(p, "caught", "outer", "error", None, True, "repair")
    game = begin(p)
    does(game, "outer/sub#2/a")
    assert waits(game) == ["repair"]


def test_an_event_subprocess_catches_an_error_before_the_boundary_event():
    p, sub = throwing("endEvent", "error", "E1")
    handler(sub, "fix", "error", "E1", True, "mend")
    boundary(p, "caught", "sub", "error", "E1", True, "repair")
    game = begin(p)
    does(game, "sub/b")
    assert waits(game) == ["sub/fix/mend"]


def test_an_error_thrown_by_a_handler_goes_to_the_boundary_event():
    p, sub = throwing("endEvent", "error", "E1")
    fix = handler(sub, "fix", "error", "E1", True, "mend")
    fix.add("endEvent", "again", trigger="error", ref="E1")
    fix.line("mend", "again")
    boundary(p, "caught", "sub", "error", "E1", True, "repair")
    game = begin(p)
    does(game, "sub/b", "sub/fix/mend")
    assert waits(game) == ["repair"]


def test_an_uncaught_error_is_an_incident():
    p, _ = throwing("endEvent", "error", "E1")
    boundary(p, "other", "sub", "error", "E2", True, "wrong")
    game = begin(p)
    does(game, "sub/b")
    assert stuck(game) == ["sub/throw"]
    assert waits(game) == ["sub/a"]
    does(game, "sub/a")
    assert not ended(game)


def test_a_non_interrupting_escalation_lets_the_thrower_go_on():
    p, _ = throwing("intermediateThrowEvent", "escalation", "C1")
    boundary(p, "caught", "sub", "escalation", "C1", False, "lead")
    game = begin(p)
    does(game, "sub/b")
    assert waits(game) == ["lead", "sub/a", "sub/c"]
    assert times(game, "throw") == 1


def test_an_interrupting_escalation_terminates_the_thrower():
    p, _ = throwing("intermediateThrowEvent", "escalation", "C1")
    boundary(p, "caught", "sub", "escalation", None, True, "lead")
    game = begin(p)
    does(game, "sub/b")
    assert waits(game) == ["lead"]
    assert times(game, "throw") == 0


def test_an_uncaught_escalation_is_nothing():
    for kind, left in (("intermediateThrowEvent", ["sub/a", "sub/c"]), ("endEvent", ["sub/a"])):
        p, _ = throwing(kind, "escalation", "C1")
        game = begin(p)
        does(game, "sub/b")
        assert waits(game) == left
        assert times(game, "throw") == 1


def test_only_the_nearest_scope_catches_an_escalation():
    p, sub = throwing("endEvent", "escalation", "C1")
    handler(sub, "talk", "escalation", "C1", False, "call")
    boundary(p, "caught", "sub", "escalation", "C1", False, "lead")
    game = begin(p)
    does(game, "sub/b")
    assert waits(game) == ["sub/a", "sub/talk/call"]


def test_the_process_catches_an_escalation_in_an_event_subprocess():
    p, _ = throwing("endEvent", "escalation", "C1")
    handler(p, "talk", "escalation", "C1", True, "call")
    game = begin(p)
    does(game, "sub/b")
    assert waits(game) == ["talk/call"]


def test_a_signal_reaches_every_subscription():
    p, sub = with_sub("a")
    handler(sub, "note", "signal", "s", False, "write")
    boundary(p, "bell", "after", "signal", "s", False, "heard")
    sub.add("intermediateCatchEvent", "catch", trigger="signal", ref="s")
    tasks(sub, "caught")
    sub.line("in", "catch", "caught")
    game = begin(p)
    assert listens(game) == ["sub/catch", "sub/note_start"]
    does(game, "!s")
    assert waits(game) == ["sub/a", "sub/caught", "sub/note/write"]


def test_a_thrown_signal_is_heard_inside_the_same_instance():
    p, _ = with_sub("a")
    tasks(p, "say")
    p.add("intermediateThrowEvent", "throw", trigger="signal", ref="s")
    p.line("start", "say", "throw", "end")
    boundary(p, "bell", "sub", "signal", "s", True, "heard")
    game = begin(p)
    does(game, "say")
    assert waits(game) == ["heard"]


def test_a_race_of_independent_steps_allows_each_outcome():
    p = process()
    tasks(p, "a")
    for step in ("one", "two"):
        p.add("task", step)
    p.add("endEvent", "stop", trigger="terminate")
    p.line("start", "a", "one", "two", "end")
    p.line("a", "stop")
    game = begin(p)
    game.apply(stimulus("a"))
    assert all(view.ended for view in game.views())
    assert sorted(view.completed["one"] + view.completed["two"] for view in game.views()) == [0, 1, 2, 2]


def test_a_receive_task_waits_for_its_message():
    p = process()
    p.add("receiveTask", "r", trigger="message", ref="m", loop=(2, False, None))
    p.line("start", "r", "end")
    boundary(p, "clock", "r", "timer", "PT1H", True, "late")
    game = begin(p)
    assert waits(game) == ["r#1/r", "r#2/r"]
    assert listens(game) == ["clock", "r#1/r", "r#2/r"]
    does(game, "?r#2/r")
    assert waits(game) == ["r#1/r"]
    does(game, "?r#1/r")
    assert ended(game)


def reported(game, path: str, code: str) -> None:
    task = stimulus(path)
    game.apply(Stimulus("error", task.element, task.path, (("code", code),)))


def test_an_error_reported_at_a_service_task_is_caught_at_the_task_or_further_out():
    p, sub = with_sub("a")
    sub.add("serviceTask", "work")
    sub.line("in", "work")
    boundary(sub, "near", "work", "error", "E1", True, "mend")
    boundary(p, "far", "sub", "error", None, True, "repair")
    game = begin(p)
    reported(game, "sub/work", "E1")
    assert waits(game) == ["sub/a", "sub/mend"]
    game = begin(p)
    reported(game, "sub/work", "E2")
    assert waits(game) == ["repair"]


def test_an_error_reported_at_a_service_task_and_caught_by_nobody_is_an_incident_there():
    p, sub = with_sub("a")
    sub.add("serviceTask", "work")
    sub.line("in", "work")
    boundary(sub, "bell", "work", "message", "m", True, "rung")
    game = begin(p)
    reported(game, "sub/work", "E1")
    assert stuck(game) == ["sub/work"]
    assert waits(game) == ["sub/a"]
    does(game, "?sub/bell")
    assert waits(game) == ["sub/a", "sub/rung"]
    assert stuck(game) == []
