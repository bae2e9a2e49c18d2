"""Ad-hoc subprocesses: what is activated, by whom, and when it is complete."""

from __future__ import annotations

import pytest

from engine.errors import Conflict, InvalidInput, NotFound
from engine.execution import Activation, Wish
from engine.execution import contract as c
from tests.engine.execution.drawing import (
    COMPENSATE,
    END,
    START,
    boundary,
    chain,
    flow,
    loop,
    mapping,
    sub,
    throw,
    timer,
    undone,
    user,
)


def ad_hoc(body: str, attributes: str = "", until: str = "", inner: str = "", more: str = "", cancel: str = "") -> str:
    condition = f"<bpmn:completionCondition>{until}</bpmn:completionCondition>" if until else ""
    extensions = f"<bpmn:extensionElements><zeebe:adHoc {attributes}/>{inner}</bpmn:extensionElements>"
    remaining = f'cancelRemainingInstances="{cancel}"' if cancel else ""
    return f'<bpmn:adHocSubProcess id="h" {remaining}>{extensions}{more}{body}{condition}</bpmn:adHocSubProcess>'


def process(hoc: str, more: str = "") -> str:
    return START + hoc + user("z") + chain("s", "h", "z") + more


ABC = user("a") + user("b") + user("b2") + flow("b", "b2") + user("c")
CHOSEN = 'activeElementsCollection="=chosen"'


@pytest.mark.proves("ad-hoc subprocess")
def test_the_chosen_elements_run_with_what_their_flows_lead_to_and_then_it_is_complete(bench):
    bench.start(process(ad_hoc(ABC, CHOSEN)), {"chosen": ["a", "b"]})
    assert bench.waiting_at() == ["a", "b"]
    assert bench.complete("b").waiting_at() == ["a", "b2"]
    assert bench.complete("a").complete("b2").waiting_at() == ["z"]
    types = {e.element_id: e.element_type for e in bench.of(c.ElementActivated)}
    assert (types["h"], types["h#innerInstance"]) == ("AD_HOC_SUB_PROCESS", "AD_HOC_SUB_PROCESS_INNER_INSTANCE")
    assert bench.completed().count("h#innerInstance") == 2


@pytest.mark.parametrize("attributes", ["", CHOSEN])
@pytest.mark.proves("ad-hoc subprocess")
def test_with_nothing_chosen_it_waits_to_be_asked(bench, attributes):
    bench.start(process(ad_hoc(ABC, attributes)), {"chosen": []})
    assert bench.waiting_at() == ["h"]
    bench.instance.activate_ad_hoc(bench.key("h"), [Wish("c", {"note": 1}), Wish("c")])
    assert bench.settle().waiting_at() == ["c", "c"]
    bench.complete("c").complete("c")
    assert bench.waiting_at() == ["z"]
    assert "note" not in bench.instance.variables(), "what is given to an element is its own"


@pytest.mark.parametrize("chosen", [None, "a", ["a", "nobody"], ["b2"], [1], {"a": 1}])
@pytest.mark.proves("ad-hoc subprocess")
def test_a_choice_that_is_no_list_of_its_elements_is_an_incident(bench, chosen):
    bench.start(process(ad_hoc(ABC, CHOSEN)), {"chosen": chosen})
    incident = bench.of(c.IncidentRaised)[0]
    assert (incident.element_id, incident.error_type) == ("h", "EXTRACT_VALUE_ERROR")
    bench.instance.set_variables(bench.instance.run.key, {"chosen": ["a"]})
    bench.instance.resolve_incident(incident.key)
    assert bench.settle().waiting_at() == ["a"]


@pytest.mark.proves("ad-hoc subprocess")
def test_its_condition_is_asked_as_each_is_done_and_ends_the_rest(bench):
    bench.start(process(ad_hoc(ABC, CHOSEN, until="=enough")), {"chosen": ["a", "b", "c"], "enough": False})
    assert bench.complete("a").waiting_at() == ["b", "c"]
    assert bench.complete("c", enough=True).waiting_at() == ["z"]
    assert {e.element_id for e in bench.of(c.ElementActivated)} >= {"b"}
    assert "b" not in bench.completed()


@pytest.mark.proves("ad-hoc subprocess")
def test_the_rest_may_be_waited_for(bench):
    hoc = ad_hoc(ABC, CHOSEN, until="=enough", cancel="false")
    bench.start(process(hoc), {"chosen": ["a", "b"], "enough": False})
    assert bench.complete("a", enough=True).waiting_at() == ["b"]
    assert bench.complete("b").complete("b2").waiting_at() == ["z"]


@pytest.mark.proves("ad-hoc subprocess")
def test_while_its_condition_does_not_hold_it_stays_open_with_nothing_in_it(bench):
    bench.start(process(ad_hoc(ABC, CHOSEN, until="=enough")), {"chosen": ["a"], "enough": False})
    assert bench.complete("a").waiting_at() == ["h"]
    bench.instance.activate_ad_hoc(bench.key("h"), [Wish("a")])
    assert bench.settle().complete("a", enough=True).waiting_at() == ["z"]


@pytest.mark.proves("ad-hoc subprocess")
def test_a_condition_that_is_null_is_an_incident_on_what_is_done(bench):
    bench.start(process(ad_hoc(ABC, CHOSEN, until="=enough")), {"chosen": ["a"]}).complete("a")
    incident = bench.of(c.IncidentRaised)[0]
    assert incident.element_id == "h#innerInstance"
    bench.instance.set_variables(bench.instance.run.key, {"enough": True})
    bench.instance.resolve_incident(incident.key)
    assert bench.settle().waiting_at() == ["z"]


@pytest.mark.proves("ad-hoc subprocess")
def test_the_outputs_are_collected_as_they_come(bench):
    attributes = CHOSEN + ' outputCollection="results" outputElement="=result"'
    bench.start(process(ad_hoc(ABC, attributes)), {"chosen": ["a", "b", "c"]})
    bench.complete("c", result="third").complete("b", result="second").complete("a")
    assert bench.instance.variables(bench.key("h"))["results"] == ["third", None]
    bench.complete("b2")
    assert bench.instance.variables()["results"] == ["third", None, "second"]
    assert "result" not in bench.instance.variables()


@pytest.mark.proves("ad-hoc subprocess")
def test_it_maps_its_variables_and_tells_what_there_is_to_choose_from(bench):
    described = (
        user("a")
        .replace('id="a"', 'id="a" name="Ask"')
        .replace("<bpmn:ext", "<bpmn:documentation>How</bpmn:documentation><bpmn:ext")
    )
    maps = mapping({"mine": "=chosen"}, {"took": "=adHocSubProcessElements[1].elementName"})
    bench.start(
        process(ad_hoc(described + user("b"), 'activeElementsCollection="=mine"', inner=maps)), {"chosen": ["a"]}
    )
    seen = bench.instance.variables(bench.key("h"))["adHocSubProcessElements"]
    assert seen == [{"elementId": "a", "elementName": "Ask", "documentation": "How"}, {"elementId": "b"}]
    assert bench.complete("a").instance.variables() == {"chosen": ["a"], "took": "Ask"}


@pytest.mark.proves("ad-hoc subprocess")
def test_elements_it_does_not_have_are_refused_and_so_is_an_element_that_is_no_ad_hoc_subprocess(bench):
    bench.start(process(ad_hoc(ABC)))
    with pytest.raises(InvalidInput, match="b2"):
        bench.instance.activate_ad_hoc(bench.key("h"), [Wish("a"), Wish("b2")])
    bench.instance.activate_ad_hoc(bench.key("h"), [Wish("a")])
    bench.settle()
    with pytest.raises(NotFound):
        bench.instance.activate_ad_hoc(bench.key("a"), [Wish("a")])


@pytest.mark.proves("ad-hoc subprocess")
def test_what_runs_may_be_ended_when_others_are_asked_for(bench):
    bench.start(process(ad_hoc(ABC, CHOSEN)), {"chosen": ["a", "b"]})
    bench.instance.activate_ad_hoc(bench.key("h"), [Wish("c")], cancel_remaining=True)
    assert bench.settle().waiting_at() == ["c"]
    assert bench.complete("c").waiting_at() == ["z"]


@pytest.mark.proves("ad-hoc subprocess")
def test_boundary_events_and_event_subprocesses_work_on_it(bench):
    begin = f'<bpmn:startEvent id="s1" isInterrupting="true">{timer("PT2H")}</bpmn:startEvent>'
    inside = ABC + sub("late", begin + user("l") + chain("s1", "l"), attributes='triggeredByEvent="true"')
    due = boundary("due", "h", timer("PT1H"), 'cancelActivity="false"') + user("d") + flow("due", "d")
    bench.start(process(ad_hoc(inside, CHOSEN), due), {"chosen": ["a"]})
    assert bench.fire("due").waiting_at() == ["a", "d"]
    assert bench.fire("s1").waiting_at() == ["d", "l"]
    assert bench.complete("l").waiting_at() == ["d", "z"]


@pytest.mark.proves("ad-hoc subprocess")
def test_it_may_be_multi_instance(bench):
    marker = loop('inputCollection="=[1,2]" inputElement="i" outputCollection="all" outputElement="=results"')
    attributes = CHOSEN + ' outputCollection="results" outputElement="=result"'
    bench.start(process(ad_hoc(ABC, attributes, more=marker)), {"chosen": ["a"]})
    assert bench.waiting_at() == ["a", "a"]
    bench.complete("a", result=2).complete("a", result=1)
    assert bench.instance.variables()["all"] == [[1], [2]]


@pytest.mark.proves("ad-hoc subprocess")
def test_what_it_did_can_be_undone(bench):
    body = START + ad_hoc(user("a") + undone("a"), CHOSEN) + throw("t", COMPENSATE) + END + chain("s", "h", "t", "e")
    bench.start(body, {"chosen": ["a", "a"]}).complete("a").complete("a")
    assert bench.waiting_at() == ["t", "undo_a", "undo_a"]


@pytest.mark.proves("ad-hoc subprocess")
def test_a_token_can_be_put_into_it_by_hand(bench):
    bench.start(process(ad_hoc(ABC)))
    bench.instance.modify([Activation("b2")])
    assert bench.settle().waiting_at() == ["b2"]
    assert bench.complete("b2").waiting_at() == ["z"]


WORKER = '<zeebe:taskDefinition type="decide"/><zeebe:taskHeaders><zeebe:header key="k" value="v"/></zeebe:taskHeaders>'


@pytest.mark.proves("ad-hoc subprocess")
def test_a_worker_decides_again_whenever_something_is_done(bench):
    bench.start(process(ad_hoc(ABC, inner=WORKER)))
    opened = bench.of(c.JobOpened)
    assert [(job.type, job.kind, job.headers) for job in opened] == [("decide", "AD_HOC_SUB_PROCESS", {"k": "v"})]
    bench.instance.direct_ad_hoc(bench.key("h"), {"seen": 1}, [Wish("a"), Wish("c", {"x": 2})])
    assert bench.settle().waiting_at() == ["a", "c"]
    assert bench.instance.local_variables(bench.key("h"))["seen"] == 1
    assert len(bench.of(c.JobOpened)) == 1
    bench.complete("a").complete("c")
    assert len(bench.of(c.JobOpened)) == 3
    assert [event.canceled for event in bench.of(c.JobClosed)] == [False, True], "an older question is withdrawn"
    bench.instance.direct_ad_hoc(bench.key("h"), {}, complete=True)
    assert bench.settle().waiting_at() == ["z"]


@pytest.mark.parametrize("cancel", [True, False])
@pytest.mark.proves("ad-hoc subprocess")
def test_a_worker_may_end_what_still_runs_or_let_it_be_done(bench, cancel):
    bench.start(process(ad_hoc(ABC, inner=WORKER)))
    bench.instance.direct_ad_hoc(bench.key("h"), {}, [Wish("a"), Wish("c")])
    bench.settle().complete("a")
    bench.instance.direct_ad_hoc(bench.key("h"), {}, complete=True, cancel_remaining=cancel)
    assert bench.settle().waiting_at() == (["z"] if cancel else ["c"])
    with pytest.raises((Conflict, NotFound)):
        bench.instance.activate_ad_hoc(bench.instance.run.root.tokens[0].id, [Wish("a")])


@pytest.mark.proves("ad-hoc subprocess")
def test_a_worker_cannot_both_end_it_and_start_something(bench):
    bench.start(process(ad_hoc(ABC, inner=WORKER)))
    with pytest.raises(InvalidInput):
        bench.instance.direct_ad_hoc(bench.key("h"), {}, [Wish("a")], complete=True)
