"""The judge's own exam: tokens, gateways, loops and links, on small diagrams with known answers."""

import pytest

from tests.token_game.diagram import Scope
from tests.token_game.hand import begin, does, ended, only, stimulus, stuck, times, waits
from tests.token_game.play import Stimulus

pytestmark = pytest.mark.usefixtures("players")


def process() -> Scope:
    scope = Scope("p")
    scope.add("startEvent", "start")
    scope.add("endEvent", "end")
    return scope


def tasks(scope: Scope, *ids: str) -> None:
    for id in ids:
        scope.add("userTask", id)


def test_a_task_waits_until_it_is_completed():
    p = process()
    tasks(p, "a")
    p.line("start", "a", "end")
    game = begin(p)
    assert waits(game) == ["a"]
    assert not ended(game)
    does(game, "a")
    assert ended(game)
    assert only(game).taken == {"start_to_a": 1, "a_to_end": 1}
    assert only(game).completed == {"start": 1, "a": 1, "end": 1}


@pytest.mark.proves("several flows in and out of an activity, with or without conditions")
def test_several_outgoing_flows_of_a_task_run_in_parallel_and_each_arrival_activates():
    p = process()
    tasks(p, "a", "b")
    p.line("start", "a", "b", "end")
    p.flow("a", "b", id="second")
    game = begin(p)
    does(game, "a")
    assert waits(game) == ["b", "b"]
    does(game, "b")
    assert waits(game) == ["b"]
    does(game, "b")
    assert ended(game)
    assert times(game, "end") == 2


def test_a_path_without_an_outgoing_flow_ends():
    p = Scope("p")
    p.add("startEvent", "start")
    tasks(p, "a")
    p.line("start", "a")
    game = begin(p)
    does(game, "a")
    assert ended(game)


@pytest.mark.parametrize(("x", "way"), [(5, "high"), (2, "middle"), (0, "low")])
def test_an_exclusive_gateway_takes_the_first_true_flow_else_the_default(x, way):
    p = process()
    tasks(p, "high", "middle", "low")
    p.add("exclusiveGateway", "choice", default="choice_to_low")
    p.line("start", "choice", "low", "end")
    p.flow("choice", "high", "=x > 3")
    p.flow("choice", "middle", "=x > 1")
    assert waits(begin(p, x=x)) == [way]


def test_a_gateway_with_no_true_condition_and_no_default_is_an_incident():
    for kind in ("exclusiveGateway", "inclusiveGateway"):
        p = process()
        tasks(p, "a", "b")
        p.add(kind, "choice")
        p.line("start", "choice")
        p.flow("choice", "a", "=x > 1")
        p.flow("choice", "b", "=b")
        game = begin(p)
        assert stuck(game) == ["choice"]
        assert waits(game) == []
        assert not ended(game)


def test_completing_a_task_sets_what_conditions_read():
    p = process()
    tasks(p, "a", "yes", "no")
    p.add("exclusiveGateway", "choice", default="choice_to_no")
    p.line("start", "a", "choice", "no")
    p.flow("choice", "yes", "=x > 1 and not(b)")
    game = begin(p)
    does(game, "a", x=2)
    assert waits(game) == ["yes"]


def test_a_script_sets_a_variable():
    p = process()
    tasks(p, "yes", "no")
    p.add("scriptTask", "script", script=("x", "=x + 2"))
    p.add("exclusiveGateway", "choice", default="choice_to_no")
    p.line("start", "script", "choice", "no")
    p.flow("choice", "yes", "=x = 2")
    assert waits(begin(p)) == ["yes"]


def fork_and_join() -> Scope:
    p = process()
    tasks(p, "a", "b", "after")
    p.add("parallelGateway", "fork")
    p.add("parallelGateway", "join")
    p.line("start", "fork", "a", "join", "after", "end")
    p.line("fork", "b", "join")
    return p


def test_a_parallel_join_waits_for_every_incoming_flow():
    game = begin(fork_and_join())
    assert waits(game) == ["a", "b"]
    does(game, "b")
    assert waits(game) == ["a"]
    does(game, "a")
    assert waits(game) == ["after"]
    assert times(game, "join") == 1


def test_a_parallel_join_keeps_a_second_token_of_one_flow_for_the_next_round():
    p = fork_and_join()
    p.flow("fork", "a", id="twice")
    game = begin(p)
    does(game, "a", "a")
    assert waits(game) == ["b"]
    does(game, "b")
    assert waits(game) == ["after"]
    does(game, "after")
    assert not ended(game)  # the second token of `a` waits at the join for ever


def test_a_join_in_a_loop_counts_anew_each_round():
    p = fork_and_join()
    p.add("exclusiveGateway", "merge")
    p.add("exclusiveGateway", "again", default="again_to_end")
    p.edges = [edge for edge in p.edges if edge.id not in {"start_to_fork", "after_to_end"}]
    p.line("start", "merge", "fork")
    p.line("after", "again", "end")
    p.flow("again", "merge", "=b")
    game = begin(p)
    for _ in range(3):
        does(game, "a")
        assert waits(game) == ["b"]
        does(game, "b")
        does(game, "after", b=True)
    does(game, "a", "b")
    does(game, "after", b=False)
    assert ended(game)
    assert times(game, "join") == 4


def or_diamond() -> Scope:
    p = process()
    tasks(p, "a", "b", "c", "after")
    p.add("inclusiveGateway", "split", default="split_to_c")
    p.add("inclusiveGateway", "merge")
    p.line("start", "split", "c", "merge", "after", "end")
    p.flow("split", "a", "=x > 0")
    p.flow("split", "b", "=x > 1")
    p.line("a", "merge")
    p.line("b", "merge")
    return p


@pytest.mark.parametrize(("x", "active"), [(2, ["a", "b"]), (1, ["a"]), (0, ["c"])])
def test_an_inclusive_diamond_joins_exactly_what_it_split(x, active):
    game = begin(or_diamond(), x=x)
    assert waits(game) == active
    for task in active:
        assert times(game, "merge") == 0
        does(game, task)
    assert waits(game) == ["after"]
    assert times(game, "merge") == 1


def test_an_inclusive_join_goes_on_when_the_token_it_waited_for_turns_away():
    p = or_diamond()
    p.add("exclusiveGateway", "turn", default="turn_to_merge")
    tasks(p, "elsewhere")
    p.edges = [edge for edge in p.edges if edge.source != "b"]
    p.line("b", "turn", "merge")
    p.flow("turn", "elsewhere", "=b")
    game = begin(p, x=2)
    does(game, "a")
    assert waits(game) == ["b"]
    does(game, "b", b=True)
    assert waits(game) == ["after", "elsewhere"]


def test_an_inclusive_join_waits_for_what_a_boundary_event_may_still_send():
    p = process()
    tasks(p, "a", "b", "late", "after")
    p.add("parallelGateway", "fork")
    p.add("inclusiveGateway", "merge")
    p.add("boundaryEvent", "bell", trigger="message", ref="bell", attached_to="b")
    p.line("start", "fork", "a", "merge", "after", "end")
    p.line("fork", "b")
    p.line("bell", "late", "merge")
    game = begin(p)
    does(game, "a")
    assert waits(game) == ["b"]
    does(game, "b")
    assert waits(game) == ["after"]


def test_an_inclusive_join_does_not_wait_for_a_token_that_can_also_come_by_a_filled_flow():
    p = process()
    tasks(p, "a", "b", "after")
    p.add("parallelGateway", "fork")
    p.add("exclusiveGateway", "onto_a")
    p.add("exclusiveGateway", "choice", default="choice_to_merge")
    p.add("inclusiveGateway", "merge")
    p.line("start", "fork", "a", "onto_a", "merge", "after", "end")
    p.line("fork", "b", "choice", "merge")
    p.flow("choice", "onto_a", "=b")
    game = begin(p)
    does(game, "a")
    assert waits(game) == ["after", "b"]  # the standard's `unless`: b can reach the filled flow as well


def test_an_inclusive_join_does_not_wait_for_a_token_that_must_pass_itself_first():
    p = process()
    tasks(p, "a", "after", "round")
    p.add("inclusiveGateway", "merge")
    p.add("parallelGateway", "fork")
    p.line("start", "fork", "a", "merge", "after", "round", "merge")
    p.flow("fork", "after", id="aside")
    game = begin(p)
    assert waits(game) == ["a", "after"]
    does(game, "a")
    assert waits(game) == ["after"]  # the token at `after` can still come by `round`
    does(game, "after", "round")
    assert waits(game) == ["after"]
    assert times(game, "merge") == 1
    does(game, "after", "round")
    assert waits(game) == ["after"]  # alone now: only a passage of the gateway could fill the other flow
    assert times(game, "merge") == 2


def test_a_gateway_that_joins_and_splits_does_both():
    p = process()
    tasks(p, "a", "b", "c", "d")
    p.add("parallelGateway", "fork")
    p.add("parallelGateway", "cross")
    p.line("start", "fork", "a", "cross", "c")
    p.line("fork", "b", "cross", "d")
    game = begin(p)
    does(game, "a", "b")
    assert waits(game) == ["c", "d"]


def test_a_link_jumps_to_its_catch():
    p = process()
    tasks(p, "a")
    p.add("intermediateThrowEvent", "from_here", trigger="link", ref="road")
    p.add("intermediateCatchEvent", "to_there", trigger="link", ref="road")
    p.line("start", "from_here")
    p.line("to_there", "a", "end")
    game = begin(p)
    assert waits(game) == ["a"]
    assert times(game, "from_here") == times(game, "to_there") == 1


def test_the_first_event_after_an_event_based_gateway_wins():
    p = process()
    tasks(p, "answered", "reminded")
    p.add("eventBasedGateway", "wait")
    p.add("intermediateCatchEvent", "answer", trigger="message", ref="answer")
    p.add("intermediateCatchEvent", "timeout", trigger="timer", ref="PT1H")
    p.line("start", "wait", "answer", "answered")
    p.line("wait", "timeout", "reminded")
    game = begin(p)
    assert waits(game) == ["wait"]
    assert sorted(only(game).listening) == [("answer", ()), ("timeout", ())]
    does(game, "?timeout")
    assert waits(game) == ["reminded"]
    assert not only(game).listening
    assert only(game).taken["wait_to_timeout"] == 1
    assert times(game, "answer") == 0


def test_a_catch_event_waits_for_its_trigger():
    for trigger, ref, word in (("message", "bell", "?catch"), ("timer", "PT1H", "?catch"), ("signal", "s", "!s")):
        p = process()
        p.add("intermediateCatchEvent", "catch", trigger=trigger, ref=ref)
        p.line("start", "catch", "end")
        game = begin(p)
        assert waits(game) == ["catch"]
        does(game, word)
        assert ended(game)


def test_a_place_that_means_two_different_instances_allows_both_outcomes():
    p = process()
    sub = p.sub("sub")
    sub.add("startEvent", "in")
    tasks(sub, "one", "two")
    sub.line("in", "one")
    sub.line("in", "two")
    p.line("start", "sub", "end")
    p.flow("start", "sub", id="again")
    game = begin(p)
    does(game, "sub/one")
    assert waits(game) == ["sub/one", "sub/two", "sub/two"]
    game.apply(stimulus("sub/two"))
    assert sorted(sorted(view.waiting.elements()) for view in game.views()) == [
        [("one", ("sub",)), ("two", ("sub",))],
        [("one", ("sub",)), ("two", ("sub",))],
    ]
    assert sorted(view.completed["sub"] for view in game.views()) == [0, 1]


def test_a_repaired_incident_is_tried_again():
    p = process()
    tasks(p, "a", "b")
    p.add("exclusiveGateway", "choice")
    p.line("start", "choice")
    p.flow("choice", "a", "=x > 1")
    p.flow("choice", "b", "=b")
    game = begin(p)
    game.apply(Stimulus("resolve", "choice"))
    assert stuck(game) == ["choice"]
    game.apply(Stimulus("resolve", "choice", (), (("b", True),)))
    assert waits(game) == ["b"]
    assert stuck(game) == []


def test_an_inclusive_join_waits_for_what_may_come_through_a_link():
    p = process()
    tasks(p, "a", "b", "after")
    p.add("parallelGateway", "fork")
    p.add("intermediateThrowEvent", "from_here", trigger="link", ref="road")
    p.add("intermediateCatchEvent", "to_there", trigger="link", ref="road")
    p.add("inclusiveGateway", "merge")
    p.line("start", "fork", "a", "merge", "after", "end")
    p.line("fork", "b", "from_here")
    p.line("to_there", "merge")
    game = begin(p)
    does(game, "a")
    assert waits(game) == ["b"]
    does(game, "b")
    assert waits(game) == ["after"]
    assert times(game, "merge") == 1
