"""From settings to a runtime that works: schema, handlers, functions, the deployed processes, the first admin, the demo."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from engine.clock import Clock
from engine.config import Settings
from engine.deployment.findings import Finding
from engine.persistence import migrate
from engine.runtime import Runtime
from engine.services import deployments, incidents, people, search
from engine.services import settings as desk_settings
from engine.services.deploying import completing
from engine.services.deployments import Deployment, DeploymentRefused
from engine.services.handlers import register_handlers
from engine.services.routing import case_functions
from engine.services.sla import sla_functions

__all__ = [
    "DeploymentRefused",
    "Finding",
    "check_paths",
    "deploy_paths",
    "load_demo",
    "open_runtime",
    "prepare",
    "wire",
]

DEPLOYABLE = (".bpmn", ".dmn", ".form")
SYSTEM_USER = "system"


def open_runtime(settings: Settings, clock: Clock | None = None) -> Runtime:
    """A runtime over a migrated database, with every handler and function of the desk."""
    runtime = Runtime(settings, clock=clock)
    migrate(runtime.database)
    search.fill_if_needed(runtime)
    completing.complete_definitions(runtime)
    incidents.hash_messages(runtime)
    wire(runtime)
    return runtime


def wire(runtime: Runtime) -> None:
    """Tell the engine what the desk adds: FEEL functions and job handlers."""
    runtime.function_providers += [sla_functions(runtime), desk_settings.functions, case_functions]
    register_handlers(runtime)


def prepare(settings: Settings) -> Iterator[str]:
    """Bring the database up to date, deploy `processes/`, make the first admin; in demo mode load the demo.

    Yields a line for each thing that a person should know. Doing it again changes nothing that is there.
    """
    runtime = open_runtime(settings)
    try:
        fresh, left = deployments.deploy_shipped(runtime, _files([settings.processes_dir]), SYSTEM_USER)
        if fresh:
            yield f"Deployed {len(fresh)} new versions from {settings.processes_dir}."
        if left:
            yield (
                f"Changed here, and therefore not deployed from {settings.processes_dir}: {', '.join(left)}. "
                "To have them instead, name them to `kefuflow deploy`."
            )
        if runtime.external_jobs:
            yield f"Left to workers outside (KEFUFLOW_EXTERNAL_JOBS): {', '.join(sorted(runtime.external_jobs))}."
        password = people.ensure_admin(runtime)
        if password is not None:
            yield f"The first administrator is 'admin' with the password {password} (shown once)."
        if settings.mode == "demo":
            settings.webhook_key()
            yield from load_demo(runtime)
    finally:
        runtime.close()


def load_demo(runtime: Runtime) -> list[str]:
    """Demo people, customers and orders, and their logins as lines to print."""
    from engine.services import demo

    return demo.load(runtime)


def load_year(runtime: Runtime, cases: int) -> Iterator[str]:
    """A year of made-up cases, written in bulk; yields progress as lines."""
    from engine.services import demo

    return demo.load_year(runtime, cases)


def deploy_paths(runtime: Runtime, paths: Iterable[Path], who: str) -> Deployment:
    """Deploy the files, and the deployable files below folders. Raises DeploymentRefused, InvalidInput."""
    return deployments.deploy(runtime, _files(paths), who)


def check_paths(paths: Iterable[Path]) -> list[Finding]:
    return deployments.check(None, _files(paths))


def _files(paths: Iterable[Path]) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for path in paths:
        inside = sorted(p for p in path.rglob("*") if p.suffix in DEPLOYABLE) if path.is_dir() else [path]
        found += [(str(file.relative_to(path)) if path.is_dir() else file.name, file.read_bytes()) for file in inside]
    return found
