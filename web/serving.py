"""Processes that serve: gunicorn with threads for the web, a worker beside it or alone."""

from __future__ import annotations

import signal
import threading
from typing import Any

import click
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from engine import logs, tracing
from engine.config import Settings
from engine.runtime import keep_for_good
from engine.services import startup
from engine.worker import Worker
from web.watching import watch


class OurLog(Logger):  # type: ignore[misc]
    """gunicorn's messages go where everything else goes."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


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
            "keepalive": 30,  # longer than a live page waits between its questions: none meets a connection that just closes
            "loglevel": "warning",
            "logger_class": OurLog,
            "control_socket_disable": True,
            "post_worker_init": self._started,
            "worker_exit": self._stopped,
        }
        for name, value in chosen.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        from web.app import create_app

        # After the fork: threads that send traces do not survive one.
        tracing.configure(self.settings.otlp_endpoint, "run" if self.with_worker else "web")
        self.runtime = startup.open_runtime(self.settings)
        app = create_app(self.runtime)
        keep_for_good()
        return app

    def _started(self, _worker: Any) -> None:
        self.embedded = Worker(self.runtime) if self.with_worker else None
        if self.embedded is not None:
            self.embedded.start()

    def _stopped(self, _server: Any, _worker: Any) -> None:
        if getattr(self, "embedded", None) is not None:
            self.embedded.stop()
        tracing.shut_down()


def serve(settings: Settings, with_worker: bool) -> None:
    """Prepare the database and serve until a signal ends it."""
    logs.configure(settings.log_level, settings.log_format)
    for line in startup.prepare(settings):
        click.echo(line)
    click.echo(f"Kefuflow: http://{settings.bind}")
    Server(settings, with_worker).run()


def work(settings: Settings) -> None:
    """Run a worker until SIGTERM or SIGINT; its leases are handed back."""
    logs.configure(settings.log_level, settings.log_format)
    tracing.configure(settings.otlp_endpoint, "worker")
    runtime = startup.open_runtime(settings)
    worker, over = Worker(runtime), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    watched = watch(runtime, settings.metrics_bind) if settings.metrics_bind else None
    keep_for_good()
    worker.start()
    click.echo("Kefuflow worker started.")
    over.wait()
    worker.stop()
    if watched is not None:
        watched.shutdown()
    tracing.shut_down()
