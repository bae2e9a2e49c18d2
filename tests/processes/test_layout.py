"""What a reader sees: everything is drawn, in its lane, and no line runs through a step or a word."""

from __future__ import annotations

from itertools import combinations

import pytest

from tests.processes.diagram import DIAGRAMS, GATEWAYS, NODES, Box, Diagram, Edge, Segment, Shape

WIDEST, HIGHEST = 1900, 1100
TITLE = 24  # The height of an expanded subprocess's name.
# Two lines may cross where a loop leaves no other way; fewer is better, more is a step back.
CROSSINGS = {"complaint": 1}

pytestmark = pytest.mark.parametrize("diagram", [Diagram(path) for path in DIAGRAMS], ids=lambda d: d.path.stem)


def test_every_step_and_every_flow_is_drawn(diagram: Diagram) -> None:
    flows = [e for e in diagram.elements("sequenceFlow") if e.get("id") not in diagram.drawn]
    assert [e.get("id") for e in diagram.elements(*NODES) if e.get("id") not in diagram.drawn] == []
    assert [e.get("id") for e in flows] == []


def test_the_diagram_fits_a_screen(diagram: Diagram) -> None:
    assert diagram.pool.width <= WIDEST
    assert diagram.pool.height <= HIGHEST


def test_lanes_hold_what_they_say_and_every_step_is_in_one(diagram: Diagram) -> None:
    outer = {shape.id for shape in diagram.shapes.values() if shape.parent is None}
    held = [node for ids in diagram.lanes.values() for node in ids]
    assert sorted(held) == sorted(outer)
    for lane, ids in diagram.lanes.items():
        # A boundary event sits on its task's edge and may reach over the lane's.
        stray = [i for i in ids if not lane.grown(20 if diagram.shapes[i].host else 0).contains(diagram.shapes[i].box)]
        assert stray == []


def test_subprocesses_contain_their_steps_below_their_title(diagram: Diagram) -> None:
    for shape in diagram.shapes.values():
        if shape.parent is None:
            continue
        outer = diagram.shapes[shape.parent].box
        assert Box(outer.x, outer.y + TITLE, outer.width, outer.height - TITLE).contains(shape.box), shape.id


def test_steps_do_not_overlap(diagram: Diagram) -> None:
    pairs = combinations(diagram.shapes.values(), 2)
    assert [(a.id, b.id) for a, b in pairs if not _belong(a, b) and a.box.grown(2).overlaps(b.box)] == []


def test_lines_are_level_or_upright(diagram: Diagram) -> None:
    slanted = [e.id for e in diagram.edges for (x1, y1), (x2, y2) in e.segments if x1 != x2 and y1 != y2]
    assert slanted == []


def test_lines_dock_on_their_steps(diagram: Diagram) -> None:
    for edge in diagram.edges:
        assert _docks(edge.points[0], diagram.shapes[edge.source]), f"{edge.id} leaves beside {edge.source}"
        assert _docks(edge.points[-1], diagram.shapes[edge.target]), f"{edge.id} ends beside {edge.target}"


def test_no_line_runs_through_a_step(diagram: Diagram) -> None:
    through = []
    for edge in diagram.edges:
        for shape in diagram.shapes.values():
            if shape.kind == "subProcess" and shape.id == diagram.shapes[edge.source].parent:
                continue
            if any(shape.box.grown(-1).is_cut_by(segment) for segment in edge.segments):
                through.append((edge.id, shape.id))
    assert through == []


def test_no_line_runs_through_a_label(diagram: Diagram) -> None:
    labels = {owner: box.grown(-1) for owner, box in diagram.labels.items()}
    hit = [(e.id, owner) for e in diagram.edges for owner, box in labels.items() if any(map(box.is_cut_by, e.segments))]
    assert hit == []


def test_labels_cover_neither_steps_nor_each_other(diagram: Diagram) -> None:
    labels = {owner: box.grown(-1) for owner, box in diagram.labels.items()}
    covered = [(owner, s.id) for owner, box in labels.items() for s in _solid(diagram) if box.overlaps(s.box)]
    assert covered == []
    assert [(a, b) for (a, one), (b, two) in combinations(labels.items(), 2) if one.overlaps(two)] == []


def test_labels_stay_inside_one_lane(diagram: Diagram) -> None:
    borders = [((lane.x, lane.bottom), (lane.right, lane.bottom)) for lane in diagram.lanes]
    assert [owner for owner, box in diagram.labels.items() if any(box.is_cut_by(border) for border in borders)] == []


def test_lines_of_different_steps_do_not_run_on_top_of_each_other(diagram: Diagram) -> None:
    strangers = [(a, b) for a, b in combinations(diagram.edges, 2) if a.source != b.source and a.target != b.target]
    assert [(a.id, b.id) for a, b in strangers if any(_on_top(s, t) for s in a.segments for t in b.segments)] == []


def test_lines_cross_no_more_often_than_their_loops_need(diagram: Diagram) -> None:
    crossing = [(a.id, b.id) for a, b in combinations(diagram.edges, 2) if _crosses(a, b)]
    assert len(crossing) <= CROSSINGS.get(diagram.path.stem, 0), crossing


def _belong(a: Shape, b: Shape) -> bool:
    return a.id in (b.parent, b.host) or b.id in (a.parent, a.host)


def _solid(diagram: Diagram) -> list[Shape]:
    return [shape for shape in diagram.shapes.values() if shape.kind != "subProcess"]


def _docks(point: tuple[float, float], shape: Shape) -> bool:
    """On the outline: a corner of a gateway, the outline of a circle at its four poles, any side of a task."""
    (x, y), box = point, shape.box
    middle_x, middle_y = box.center
    poles = [(box.x, middle_y), (box.right, middle_y), (middle_x, box.y), (middle_x, box.bottom)]
    if shape.kind in GATEWAYS or shape.kind.endswith("Event"):
        return any(abs(x - px) + abs(y - py) <= 2 for px, py in poles)
    across, down = box.x <= x <= box.right, box.y <= y <= box.bottom
    return across and down and (x in (box.x, box.right) or y in (box.y, box.bottom))


def _on_top(one: Segment, two: Segment) -> bool:
    for axis in (0, 1):
        fixed = 1 - axis
        if one[0][fixed] == one[1][fixed] == two[0][fixed] == two[1][fixed]:
            low = max(min(one[0][axis], one[1][axis]), min(two[0][axis], two[1][axis]))
            high = min(max(one[0][axis], one[1][axis]), max(two[0][axis], two[1][axis]))
            return low < high
    return False


def _crosses(a: Edge, b: Edge) -> bool:
    return any(_cross(s, t) or _cross(t, s) for s in a.segments for t in b.segments)


def _cross(level: Segment, upright: Segment) -> bool:
    (x1, y1), (x2, y2) = level
    (u1, v1), (u2, v2) = upright
    if y1 != y2 or u1 != u2:
        return False
    return min(x1, x2) < u1 < max(x1, x2) and min(v1, v2) < y1 < max(v1, v2)
