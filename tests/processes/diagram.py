"""The shipped diagrams as the layout checks see them: shapes, labels and edges of BPMN DI, with what they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from lxml import etree

PROCESSES = Path(__file__).resolve().parents[2] / "processes"
DIAGRAMS = sorted(PROCESSES.glob("*.bpmn"))
NS = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
    "zeebe": "http://camunda.org/schema/zeebe/1.0",
}
EVENTS = ("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent")
TASKS = (
    "userTask", "serviceTask", "businessRuleTask", "scriptTask", "receiveTask", "sendTask", "task", "manualTask",
    "callActivity", "subProcess",
)  # fmt: skip
GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway")
NODES = EVENTS + TASKS + GATEWAYS

Point = tuple[float, float]
Segment = tuple[Point, Point]


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def center(self) -> Point:
        return self.x + self.width / 2, self.y + self.height / 2

    def grown(self, by: float) -> Box:
        return Box(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)

    def contains(self, other: Box) -> bool:
        across = self.x <= other.x and other.right <= self.right
        return across and self.y <= other.y and other.bottom <= self.bottom

    def overlaps(self, other: Box) -> bool:
        across = self.x < other.right and other.x < self.right
        return across and self.y < other.bottom and other.y < self.bottom

    def is_cut_by(self, segment: Segment) -> bool:
        """For horizontal and vertical segments, which are the only ones that a layout here may have."""
        (x1, y1), (x2, y2) = segment
        across = min(x1, x2) < self.right and self.x < max(x1, x2)
        if x1 == x2:
            across = self.x < x1 < self.right
        down = min(y1, y2) < self.bottom and self.y < max(y1, y2)
        if y1 == y2:
            down = self.y < y1 < self.bottom
        return across and down


@dataclass(frozen=True)
class Shape:
    id: str
    kind: str
    box: Box
    label: Box | None
    parent: str | None
    host: str | None


@dataclass(frozen=True)
class Edge:
    id: str
    source: str
    target: str
    points: list[Point]
    label: Box | None

    @property
    def segments(self) -> list[Segment]:
        return list(pairwise(self.points))


class Diagram:
    """One file's drawing. `lanes` holds the ids that a lane says it holds."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.root = etree.parse(path).getroot()
        self.drawn = {
            element.get("bpmnElement"): element for element in self.root.iterfind(".//bpmndi:*[@bpmnElement]", NS)
        }
        self.shapes = {e.get("id"): self._shape(e) for e in self.elements(*NODES) if e.get("id") in self.drawn}
        self.edges = [self._edge(e) for e in self.elements("sequenceFlow") if e.get("id") in self.drawn]
        self.lanes = {
            self._box(lane): [r.text for r in lane.iterfind("bpmn:flowNodeRef", NS)] for lane in self.elements("lane")
        }

    def elements(self, *kinds: str) -> list[etree._Element]:
        return [e for kind in kinds for e in self.root.iterfind(f".//bpmn:{kind}", NS)]

    @property
    def pool(self) -> Box:
        return self._box(self.elements("participant")[0])

    @property
    def labels(self) -> dict[str, Box]:
        owners = [*self.shapes.values(), *self.edges]
        return {owner.id: owner.label for owner in owners if owner.label is not None}

    def _box(self, element: etree._Element) -> Box:
        return _bounds(self.drawn[element.get("id")].find("dc:Bounds", NS))

    def _label(self, element: etree._Element) -> Box | None:
        bounds = self.drawn[element.get("id")].find("bpmndi:BPMNLabel/dc:Bounds", NS)
        return None if bounds is None else _bounds(bounds)

    def _shape(self, element: etree._Element) -> Shape:
        parent = element.getparent()
        inside = parent.get("id") if etree.QName(parent).localname == "subProcess" else None
        kind = etree.QName(element).localname
        host = element.get("attachedToRef")
        return Shape(element.get("id"), kind, self._box(element), self._label(element), inside, host)

    def _edge(self, element: etree._Element) -> Edge:
        drawn = self.drawn[element.get("id")]
        points = [(float(p.get("x")), float(p.get("y"))) for p in drawn.iterfind("di:waypoint", NS)]
        return Edge(element.get("id"), element.get("sourceRef"), element.get("targetRef"), points, self._label(element))


def _bounds(bounds: etree._Element) -> Box:
    return Box(*(float(bounds.get(name)) for name in ("x", "y", "width", "height")))
