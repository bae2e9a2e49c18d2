"""A worker process's window: `/healthz`, `/readyz` and `/metrics` over plain HTTP, for who runs it."""

from __future__ import annotations

import json
import logging
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from engine.runtime import Runtime
from engine.services import monitoring

log = logging.getLogger("kefuflow.request")


def watch(runtime: Runtime, bind: str) -> ThreadingHTTPServer:
    """Answer at `bind` in a thread of its own until `shutdown()`. Only the network of who runs it should reach that address."""
    host, _, port = bind.rpartition(":")

    class Window(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/healthz":
                self._answer(200, json.dumps({"status": "alive"}).encode(), "application/json")
            elif self.path == "/readyz":
                is_ready, why = monitoring.readiness(runtime)
                self._answer(200 if is_ready else 503, json.dumps({"status": why}).encode(), "application/json")
            elif self.path == "/metrics":
                self._answer(200, monitoring.exposition(runtime), monitoring.CONTENT_TYPE)
            else:
                self._answer(404, b"", "text/plain")

        def _answer(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            log.debug(format, *arguments)

    server = ThreadingHTTPServer((host.strip("[]"), int(port)), Window)
    threading.Thread(target=server.serve_forever, name="kefuflow-window", daemon=True).start()
    return server
