"""Random diagrams: block-structured ones and tangles, from a seeded source of chance.

Every diagram is one that deployment accepts, and none runs for ever by itself: each cycle passes a user task, signals
are thrown only right behind a user task, and so is everything that an event subprocess throws.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

from tests.token_game.diagram import Node, Scope

CONDITIONS = ("=x > 2", "=x <= 1", "=y = 1", "=y > 2", "=b", "=not(b)", "=x > 1 and y < 3")
CODES = {"error": ("E1", "E2", None), "escalation": ("C1", "C2", None), "signal": ("S1", "S2")}
CYCLES = ("PT1H", "R2/PT1H", "R/PT1H")
TEMPERS = ("inclusive", "throws", "signals", "scripts", "terminate")


def diagram(seed: int) -> Scope:
    """The diagram of this seed; its scopes are block-structured or tangled, half and half."""
    rng = random.Random(f"diagram {seed}")
    return Sketch(rng, size=rng.randint(2, 11)).process()


class Sketch:
    """Draws one diagram; `size` is about how many activities it may have."""

    def __init__(self, rng: random.Random, size: int) -> None:
        self.rng = rng
        self.left = size
        self.number = 0
        self.depth = 0
        self.in_handler = False
        self.drawn: set[tuple[str, str]] = set()  # what has been thrown so far, to be caught
        # A diagram has a temper, so that rare elements meet in one diagram often enough.
        self.temper = {name: int(rng.random() < 0.45) for name in TEMPERS}

    # ---- small words -------------------------------------------------------------------------------------------------

    def new(self, prefix: str) -> str:
        self.number += 1
        return f"{prefix}{self.number}"

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def add(self, scope: Scope, kind: str, prefix: str, **options) -> str:
        return scope.add(kind, self.new(prefix), **options)

    def flow(self, scope: Scope, source: str, target: str, condition: str | None = None) -> str:
        return scope.flow(source, target, condition, id=self.new("f"))

    def condition(self) -> str:
        return self.rng.choice(CONDITIONS)

    # ---- scopes ------------------------------------------------------------------------------------------------------

    def process(self) -> Scope:
        process = Scope("process")
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

    def thrown(self) -> list[str]:
        """Triggers that are thrown inside a diagram of this temper, thrice for their weight."""
        return (["error", "escalation"] * self.temper["throws"] + ["signal"] * self.temper["signals"]) * 3

    def event(
        self, scope: Scope, kind: str, prefix: str, triggers: tuple, taken: set, on: str | None = None
    ) -> str | None:
        """A boundary event or the start of an event subprocess; None when its owner catches all of that already."""
        trigger, id = self.rng.choice(triggers), self.new(prefix)
        interrupting = trigger == "error" or self.chance(0.5)
        if trigger == "timer":
            ref = "PT1H" if interrupting else self.rng.choice(CYCLES)
        elif trigger == "message":
            ref = f"m_{id}"
        else:
            free = [code for code in CODES[trigger] if (trigger, code) not in taken and (trigger, None) not in taken]
            # A catch for every code only when it is alone: two for one code are no valid diagram.
            free = [code for code in free if code or not any(other == trigger for other, _ in taken)]
            if not free:
                return None
            drawn = [code for code in free if (trigger, code) in self.drawn]
            ref = self.rng.choice(drawn if drawn and self.chance(0.7) else free)
            taken.add((trigger, ref))
        return scope.add(kind, id, trigger=trigger, ref=ref, interrupting=interrupting, attached_to=on)

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

    def needs_task(self, node: Node) -> bool:
        throws = node.kind in {"intermediateThrowEvent", "endEvent"}
        return throws and (node.trigger == "signal" or (self.in_handler and node.trigger in {"error", "escalation"}))

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
            if node.attached_to == activity and self.chance(0.4):
                tails = [edge.target for edge in scope.edges if edge.source == node.id]
                if not any(edge.source in tails for edge in scope.edges):
                    self.flow(scope, tails[0] if tails else node.id, merge)

    def race(self, scope: Scope, before: str) -> str | None:
        split = self.add(scope, "eventBasedGateway", "race")
        self.flow(scope, before, split)
        merge = self.add(scope, "exclusiveGateway", "merge")
        for _ in range(2):
            catch = self.catch_event(scope)
            self.flow(scope, split, catch)
            last = self.blocks(scope, catch) if self.chance(0.5) else catch
            if last:
                self.flow(scope, last, merge)
        return self.drop_unreached(scope, merge)

    def link(self, scope: Scope, before: str) -> str:
        throw, catch = self.link_pair(scope)
        self.flow(scope, before, throw)
        return catch

    def link_pair(self, scope: Scope) -> tuple[str, str]:
        road = self.new("road")
        throw = self.add(scope, "intermediateThrowEvent", "throw", trigger="link", ref=road)
        return throw, self.add(scope, "intermediateCatchEvent", "catch", trigger="link", ref=road)

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

    def conditions(self, scope: Scope, gateway: str) -> None:
        """Conditions on what leaves a deciding gateway, mostly with a default flow."""
        node = scope.node(gateway)
        leaving = [edge for edge in scope.edges if edge.source == gateway]
        if node.kind not in {"exclusiveGateway", "inclusiveGateway"} or len(leaving) < 2:
            return
        for edge in leaving:
            edge.condition = self.condition()
        if self.chance(0.93):
            default = self.rng.choice(leaving)
            default.condition, node.default = None, default.id

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
            for _ in range(2):
                self.flow(scope, gateway, self.catch_event(scope))
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
        sources += [n.id for n in scope.nodes if n.attached_to == node and not _leaves(scope, n.id)]
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
        return self.rng.choice(draws)(scope)

    def user_task(self, scope: Scope) -> str:
        task = self.add(scope, "userTask", "user", loop=self.marker() if self.chance(0.12) else None)
        if self.chance(0.4 if self.temper["inclusive"] else 0.2):
            self.border(scope, task, ("message", "timer", *["signal"] * self.temper["signals"]))
        return task

    def service_task(self, scope: Scope) -> str:
        task = self.add(scope, "serviceTask", "service", loop=self.marker() if self.chance(0.15) else None)
        if self.chance(0.5):
            self.border(scope, task, ("message", "error", "error", "error"))
        return task

    def receive_task(self, scope: Scope) -> str:
        id = self.new("receive")
        loop = self.marker() if self.chance(0.15) else None
        scope.add("receiveTask", id, trigger="message", ref=f"m_{id}", loop=loop)
        if self.chance(0.3):
            self.border(scope, id, ("timer", *["signal"] * self.temper["signals"]))
        return id

    def marker(self) -> tuple[int, bool, str | None]:
        done = self.rng.choice((None, None, None, "=numberOfCompletedInstances >= 2", "=b", "=x > 2"))
        return self.rng.choice((0, 1, 2, 2, 2, 2, 3)), self.chance(0.35), done

    def plain_task(self, scope: Scope) -> str:
        if self.chance(0.3):
            return self.add(scope, "intermediateThrowEvent", "pass")
        return self.add(scope, self.rng.choice(("task", "manualTask")), "task")

    def script(self, scope: Scope) -> str:
        script = self.rng.choice((("x", "=x + 1"), ("y", "=0"), ("x", "=0"), ("y", "=y + 2")))
        return self.add(scope, "scriptTask", "script", script=script)

    def catch_event(self, scope: Scope) -> str:
        trigger = self.rng.choice(("message", "timer", *["signal"] * 2 * self.temper["signals"]))
        id = self.new("catch")
        ref = {"message": f"m_{id}", "timer": "PT1H", "signal": self.rng.choice(CODES["signal"])}[trigger]
        return scope.add("intermediateCatchEvent", id, trigger=trigger, ref=ref)

    def escalation(self, scope: Scope) -> str:
        return self.add(scope, "intermediateThrowEvent", "throw", trigger="escalation", ref=self.code("escalation"))

    def code(self, trigger: str) -> str:
        code = self.rng.choice(CODES[trigger][:2])
        self.drawn.add((trigger, code))
        return code

    def signal(self, scope: Scope) -> str:
        return self.add(scope, "intermediateThrowEvent", "throw", trigger="signal", ref=self.code("signal"))

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

    def border(self, scope: Scope, activity: str, triggers: tuple[str, ...]) -> None:
        """One or two boundary events, some with a task behind them."""
        taken: set = set()
        for _ in range(self.rng.choice((1, 1, 2))):
            event = self.event(scope, "boundaryEvent", "border", triggers, taken, on=activity)
            if event and self.chance(0.5):
                self.flow(scope, event, self.add(scope, "userTask", "user"))

    def end(self, scope: Scope) -> str:
        """An end event, or the user task before it where its throw must follow one."""
        inner = (["error"] * 6 + ["escalation"] * 3) * self.temper["throws"] * (self.depth > 0)
        triggers = ["none"] * 6 + ["terminate"] * 3 * self.temper["terminate"] + ["signal"] * self.temper["signals"]
        trigger = self.rng.choice(triggers + inner)
        ref = self.code(trigger) if trigger in CODES else None
        end = self.add(scope, "endEvent", "end", trigger=trigger, ref=ref)
        if not self.needs_task(scope.node(end)):
            return end
        task = self.add(scope, "userTask", "user")
        self.flow(scope, task, end)
        return task


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
