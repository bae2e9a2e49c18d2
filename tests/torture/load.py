"""The clients: they start instances, do their tasks and send their messages, and remember what they were promised."""

from __future__ import annotations

import http.client
import json
import random
import threading
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Promises:
    """Only what was answered with success is in here."""

    started: dict[int, tuple[str, int]] = field(default_factory=dict)  # instance -> (its n, its definition)
    completed: list[tuple[int, int, str, dict[str, Any]]] = field(
        default_factory=list
    )  # instance, task, element, variables
    published: set[str] = field(default_factory=set)  # the n of the instance that awaits it
    stuck: bool = False  # somebody chose the way that leads to an incident
    refused: int = 0  # somebody else was first
    unanswered: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Client(threading.Thread):
    """One of several; each works on its own instances, and on each task sometimes twice at once."""

    def __init__(self, name: str, ports: list[int], promises: Promises, over: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self._ports, self._promises, self._over = ports, promises, over
        self._mine: list[tuple[int, str]] = []
        self._count = 0

    def run(self) -> None:
        while not self._over.is_set():
            roll = random.random()
            if roll < 0.3 or not self._mine:
                self._start()
            elif roll < 0.85:
                self._work(*random.choice(self._mine[-30:]))
            else:
                self._publish(random.choice(self._mine[-30:])[1])

    def _start(self) -> None:
        self._count += 1
        number = f"{self.name}-{self._count}"
        answer = self._ask("/start", {"n": number})
        if answer is not None:
            self._mine.append((answer["key"], number))
            with self._promises.lock:
                self._promises.started[answer["key"]] = (number, answer["definition"])

    def _work(self, instance: int, number: str) -> None:
        found = self._ask("/tasks", {"instance": instance})
        for task, element in (found or {"tasks": []})["tasks"]:
            if random.random() < 0.3:
                rival = threading.Thread(target=self._complete, args=(instance, task, element), daemon=True)
                rival.start()
                self._complete(instance, task, element)
                rival.join(15)
            else:
                self._complete(instance, task, element)

    def _complete(self, instance: int, task: int, element: str) -> None:
        route = random.choices((1, 2, 3), (90, 6, 4))[0]
        variables = {"x": route, "by": f"{threading.get_ident()}-{random.random()}"} if element == "ask" else {}
        if self._ask("/complete", {"task": task, "variables": variables}) is not None:
            with self._promises.lock:
                self._promises.completed.append((instance, task, element, variables))
                self._promises.stuck |= variables.get("x") == 3

    def _publish(self, number: str) -> None:
        if number not in self._promises.published and self._ask("/publish", {"n": number}) is not None:
            with self._promises.lock:
                self._promises.published.add(number)

    def _ask(self, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """The answer, when it was one of success."""
        connection = http.client.HTTPConnection("127.0.0.1", random.choice(self._ports), timeout=10)
        try:
            connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
            response = connection.getresponse()
            answer = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError):
            with self._promises.lock:
                self._promises.unanswered += 1
            self._over.wait(0.02)
            return None
        finally:
            connection.close()
        if response.status == 200:
            return dict(answer)
        with self._promises.lock:
            self._promises.refused += response.status == 409
        return None
