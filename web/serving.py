"""Processes that serve: gunicorn with threads for the web, a worker beside it or alone."""

from __future__ import annotations

import signal
import threading
from typing import Any

import click
from gunicorn.app.base import BaseApplication

from engine.config import Settings
from engine.services import startup
from engine.worker import Worker


class Server(BaseApplication):  # type: ignore[misc]
    """One gunicorn worker process with threads; more web processes are more `kefuflow web`."""

    def __init__(self, settings: Settings, with_worker: bool) -> None:
        self.settings, self.with_worker = settings, with_worker
        super().__init__()

    def load_config(self) -> None:
        chosen = {
            "bind": self.settings.bind,
            "workers": 1,
            "worker_class": "gthread",
            "threads": self.settings.web_threads,
            "timeout": 120,
            "graceful_timeout": 10,
            "keepalive": 5,
            "loglevel": "warning",
            "control_socket_disable": True,
            "post_worker_init": self._started,
            "worker_exit": self._stopped,
        }
        for name, value in chosen.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        from web.app import create_app

        self.runtime = startup.open_runtime(self.settings)
        return create_app(self.runtime)

    def _started(self, _worker: Any) -> None:
        self.embedded = Worker(self.runtime) if self.with_worker else None
        if self.embedded is not None:
            self.embedded.start()

    def _stopped(self, _server: Any, _worker: Any) -> None:
        if getattr(self, "embedded", None) is not None:
            self.embedded.stop()


def serve(settings: Settings, with_worker: bool) -> None:
    """Prepare the database and serve until a signal ends it."""
    for line in startup.prepare(settings):
        click.echo(line)
    click.echo(f"Kefuflow: http://{settings.bind}")
    Server(settings, with_worker).run()


def work(settings: Settings) -> None:
    """Run a worker until SIGTERM or SIGINT; its leases are handed back."""
    runtime = startup.open_runtime(settings)
    worker, over = Worker(runtime), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    worker.start()
    click.echo("Kefuflow worker started.")
    over.wait()
    worker.stop()
