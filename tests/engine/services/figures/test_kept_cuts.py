"""What was kept of days when it is cut by a process, and when it is told for who registered the cases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from engine.model.case import Case
from engine.model.deployment import ProcessDefinition
from engine.model.figure_day import FigureMonth, FigureSamples
from engine.model.instance import ProcessInstance
from engine.services import deployments, figures, migration
from engine.services.cases.files import link_instance, open_case
from engine.services.figures import keeping
from tests.engine.services.desk_fixtures import PROCESSES, Desk
from tests.engine.services.desk_people import MANAGER


def _instance(desk: Desk, uow, process: str) -> int:
    definition = uow.session.scalars(select(ProcessDefinition).where(ProcessDefinition.process_id == process)).first()
    key = desk.runtime.new_key()
    uow.add(ProcessInstance(key=key, tenant_id=uow.tenant_id, root_key=key, process_definition_key=definition.key, process_id=process,
                            version=definition.version, state="COMPLETED", started_at=uow.now, ended_at=uow.now))  # fmt: skip
    uow.flush()
    return key


def _open(desk: Desk, uow, *processes: str, who: str = "alice") -> Case:
    case = open_case(desk.runtime, uow, who, "complaint", "phone", "一件事")
    for process in processes:
        link_instance(uow, case, _instance(desk, uow, process), process)
    return case


def _days(desk: Desk) -> figures.Period:
    today = desk.clock().date()
    return figures.Period(today - timedelta(days=20), today, "Asia/Shanghai")


def _registered(desk: Desk, **cut: object) -> int:
    cut_by = figures.Cut(**cut)  # type: ignore[arg-type]
    return figures.report(desk.runtime, _days(desk), cut_by, actor=MANAGER).overall["registered"].count


@pytest.mark.parametrize("days_after", [0, 2])
def test_a_cut_by_a_process_has_the_cases_that_it_worked_on_first_later_or_after_their_day_was_kept(
    any_desk, days_after
):
    with any_desk.runtime.unit_of_work() as uow:
        for processes in (("complaint",), ("return_exchange", "complaint"), ("return_exchange",), ()):
            _open(any_desk, uow, *processes)
        late = _open(any_desk, uow).key
    if days_after:
        any_desk.clock.advance(timedelta(days=days_after))
        keeping.keep(any_desk.runtime)
    with any_desk.runtime.unit_of_work() as uow:
        link_instance(uow, uow.session.get(Case, late), _instance(any_desk, uow, "complaint"), "complaint")
        version = uow.session.scalars(select(ProcessInstance.version).limit(1)).one()
    assert _registered(any_desk, process="complaint") == 3
    assert _registered(any_desk, process="complaint", version=version) == 3
    assert _registered(any_desk, process="complaint", version=version + 1) == 0
    assert _registered(any_desk, process="return_exchange") == 2
    assert _registered(any_desk, process="callback") == 0


def test_a_case_whose_instance_is_moved_to_another_version_counts_there_though_its_day_was_kept(any_desk):
    desk = any_desk
    desk.start_complaint()
    desk.clock.advance(timedelta(days=2))
    keeping.keep(desk.runtime)
    file = PROCESSES / "complaint.bpmn"
    changed = file.read_bytes().replace(b"</bpmn:documentation>", b" Anew.</bpmn:documentation>", 1)
    (new,) = deployments.deploy(desk.runtime, [(file.name, changed)], "olga").items
    with desk.runtime.unit_of_work(read_only=True) as uow:
        old = uow.session.scalars(select(ProcessInstance).where(ProcessInstance.process_id == "complaint")).one()
    plan = migration.plan_by_ids(desk.runtime, old.process_definition_key, new.key).plan
    migration.migrate(desk.runtime, old.key, plan, who="olga")
    for _night in range(2):
        assert _registered(desk, process="complaint", version=old.version) == 0
        assert _registered(desk, process="complaint", version=old.version + 1) == 1
        lines = figures.report(desk.runtime, _days(desk), by="version", actor=MANAGER).lines
        assert {line.value: line.figures["registered"].count for line in lines}[f"complaint {old.version + 1}"] == 1
        desk.clock.advance(timedelta(days=1))
        keeping.keep(desk.runtime)


@pytest.mark.parametrize("days_after", [0, 2])
def test_a_line_by_process_leads_to_the_cases_that_it_counts(any_desk, days_after):
    with any_desk.runtime.unit_of_work() as uow:
        for processes in (("complaint",), ("return_exchange", "complaint"), ()):
            _open(any_desk, uow, *processes)
        late = _open(any_desk, uow).key
    if days_after:
        any_desk.clock.advance(timedelta(days=days_after))
        keeping.keep(any_desk.runtime)
        any_desk.clock.advance(timedelta(hours=1))
    with any_desk.runtime.unit_of_work() as uow:
        link_instance(uow, uow.session.get(Case, late), _instance(any_desk, uow, "complaint"), "complaint")
    lines = figures.report(any_desk.runtime, _days(any_desk), by="process", actor=MANAGER).lines
    counts = {line.value: line.figures["registered"].count for line in lines}
    assert counts == {"complaint": 2, "return_exchange": 1, "": 1}
    for process in ("complaint", "return_exchange"):
        cut = figures.Cut(process=process)
        of_line = figures.cases_behind(
            any_desk.runtime, "registered", _days(any_desk), cut, by="process", actor=MANAGER
        )
        assert of_line[1] == counts[process]
    every = figures.cases_behind(
        any_desk.runtime, "registered", _days(any_desk), figures.Cut(process="complaint"), actor=MANAGER
    )
    assert every[1] == 3


def _made(desk: Desk, **cut: object) -> dict[str, int]:
    found = figures.report(desk.runtime, _days(desk), figures.Cut(**cut), "agent", actor=MANAGER)  # type: ignore[arg-type]
    return {line.username: line.registered for line in figures.agents(desk.runtime, found, actor=MANAGER)}


def test_registrations_are_told_for_who_made_the_case_also_where_days_were_kept_without_it(any_desk):
    with any_desk.runtime.unit_of_work() as uow:
        for who, owner in (("alice", "bob"), ("alice", "alice"), ("bob", "alice"), ("nobody of ours", "bob")):
            _open(any_desk, uow, who=who).owner = owner
    now = _made(any_desk), _made(any_desk, agent="alice")
    assert now == ({"alice": 2, "bob": 1}, {"alice": 1, "bob": 1})
    any_desk.clock.advance(timedelta(days=2))
    keeping.keep(any_desk.runtime)
    assert (_made(any_desk), _made(any_desk, agent="alice")) == now
    with any_desk.runtime.unit_of_work() as uow:
        for table, name in ((FigureSamples, FigureSamples.figure), (FigureMonth, FigureMonth.name)):
            uow.session.execute(delete(table).where(name == "registered_by"))
    assert (_made(any_desk), _made(any_desk, agent="alice")) == now
    keeping.keep(any_desk.runtime)
    with any_desk.runtime.unit_of_work() as uow:
        assert uow.session.scalars(select(FigureSamples.day).where(FigureSamples.figure == "registered_by")).all()
    assert (_made(any_desk), _made(any_desk, agent="alice")) == now
