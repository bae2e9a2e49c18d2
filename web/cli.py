"""The `kefuflow` command: where everything is put together. Each command imports what it needs, so that none waits for the rest."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.errors import KefuflowError

if TYPE_CHECKING:
    from engine.services.startup import Finding


class Sentences(click.Group):
    """Our own errors are sentences for people, not tracebacks."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except KefuflowError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Sentences)
@click.version_option(package_name="kefuflow")
def main() -> None:
    """Kefuflow: executable BPMN for an e-commerce customer-service desk."""


@main.command()
def run() -> None:
    """Everything in one process: web, worker, deployed processes."""
    from engine.config import Settings
    from web.serving import serve

    serve(Settings.from_env(), with_worker=True)


@main.command()
def web() -> None:
    """Only the web."""
    from engine.config import Settings
    from web.serving import serve

    serve(Settings.from_env(), with_worker=False)


@main.command()
def worker() -> None:
    """Only a worker: timers, service tasks, notifications."""
    from engine.config import Settings
    from web.serving import work

    work(Settings.from_env())


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def deploy(paths: tuple[Path, ...]) -> None:
    """Deploy diagrams, decision tables and forms; folders are searched."""
    from engine.config import Settings
    from engine.services import startup

    runtime = startup.open_runtime(Settings.from_env())
    try:
        deployment = startup.deploy_paths(runtime, paths, "cli")
    except startup.DeploymentRefused as refused:
        _print_findings(refused.findings)
        raise SystemExit(1) from refused
    for item in deployment.items:
        click.echo(f"{item.kind} {item.id} version {item.version}")


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def check(paths: tuple[Path, ...]) -> None:
    """Only the findings; exit status 1 when there is an error."""
    from engine.services import startup

    findings = startup.check_paths(paths)
    _print_findings(findings)
    if any(finding.severity == "error" for finding in findings):
        raise SystemExit(1)


def _print_findings(findings: Iterable[Finding]) -> None:
    for finding in findings:
        line = f":{finding.line}" if finding.line else ""
        where = f" {finding.element_id}" if finding.element_id else ""
        click.echo(f"{finding.file}{line}: {finding.severity}{where}: {finding.message} {finding.hint}")


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def test(paths: tuple[Path, ...]) -> None:
    """Run scenario files with a moved clock."""
    from engine.services.scenarios import run_paths

    if not run_paths(paths, click.echo):
        raise SystemExit(1)


@main.command()
@click.argument("expression", required=False)
@click.option("--context", default="{}", help="The variables, as JSON.")
@click.option("--batch", type=click.File("r", encoding="utf-8"), help="A file of {id, expression, context} lines.")
def feel(expression: str | None, context: str, batch: Iterable[str] | None) -> None:
    """Evaluate a FEEL expression."""
    from engine.services import evaluation

    if batch is not None:
        for line in evaluation.feel_batch(batch):
            click.echo(line)
        return
    if expression is None:
        raise click.UsageError("Give an expression, or --batch FILE.")
    value, warnings = evaluation.feel(expression, _context(context))
    _print_value(value, warnings)


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--decision", required=True, help="The decision's name or id.")
@click.option("--context", default="{}", help="The input, as JSON.")
def decide(file: Path, decision: str, context: str) -> None:
    """Evaluate one decision of a DMN file."""
    from engine.services import evaluation

    value, warnings = evaluation.decide(file, decision, _context(context))
    _print_value(value, warnings)


def _context(text: str) -> dict[str, object]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise click.BadParameter(f"The context is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise click.BadParameter("The context must be a JSON object.")
    return found


def _print_value(value: object, warnings: Iterable[str]) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))
    for warning in warnings:
        click.echo(f"warning: {warning}", err=True)


@main.command()
@click.argument("count", type=click.IntRange(1, 10_000_000))
def fill(count: int) -> None:
    """Fill an empty database with COUNT open complaints, to measure what so many cost."""
    from engine.config import Settings
    from engine.services import filling, startup

    settings = Settings.from_env()
    for line in startup.prepare(settings):
        click.echo(line)
    runtime = startup.open_runtime(settings)
    written = filling.fill(
        runtime, count, lambda done: click.echo(f"{done:,}", err=True) if done % 100_000 == 0 else None
    )
    for line in filling.numbers_of(written):
        click.echo(line)


@main.command()
@click.option("--year", "cases", type=int, help="Also a year of this many made-up cases, to see how the desk bears it.")
def demo(cases: int | None) -> None:
    """Load the demo people, customers and orders (clearly a demo)."""
    from engine.config import Settings
    from engine.services import startup

    runtime = startup.open_runtime(Settings.from_env())
    for line in startup.load_demo(runtime):
        click.echo(line)
    for line in startup.load_year(runtime, cases) if cases is not None else ():
        click.echo(line)


@main.command()
def reindex() -> None:
    """Make the index for searching by words anew, for rows that were written past the desk."""
    from engine.config import Settings
    from engine.services import search, startup

    click.echo(f"{search.reindex(startup.open_runtime(Settings.from_env()))} entries")


if __name__ == "__main__":
    sys.exit(main())
