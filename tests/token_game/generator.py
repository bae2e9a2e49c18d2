"""Random diagrams: block-structured ones and tangles, from a seeded source of chance.

Every diagram is one that deployment accepts, and none runs for ever by itself: each cycle passes a user task, signals
are thrown only right behind a user task, and so is everything that an event subprocess throws.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

from tests.token_game.diagram import Node, Scope
from tests.token_game.pencil import CODES, Pencil


def diagram(seed: int) -> Scope:
    """The diagram of this seed; its scopes are block-structured or tangled, half and half."""
    rng = random.Random(f"diagram {seed}")
    return Sketch(rng, size=rng.randint(2, 11)).process()


class Sketch(Pencil):
    """Draws scopes: a process, its subprocesses, those that it calls, and the flows between their nodes."""

    def __init__(self, rng: random.Random, size: int) -> None:
        super().__init__(rng, size)
        self.main: Scope
        self.finished: list[str] = []  # called processes that are drawn and may be called again

    # ---- scopes ------------------------------------------------------------------------------------------------------

    def process(self) -> Scope:
        process = self.main = Scope("process")
        self.content(process, self.add(process, "startEvent", "start"))
        if self.chance(0.3):
            self.handlers(process)
        return process

    def content(self, scope: Scope, start: str) -> None:
        """Everything behind a start event."""
        if self.chance(0.5):
            self.tangle(scope, start)
            return
        last = self.blocks(scope, start)
        if last and self.chance(0.8):
            self.flow(scope, last, self.end(scope))

    @contextmanager
    def inside(self, in_handler: bool) -> Iterator[None]:
        """One scope deeper."""
        before = self.in_handler
        self.depth, self.in_handler = self.depth + 1, before or in_handler
        yield
        self.depth, self.in_handler = self.depth - 1, before

    def handlers(self, scope: Scope) -> None:
        """One or two event subprocesses."""
        taken: set = set()
        for _ in range(self.rng.choice((1, 1, 2))):
            sub = Scope(self.new("handler"), by_event=True)
            start = self.event(sub, "startEvent", "start", ("message", "timer", *self.thrown()), taken)
            if start is None:
                continue
            scope.nodes.append(Node("subProcess", sub.id, inner=sub))
            self.left = max(self.left, 2)
            with self.inside(in_handler=True):
                self.content(sub, start)
                if self.depth < 3 and self.chance(0.15):
                    self.handlers(sub)

    # ---- structured diagrams -----------------------------------------------------------------------------------------

    def blocks(self, scope: Scope, before: str) -> str | None:
        """Some blocks one after another; the last node, or None when the path has ended."""
        last: str | None = before
        for _ in range(self.rng.randint(1, 4)):
            if last is None or (self.left <= 0 and last != before):
                break
            last = self.block(scope, last)
        return last

    def block(self, scope: Scope, before: str) -> str | None:
        self.left -= 1
        draws = (
            [self.single] * 5
            + [self.fork] * (3 if self.depth else 2)
            + [self.choice, self.loop, self.mixed, self.race, self.link]
        )
        return self.rng.choice(draws + [self.inclusive] * 2 * self.temper["inclusive"])(scope, before)

    def single(self, scope: Scope, before: str) -> str:
        node = self.activity(scope)
        if self.needs_task(scope.node(node)):
            task = self.add(scope, "userTask", "user")
            self.flow(scope, before, task)
            before = task
        self.flow(scope, before, node)
        return node

    def choice(self, scope: Scope, before: str) -> str | None:
        return self.split(scope, before, "exclusiveGateway", "exclusiveGateway")

    def fork(self, scope: Scope, before: str) -> str | None:
        kind = "parallelGateway" if self.chance(0.8) else "userTask"
        return self.split(scope, before, kind, "parallelGateway")

    def inclusive(self, scope: Scope, before: str) -> str | None:
        return self.split(scope, before, "inclusiveGateway", "inclusiveGateway")

    def mixed(self, scope: Scope, before: str) -> str | None:
        """A split of one kind and a join of another: extra tokens, or a join that waits for ever."""
        kinds = ["exclusiveGateway", "parallelGateway"] + ["inclusiveGateway"] * self.temper["inclusive"]
        return self.split(scope, before, self.rng.choice(kinds), self.rng.choice([*kinds, "userTask"]))

    def split(self, scope: Scope, before: str, split_kind: str, merge_kind: str) -> str | None:
        """Two or three ways that meet again, except those that end; None when all do."""
        split = self.add(scope, split_kind, "split")
        merge = self.add(scope, merge_kind, "merge")
        self.flow(scope, before, split)
        for _ in range(self.rng.choice((2, 2, 3))):
            self.way(scope, split, merge)
        self.conditions(scope, split)
        return self.drop_unreached(scope, merge)

    def way(self, scope: Scope, split: str, merge: str) -> None:
        if self.chance(0.12):
            self.flow(scope, split, merge)
            return
        first = self.single(scope, split)
        last = self.blocks(scope, first) if self.chance(0.35) else first
        self.join_borders(scope, first, merge)
        if last and self.chance(0.12):
            self.flow(scope, last, self.end(scope))
        elif last:
            self.flow(scope, last, merge)

    def join_borders(self, scope: Scope, activity: str, merge: str) -> None:
        """Sometimes what a boundary event starts meets the others, too."""
        for node in scope.nodes:
            if node.attached_to == activity and node.trigger != "compensate" and self.chance(0.4):
                tails = [edge.target for edge in scope.edges if edge.source == node.id]
                if not any(edge.source in tails for edge in scope.edges):
                    self.flow(scope, tails[0] if tails else node.id, merge)

    def race(self, scope: Scope, before: str) -> str | None:
        split = self.add(scope, "eventBasedGateway", "race")
        self.flow(scope, before, split)
        merge = self.add(scope, "exclusiveGateway", "merge")
        for catch in self.rivals(scope):
            self.flow(scope, split, catch)
            last = self.blocks(scope, catch) if self.chance(0.5) else catch
            if last:
                self.flow(scope, last, merge)
        return self.drop_unreached(scope, merge)

    def rivals(self, scope: Scope) -> list[str]:
        """Two events for a gateway to wait for, which must not be the same."""
        one, other = self.catch_event(scope), self.catch_event(scope)
        taken = scope.node(one).ref
        if scope.node(other).trigger == "signal" and scope.node(other).ref == taken:
            scope.node(other).ref = next(name for name in CODES["signal"] if name != taken)
        return [one, other]

    def link(self, scope: Scope, before: str) -> str:
        throw, catch = self.link_pair(scope)
        self.flow(scope, before, throw)
        return catch

    def loop(self, scope: Scope, before: str) -> str | None:
        """A user task, whatever comes behind it, and a way back to the task."""
        task = self.add(scope, "userTask", "user")
        self.flow(scope, before, task)
        last = self.blocks(scope, task)
        if last is None:
            return None
        again = self.add(scope, "exclusiveGateway", "again")
        on = self.add(scope, "exclusiveGateway", "on")
        self.flow(scope, last, again)
        ways = [self.flow(scope, again, task), self.flow(scope, again, on)]
        scope.node(again).default = self.rng.choice(ways)
        for edge in scope.edges[-2:]:
            edge.condition = None if edge.id == scope.node(again).default else self.condition()
        return on

    def drop_unreached(self, scope: Scope, merge: str) -> str | None:
        if any(edge.target == merge for edge in scope.edges):
            return merge
        scope.nodes.remove(scope.node(merge))
        return None

    # ---- tangles -----------------------------------------------------------------------------------------------------

    def tangle(self, scope: Scope, start: str) -> None:
        """Nodes in a row with flows forward at random, and back to user tasks only."""
        row = [self.add(scope, "parallelGateway", "gate")] if self.chance(0.4) else []
        row += [self.tangle_node(scope) for _ in range(self.rng.randint(2, 7))]
        ends = [self.end(scope) for _ in range(self.rng.randint(1, 2))]
        self.flow(scope, start, row[0])
        for place, node in enumerate(row):
            self.leave(scope, node, row[place + 1 :] + ends, row[: place + 1])
        for place, node in enumerate([*row, *ends]):
            if node not in _reached(scope, start):
                self.flow(scope, self.source(scope, self.rng.choice(row[: max(place, 1)][: len(row)])), node)
        for node in row:
            self.conditions(scope, node)
            self.ways(scope, node)
        for node in [n.id for n in scope.nodes if n.kind == "intermediateThrowEvent" and self.needs_task(n)]:
            self.guard(scope, node)

    def tangle_node(self, scope: Scope) -> str:
        self.left -= 1
        if self.chance(0.55):
            return self.activity(scope)
        if self.chance(0.2 if self.temper["inclusive"] else 0.08):
            return self.link_pair(scope)[0]
        kinds = ["exclusiveGateway", "parallelGateway"] * 3 + ["inclusiveGateway"] * 4 * self.temper["inclusive"]
        gateway = self.add(scope, self.rng.choice([*kinds, "eventBasedGateway"]), "gate")
        if scope.node(gateway).kind == "eventBasedGateway":
            for catch in self.rivals(scope):
                self.flow(scope, gateway, catch)
        return gateway

    def source(self, scope: Scope, node: str) -> str:
        """Where a further flow may leave: one of an event-based gateway's events, a link's catch, or the node itself."""
        if scope.node(node).trigger == "link":
            return _link_catch(scope, node)
        if scope.node(node).kind != "eventBasedGateway":
            return node
        return self.rng.choice([edge.target for edge in scope.edges if edge.source == node])

    def leave(self, scope: Scope, node: str, later: list[str], earlier: list[str]) -> None:
        gateway = scope.node(node).kind.endswith("Gateway")
        sources = [self.source(scope, node)] * self.rng.choice((1, 2, 2, 3) if gateway else (1, 1, 1, 1, 2))
        if scope.node(node).kind == "eventBasedGateway":
            sources = [edge.target for edge in scope.edges if edge.source == node]
        borders = [n for n in scope.nodes if n.attached_to == node and n.trigger != "compensate"]
        sources += [n.id for n in borders if not _leaves(scope, n.id)]
        back = [n for n in earlier if scope.node(n).kind == "userTask"]
        joins = [n for n in later if scope.node(n).kind == "inclusiveGateway"]
        for source in sources:
            forward = joins if joins and self.chance(0.4) else later
            self.flow(scope, source, self.rng.choice(back if back and self.chance(0.18) else forward))

    def guard(self, scope: Scope, node: str) -> None:
        """Put a user task before a throw."""
        task = self.add(scope, "userTask", "user")
        for edge in scope.edges:
            if edge.target == node:
                edge.target = task
        self.flow(scope, task, node)

    # ---- nodes -------------------------------------------------------------------------------------------------------

    def activity(self, scope: Scope) -> str:
        draws = [self.user_task] * 6 + [self.plain_task, self.catch_event, self.service_task, self.receive_task]
        often = (3 if self.depth == 0 else 1) * (1 + self.temper["throws"])
        draws += [self.subprocess] * often * (self.left > 0 and self.depth < 3)
        draws += [self.escalation] * self.temper["throws"] * (2 if self.depth else 1)
        draws += [self.signal] * self.temper["signals"] + [self.script] * self.temper["scripts"]
        draws += [self.compensation] * 3 * self.temper["undo"] + [self.call] * 3 * self.temper["calls"] * (
            self.depth < 3
        )
        draws += [self.ad_hoc] * 3 * self.temper["adhoc"] * (self.depth < 3)
        drawn = self.rng.choice(draws)(scope)
        if self.temper["undo"] and not scope.node(drawn).kind.endswith("Event") and self.chance(0.5):
            self.undoable(scope, drawn)
        return drawn

    def call(self, scope: Scope) -> str:
        """A process of its own, or one that is drawn already."""
        id = self.new("call")
        loop = self.marker() if self.chance(0.25) else None
        if self.finished and self.chance(0.4):
            scope.add("callActivity", id, calls=self.rng.choice(self.finished), loop=loop)
        else:
            called = Scope(self.new("called"))
            scope.add("callActivity", id, calls=called.id, loop=loop)
            self.main.called.append(called)
            self.left = max(self.left, 2)
            with self.inside(in_handler=False):
                self.content(called, self.add(called, "startEvent", "start"))
                if self.chance(0.25):
                    self.handlers(called)
            self.finished.append(called.id)
        if self.chance(0.6):
            self.border(scope, id, ("message", "timer", *self.thrown()))
        return id

    def ad_hoc(self, scope: Scope) -> str:
        """Two or three activities, some with another behind, some activated, once or twice."""
        id = self.new("adhoc")
        inner = Scope(id)
        self.left = max(self.left, 2)
        with self.inside(in_handler=False):
            first = [self.ad_hoc_activity(inner) for _ in range(self.rng.choice((2, 2, 3)))]
            for each in first:
                if self.chance(0.35):
                    self.flow(inner, each, self.rng.choice((self.user_task, self.plain_task))(inner))
            if self.chance(0.3):
                self.handlers(inner)
        active = tuple(self.rng.choice(first) for _ in range(self.rng.choice((1, 2, 2, 3))))
        until = self.condition() if self.chance(0.5) else None
        scope.add("adHocSubProcess", id, inner=inner, active=active, until=until, cancels=self.chance(0.6))
        if self.chance(0.4):
            self.border(scope, id, ("message", "timer", *self.thrown()))
        return id

    def ad_hoc_activity(self, scope: Scope) -> str:
        """What BPMN lets begin there by itself: no throw."""
        draws = [self.user_task] * 4 + [self.service_task, self.receive_task] + [self.subprocess] * (self.left > 0)
        drawn = self.rng.choice(draws)(scope)
        if self.temper["undo"] and self.chance(0.5):
            self.undoable(scope, drawn)
        return drawn

    def subprocess(self, scope: Scope) -> str:
        id = self.new("sub")
        loop = self.marker() if self.chance(0.35) else None
        sub = scope.sub(id, loop=loop)
        self.left = max(self.left, 2)
        with self.inside(in_handler=False):
            start = self.add(sub, "startEvent", "start")
            # Joins in several instances at once are worth a special chance.
            forked = self.fork(sub, start) if loop and self.chance(0.4) else None
            self.content(sub, forked or start)
            if self.chance(0.35):
                self.handlers(sub)
        if self.chance(0.6):
            self.border(scope, id, ("message", "timer", *self.thrown()))
        if self.chance(0.3):
            self.rival(scope, sub)
        return id

    def rival(self, scope: Scope, sub: Scope) -> None:
        """A boundary event for what an event subprocess inside catches already: the inner one must win."""
        starts = [s for n in sub.nodes if n.inner and n.inner.by_event for s in n.inner.nodes if s.kind == "startEvent"]
        caught = [(s.trigger, s.ref) for s in starts if s.trigger in {"error", "escalation"} and s.ref]
        taken = {(n.trigger, n.ref) for n in scope.nodes if n.attached_to == sub.id}
        for trigger, ref in [each for each in caught if each not in taken and (each[0], None) not in taken][:1]:
            interrupting = trigger == "error" or self.chance(0.5)
            border = self.new("border")
            scope.add("boundaryEvent", border, trigger=trigger, ref=ref, attached_to=sub.id, interrupting=interrupting)


def _reached(scope: Scope, start: str) -> set[str]:
    """What a token at the start can come to in this scope."""
    seen, todo = {start}, [start]
    while todo:
        node = todo.pop()
        following = {edge.target for edge in scope.edges if edge.source == node}
        following |= {other.id for other in scope.nodes if other.attached_to == node}
        following |= {_link_catch(scope, node)} if scope.node(node).trigger == "link" else set()
        todo += following - seen
        seen |= following
    return seen


def _link_catch(scope: Scope, throw: str) -> str:
    road = scope.node(throw).ref
    return next(
        n.id for n in scope.nodes if n.kind == "intermediateCatchEvent" and (n.trigger, n.ref) == ("link", road)
    )


def _leaves(scope: Scope, node: str) -> bool:
    return any(edge.source == node for edge in scope.edges)
