"""A small HTTP server on loopback that reference services build on: routes are methods, failures can be ordered."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, Any]
Route = Callable[[str, dict[str, str], dict[str, Any], dict[str, str]], Answer]


class ReferenceServer:
    """Answers what `answer` says, on loopback; `failing` makes the next so many requests a 503."""

    token: str | None = "secret"

    def __init__(self) -> None:
        self.failing = 0
        self.retry_after: str | None = None
        self.raw: bytes | None = None
        self.received = b""  # the last body, as it came
        self.requests: list[tuple[str, str]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, method: str, path: str, query: dict[str, str], body: Any, headers: dict[str, str]) -> Answer:
        raise NotImplementedError

    def _respond(self, method: str, target: str, body: Any, headers: dict[str, str]) -> Answer:
        self.requests.append((method, target))
        if self.failing > 0:
            self.failing -= 1
            return 503, {"error": "later"}
        if self.token and headers.get("Authorization") != f"Bearer {self.token}":
            return 401, {"error": "who are you"}
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        return self.answer(method, parts.path, query, body, headers)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._serve("GET")

            def do_POST(self) -> None:
                self._serve("POST")

            def _serve(self, method: str) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                server.received = self.rfile.read(length)
                body = json.loads(server.received or b"null")
                status, document = server._respond(method, self.path, body, dict(self.headers.items()))
                page = isinstance(document, str)
                content = document.encode() if page else json.dumps(document).encode()
                content = server.raw if server.raw is not None else content
                self.send_response(status)
                self.send_header("Content-Type", "text/html" if page else "application/json")
                self.send_header("Content-Length", str(len(content)))
                if status == 503 and server.retry_after:
                    self.send_header("Retry-After", server.retry_after)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler
