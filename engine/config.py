"""Settings: read once from `KEFUFLOW_*` variables; a strange value stops the start with a sentence."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from engine.errors import ConfigError

PREFIX = "KEFUFLOW_"
MOST_PROXIES = 10
EVERY_JOB = "*"
MODES = ("production", "demo", "test")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LOG_FORMATS = ("text", "json")
_DATABASES = ("sqlite", "postgresql", "postgresql+psycopg")
_FOR_THE_TEST_SUITE = "KEFUFLOW_TEST_"
_CHECKOUT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """What an operator may choose. Each field is the variable of the same name in capitals, after `KEFUFLOW_`."""

    home: Path = Path("data")
    database_url: str = ""  # empty: SQLite in `home`
    bind: str = "127.0.0.1:8000"
    public_url: str = ""  # how customers reach us, for signed links; empty: http:// and `bind`
    trusted_proxies: int = 0  # reverse proxies before us; 0: nobody's word is taken for a visitor's address
    mode: str = "production"
    admin_password: str | None = field(default=None, repr=False)
    processes: Path | None = None  # None: the checkout's `processes/`, else the packaged ones
    # None: made once and kept in `home`; several machines must share one.
    secret_key: str | None = field(default=None, repr=False)
    time_zone: str = "Asia/Shanghai"
    log_level: str = "INFO"
    log_format: str = "text"  # or json: one object a line
    metrics_bind: str = ""  # where a worker process answers /metrics, /healthz and /readyz; empty: nowhere
    # Who asks the web for /metrics must send it; None: only this machine's network may ask.
    metrics_token: str | None = field(default=None, repr=False)
    otlp_endpoint: str | None = None  # where traces go, like http://collector:4318 (needs `kefuflow[traces]`)
    web_threads: int = 16
    api_rate_limit: str = "6000 per minute"  # calls of one token, user or unknown address, in each web process
    worker_threads: int = 4
    external_jobs: str = ""  # job types, separated by commas, or *: those that workers outside do, over /v2
    pool_size: int = 20  # database connections a process may hold
    instance_cache: int = 256  # process instances kept in memory between two commands
    smtp_host: str | None = None
    smtp_port: int = 25
    smtp_user: str | None = None
    smtp_password: str | None = field(default=None, repr=False)
    smtp_from: str = "kefuflow@localhost"
    smtp_tls: bool = False
    imap_url: str | None = field(default=None, repr=False)  # the shared mailbox: imaps://user:password@host/INBOX
    imap_poll_seconds: int = 30
    sms_url: str | None = None
    chat_url: str | None = None  # where answers to chat and social platforms are posted, signed
    orders_url: str | None = None
    orders_token: str | None = field(default=None, repr=False)
    logistics_url: str | None = None
    logistics_token: str | None = field(default=None, repr=False)
    payments_url: str | None = None
    payments_token: str | None = field(default=None, repr=False)
    warehouse_url: str | None = None
    warehouse_token: str | None = field(default=None, repr=False)
    webhook_secret: str | None = field(
        default=None, repr=False
    )  # signs what platforms send us, and our answers to them
    s3_url: str | None = None  # where attachments lie; None: the database

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the settings; raises ConfigError for an unknown variable or an impossible value."""
        environ = os.environ if environ is None else environ
        given = {name: value for name, value in environ.items() if name.startswith(PREFIX)}
        given = {name: value for name, value in given.items() if not name.startswith(_FOR_THE_TEST_SUITE)}
        known = {PREFIX + field.name.upper(): field for field in fields(cls)}
        for name in given:
            if name not in known:
                raise ConfigError(f"{name} is no setting of Kefuflow; known are {', '.join(sorted(known))}.")
        values = {known[name].name: _parse(name, str(known[name].type), text) for name, text in given.items()}
        return cls(**values)

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise ConfigError(f"KEFUFLOW_MODE is {self.mode!r}; it must be one of {', '.join(MODES)}.")
        if self.log_level not in LOG_LEVELS:
            raise ConfigError(f"KEFUFLOW_LOG_LEVEL is {self.log_level!r}; it must be one of {', '.join(LOG_LEVELS)}.")
        if self.log_format not in LOG_FORMATS:
            raise ConfigError(f"KEFUFLOW_LOG_FORMAT is {self.log_format!r}; it must be {' or '.join(LOG_FORMATS)}.")
        _check_bind("KEFUFLOW_BIND", self.bind)
        if self.metrics_bind:
            _check_bind("KEFUFLOW_METRICS_BIND", self.metrics_bind)
        _check_url("KEFUFLOW_DATABASE_URL", self.database_url, _DATABASES)
        for name in (
            "public_url",
            "sms_url",
            "chat_url",
            "orders_url",
            "logistics_url",
            "payments_url",
            "warehouse_url",
            "otlp_endpoint",
        ):
            _check_url(PREFIX + name.upper(), getattr(self, name), ("http", "https"))
        _check_url("KEFUFLOW_IMAP_URL", self.imap_url, ("imaps", "imap+starttls", "imap"))
        if self.chat_url and self.mode == "production" and not self.webhook_secret:
            raise ConfigError("KEFUFLOW_CHAT_URL needs KEFUFLOW_WEBHOOK_SECRET: answers to a platform are signed.")
        if self.processes is not None and not self.processes.is_dir():
            raise ConfigError(f"KEFUFLOW_PROCESSES is {str(self.processes)!r}, which is no folder.")
        if "" in self.external_job_types or (len(self.external_job_types) > 1 and EVERY_JOB in self.external_job_types):
            raise ConfigError(
                f"KEFUFLOW_EXTERNAL_JOBS is {self.external_jobs!r}; it must be job types with commas between them, or *."
            )
        if self.trusted_proxies > MOST_PROXIES:
            raise ConfigError(f"KEFUFLOW_TRUSTED_PROXIES is {self.trusted_proxies}; at most {MOST_PROXIES} make sense.")
        for name in ("web_threads", "worker_threads", "pool_size", "instance_cache", "imap_poll_seconds"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{PREFIX}{name.upper()} is {getattr(self, name)}; it must be at least 1.")

    @property
    def external_job_types(self) -> frozenset[str]:
        """The job types that are left to workers outside; `*` stands for all."""
        return frozenset(name.strip() for name in self.external_jobs.split(",")) if self.external_jobs else frozenset()

    @property
    def database(self) -> str:
        """The database's URL, with SQLite in `home` as the default."""
        return self.database_url or f"sqlite:///{self.home / 'kefuflow.db'}"

    @property
    def processes_dir(self) -> Path:
        """Where the diagrams lie that are deployed at the start."""
        if self.processes is not None:
            return self.processes
        checkout = _CHECKOUT / "processes"
        return checkout if checkout.is_dir() else Path(__file__).resolve().parent / "_processes"

    def signing_key(self) -> str:
        """The key for sessions and signed links; the first call makes it, in `home`, readable by its owner alone."""
        if self.secret_key:
            return self.secret_key
        path = self.home / "secret_key"
        if not path.exists():
            _write_once(path, secrets.token_urlsafe(48))
        return path.read_text(encoding="ascii").strip()

    def webhook_key(self) -> str:
        """The secret that webhooks are signed with; in demo and test mode one is made in `home`. Raises ConfigError without one."""
        if self.webhook_secret:
            return self.webhook_secret
        if self.mode == "production":
            raise ConfigError("Set KEFUFLOW_WEBHOOK_SECRET before platforms send messages here.")
        path = self.home / "webhook_secret"
        if not path.exists():
            _write_once(path, secrets.token_urlsafe(32))
        return path.read_text(encoding="ascii").strip()


def _parse(name: str, kind: str, text: str) -> Any:
    if kind.startswith("Path"):
        return Path(text)
    if kind == "bool":
        if text.lower() not in ("true", "false", "1", "0", "yes", "no"):
            raise ConfigError(f"{name} is {text!r}; it must be true or false.")
        return text.lower() in ("true", "1", "yes")
    if kind == "int":
        if not text.isascii() or not text.isdigit():
            raise ConfigError(f"{name} is {text!r}; it must be a whole number.")
        return int(text)
    return text


def _check_bind(name: str, bind: str) -> None:
    host, _, port = bind.rpartition(":")
    if not host or not port.isdigit() or not 0 <= int(port) <= 65535:
        raise ConfigError(f"{name} is {bind!r}; it must be an address and a port, like 127.0.0.1:8000.")


def _check_url(name: str, url: str | None, schemes: tuple[str, ...]) -> None:
    if url and urlsplit(url).scheme not in schemes:
        # The URL itself may hold a password and stays out of the message.
        raise ConfigError(f"{name} must begin with {' or '.join(scheme + '://' for scheme in schemes)}.")


def _write_once(path: Path, text: str) -> None:
    """Create the file whole or not at all; of two processes that try, the first wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)  # mkstemp makes it with mode 0600
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(name, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(name)
