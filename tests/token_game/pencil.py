"""Single nodes of a random diagram: tasks, events and their triggers, conditions."""

from __future__ import annotations

import random

from tests.token_game.diagram import Node, Scope

CONDITIONS = ("=x > 2", "=x <= 1", "=y = 1", "=y > 2", "=b", "=not(b)", "=x > 1 and y < 3")
CODES = {"error": ("E1", "E2", None), "escalation": ("C1", "C2", None), "signal": ("S1", "S2")}
CYCLES = ("PT1H", "R2/PT1H", "R/PT1H")
TEMPERS = ("inclusive", "throws", "signals", "scripts", "terminate", "undo", "adhoc", "calls", "ways")


class Pencil:
    """Draws nodes; `size` is about how many activities the diagram may have."""

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

    # ---- events and conditions ----

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

    def needs_task(self, node: Node) -> bool:
        throws = node.kind in {"intermediateThrowEvent", "endEvent"}
        return throws and (node.trigger == "signal" or (self.in_handler and node.trigger in {"error", "escalation"}))

    def link_pair(self, scope: Scope) -> tuple[str, str]:
        road = self.new("road")
        throw = self.add(scope, "intermediateThrowEvent", "throw", trigger="link", ref=road)
        return throw, self.add(scope, "intermediateCatchEvent", "catch", trigger="link", ref=road)

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

    def ways(self, scope: Scope, activity: str) -> None:
        """Sometimes conditions on the several flows that leave an activity, some of them without one."""
        node = scope.node(activity)
        leaving = [edge for edge in scope.edges if edge.source == activity]
        plain = node.loop or node.kind.endswith(("Gateway", "Event")) or len(leaving) < 2
        if plain or not self.temper["ways"] or self.chance(0.3):
            return
        for edge in leaving:
            edge.condition = self.condition() if self.chance(0.85) else None
        if self.chance(0.85):
            default = self.rng.choice(leaving)
            default.condition, node.default = None, default.id

    def undoable(self, scope: Scope, activity: str) -> None:
        """A compensation event and its handler: a task, or a subprocess of two."""
        handler = self.new("undo")
        if self.chance(0.75):
            scope.add(self.rng.choice(("userTask", "userTask", "serviceTask")), handler, undoes=True)
        else:
            steps = scope.sub(handler, undoes=True)
            task = self.add(steps, "userTask", "user")
            self.flow(steps, self.add(steps, "startEvent", "start"), task)
        border = self.new("border")
        scope.add("boundaryEvent", border, trigger="compensate", attached_to=activity, handler=handler)

    def undoing(self, scope: Scope) -> str | None:
        """An activity of this scope that may be named, or none for all."""
        named = [n.attached_to for n in scope.nodes if n.trigger == "compensate" and n.attached_to]
        return self.rng.choice(named) if named and self.chance(0.35) else None

    # ---- nodes ----

    def compensation(self, scope: Scope) -> str:
        return self.add(scope, "intermediateThrowEvent", "throw", trigger="compensate", ref=self.undoing(scope))

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
        undo = ["compensate"] * 2 * self.temper["undo"]
        triggers = (
            undo + ["none"] * 6 + ["terminate"] * 3 * self.temper["terminate"] + ["signal"] * self.temper["signals"]
        )
        trigger = self.rng.choice(triggers + inner)
        ref = self.code(trigger) if trigger in CODES else self.undoing(scope) if trigger == "compensate" else None
        end = self.add(scope, "endEvent", "end", trigger=trigger, ref=ref)
        if not self.needs_task(scope.node(end)):
            return end
        task = self.add(scope, "userTask", "user")
        self.flow(scope, task, end)
        return task
