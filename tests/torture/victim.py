"""What is killed: a nursery that has imported everything forks web and worker processes on demand.

`python -m tests.torture.victim URL HOME RECEIVER [MUTANT]` reads lines `web PORT` and `worker` and prints each child's pid. A port is the
nursery's own, so that whoever is killed leaves it to the next at once. The web process answers commands over HTTP only when the service's
call has returned, as Kefuflow's own pages and API do.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sqlalchemy import select

from engine.config import Settings
from engine.connectors.http.client import JsonClient
from engine.errors import Conflict, KefuflowError, NotFound
from engine.model.user_task import UserTask
from engine.runtime import JobContext, Runtime
from engine.services import instances, messages, tasks
from engine.services.messages import MessageAlreadyPublished
from engine.worker import Worker
from tests.torture import mutants
from tests.torture.story import PROCESS

LEASE = timedelta(seconds=2)


def open_runtime(url: str, home: str, receiver: str) -> Runtime:
    """A runtime whose `effect` jobs tell the receiver, with the job's key."""
    runtime = Runtime(Settings(home=Path(home), database_url=url, worker_threads=4, log_level="WARNING"))
    client = JsonClient("receiver", receiver, attempts=1)

    def effect(_runtime: Runtime, job: JobContext) -> dict[str, Any]:
        body = {"instance": job.process_instance_key, "element": job.element_id}
        client.post("/effects", body, job.idempotency_key)
        return {f"told_{job.element_id}": job.key}

    runtime.handle_jobs("effect", effect, lease=LEASE, at_once=4)
    return runtime


def _start(runtime: Runtime, asked: dict[str, Any]) -> dict[str, Any]:
    found = instances.start(runtime, PROCESS, {"n": asked["n"]}, who="client")
    return {"key": found.key, "definition": found.process_definition_key}


def _tasks(runtime: Runtime, asked: dict[str, Any]) -> dict[str, Any]:
    query = select(UserTask.key, UserTask.element_id).where(
        UserTask.process_instance_key == asked["instance"], UserTask.state == "CREATED"
    )
    with runtime.unit_of_work(read_only=True) as uow:
        return {"tasks": [[row.key, row.element_id] for row in uow.connection.execute(query)]}


def _complete(runtime: Runtime, asked: dict[str, Any]) -> dict[str, Any]:
    tasks.complete(runtime, asked["task"], asked["variables"], who="client")
    return {}


def _publish(runtime: Runtime, asked: dict[str, Any]) -> dict[str, Any]:
    try:
        messages.publish(runtime, "nod", asked["n"], ttl=timedelta(days=1), message_id=asked["n"], who="client")
    except MessageAlreadyPublished:
        return {}  # an earlier call came through though its answer did not
    return {}


COMMANDS = {"/start": _start, "/tasks": _tasks, "/complete": _complete, "/publish": _publish}


def _serve(runtime: Runtime, listening: socket.socket) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            try:
                status, answer = 200, COMMANDS[self.path](runtime, asked)
            except (Conflict, NotFound) as error:
                status, answer = 409, {"error": str(error)}
            except KefuflowError as error:
                status, answer = 503, {"error": str(error)}
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(listening.getsockname(), Handler, bind_and_activate=False)
    server.daemon_threads = True
    server.socket.close()
    server.socket = listening
    server.serve_forever()


def _child(listening: socket.socket | None, runtime: Runtime) -> None:
    if listening is not None:
        _serve(runtime, listening)
    worker = Worker(runtime)
    worker.start()
    signal.pause()


def main() -> None:
    url, home, receiver = sys.argv[1:4]
    if len(sys.argv) > 4:
        mutants.install(sys.argv[4])
    runtime = open_runtime(url, home, receiver)  # connects to nothing before a child uses it
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    children, ports = [], dict[str, socket.socket]()
    for line in iter(sys.stdin.readline, ""):
        if line.startswith("web") and line not in ports:
            ports[line] = socket.create_server(("127.0.0.1", int(line.split()[1])))
        child = os.fork()
        if child == 0:
            try:
                _child(ports.get(line), runtime)
            finally:
                os._exit(1)
        children.append(child)
        print(child, flush=True)
    for child in children:
        try:
            os.kill(child, signal.SIGKILL)
        except ProcessLookupError:
            continue


if __name__ == "__main__":
    main()
