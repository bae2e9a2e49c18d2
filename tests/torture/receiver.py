"""Where side effects arrive: an HTTP server that notes each with its key, and sometimes fails before or after noting it."""

from __future__ import annotations

import json
import random
import threading
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Received:
    instance: int
    element: str
    key: str


class Receiver:
    """`received` grows in the order of arrival."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.fails = 0.05  # chance of a refusal before the note, and of one after it
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sent = self.rfile.read(int(self.headers["Content-Length"]))
                if not sent:
                    return  # The caller was killed between the head and the body.
                body = json.loads(sent)
                before, after = (random.random() < receiver.fails for _ in range(2))
                if not before:
                    key = self.headers.get("Idempotency-Key", "")
                    receiver.received.append(Received(body["instance"], body["element"], key))
                with suppress(ConnectionError):  # The caller may be dead by now.
                    self.send_response(503 if before or after else 200)
                    self.send_header("Content-Length", "2")
                    self.end_headers()
                    self.wfile.write(b"{}")

            def log_message(self, format: str, *arguments: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
