"""SpiffWorkflow's parser with every element's own spec in place of its own, through its extension points."""

from __future__ import annotations

from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.node_parser import NodeParser
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec

from engine.deployment.model import ProcessModel
from engine.execution.ad_hoc_sub_process import AdHocSubProcess
from engine.execution.boundary_event import BoundaryEvent
from engine.execution.business_rule_task import BusinessRuleTask
from engine.execution.call_activity import CallActivity
from engine.execution.end_event import EndEvent
from engine.execution.event_based_gateway import EventBasedGateway
from engine.execution.event_sub_process import EventSubProcess
from engine.execution.exclusive_gateway import ExclusiveGateway
from engine.execution.inclusive_gateway import InclusiveGateway
from engine.execution.intermediate_catch_event import IntermediateCatchEvent
from engine.execution.intermediate_throw_event import IntermediateThrowEvent
from engine.execution.multi_instance import MultiInstance
from engine.execution.node import Node
from engine.execution.parallel_gateway import ParallelGateway
from engine.execution.receive_task import ReceiveTask
from engine.execution.script_task import ScriptTask
from engine.execution.service_task import ServiceTask
from engine.execution.start_event import StartEvent
from engine.execution.sub_process import SubProcess
from engine.execution.task import PlainTask
from engine.execution.user_task import UserTask


class ElementParser(NodeParser):  # type: ignore[misc]
    """Makes one element's node; a multi-instance activity gets a body around it."""

    def __init__(self, process_parser: ScopeParser, spec_class: type[Node], node: Any, nsmap: Any, lane: Any) -> None:
        self.process_parser, self.spec_class = process_parser, spec_class
        super().__init__(node, nsmap, lane=lane)

    def parse_node(self) -> Node:
        spec, element = self.process_parser.spec, self.process_parser.model.elements[self.bpmn_id]
        if element.triggered_by_event:
            return EventSubProcess(spec, element)
        if element.loop is None:
            return self.spec_class(spec, element)
        return MultiInstance(spec, element, self.spec_class(spec, element, f"{element.id} [each]"))


class ScopeParser(ProcessParser):  # type: ignore[misc]
    """Makes the nodes of one process, those of nested subprocesses too, one after another and not by recursion."""

    @property
    def model(self) -> ProcessModel:
        model: ProcessModel = self.parser.models[self.bpmn_id]
        return model

    def create_spec(self) -> WorkflowSpec:
        return WorkflowSpec(name=self.bpmn_id, filename=self.filename)

    def _parse(self) -> None:
        self.spec = self.create_spec()
        for element_id in self.model.elements:
            self.parse_node(self.get_node_by_id(element_id))


class DiagramParser(BpmnParser):  # type: ignore[misc]
    """Reads one file whose records have been read and checked before."""

    OVERRIDE_PARSER_CLASSES = {  # noqa: RUF012 - SpiffWorkflow's extension point
        full_tag(tag): (ElementParser, node)
        for tag, node in {
            "task": PlainTask,
            "manualTask": PlainTask,
            "userTask": UserTask,
            "serviceTask": ServiceTask,
            "sendTask": ServiceTask,
            "scriptTask": ScriptTask,
            "businessRuleTask": BusinessRuleTask,
            "receiveTask": ReceiveTask,
            "callActivity": CallActivity,
            "subProcess": SubProcess,
            "adHocSubProcess": AdHocSubProcess,
            "exclusiveGateway": ExclusiveGateway,
            "parallelGateway": ParallelGateway,
            "inclusiveGateway": InclusiveGateway,
            "eventBasedGateway": EventBasedGateway,
            "startEvent": StartEvent,
            "endEvent": EndEvent,
            "intermediateCatchEvent": IntermediateCatchEvent,
            "intermediateThrowEvent": IntermediateThrowEvent,
            "boundaryEvent": BoundaryEvent,
        }.items()
    }
    PROCESS_PARSER_CLASS = ScopeParser

    def __init__(self, models: dict[str, ProcessModel]) -> None:
        super().__init__()
        self.models = models

    def add_bpmn_xml(self, bpmn: etree._Element, filename: str | None = None) -> None:
        """Messages, errors and the like are in the records already."""
        self._add_diagram_indexes(bpmn)
        self._add_processes(bpmn, filename)


SUPPORTED = frozenset(tag.rpartition("}")[2] for tag in DiagramParser.OVERRIDE_PARSER_CLASSES)
