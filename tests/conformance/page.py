"""The page's tables as text, and the tests that are behind each row."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.conformance.api import CLIENTS, INCIDENTS, PARTS, PREFIX
from tests.conformance.events import KINDS, MATRIX, NEVER, cell
from tests.conformance.rows import ABOUT, ELEMENTS

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "conformance.md"


def proofs() -> dict[str, list[str]]:
    """The tests that say which row they prove: `path::name` by key."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        if "proves" in (text := path.read_text(encoding="utf-8")):
            for name, key in _marks(ast.parse(text)):
                found.setdefault(key, []).append(f"{path.relative_to(ROOT).as_posix()}::{name}")
    return found


def _marks(module: ast.Module) -> Iterator[tuple[str, str]]:
    for function in module.body:
        for mark in function.decorator_list if isinstance(function, ast.FunctionDef) else ():
            if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.proves":
                yield from ((function.name, ast.literal_eval(key)) for key in mark.args)


def tables() -> dict[str, str]:
    """Each table by the name of its place in the page."""
    behind = proofs()
    return {
        "elements": _table("element", ELEMENTS, behind),
        "events": _events(),
        "about": _table("about", ABOUT, behind),
        "incidents": _table("incident", INCIDENTS, behind),
        "api": _parts(behind),
        "clients": _table("client", CLIENTS, behind),
    }


def _table(first: str, rows: dict[str, str], behind: dict[str, list[str]]) -> str:
    lines = [f"| {first} | here | proved by |", "|---|---|---|"]
    lines += [f"| {key} | {text} | {_named(behind.get(key, []))} |" for key, text in rows.items()]
    return "\n".join(lines)


def _parts(behind: dict[str, list[str]]) -> str:
    lines = ["| part | here | not here, or different | proved by |", "|---|---|---|---|"]
    for name, part in PARTS.items():
        lines.append(f"| {name} | {part.here} | {part.differs} | {_named(behind.get(PREFIX + name, []))} |")
    return "\n".join(lines)


def _named(tests: list[str]) -> str:
    """The first two of them, and how many more there are."""
    more = f" and {len(tests) - 2} more" if len(tests) > 2 else ""
    return ", ".join(f"`{test.removeprefix('tests/')}`" for test in tests[:2]) + more


def _events() -> str:
    never = ", ".join(NEVER)
    lines = [f"| | {' | '.join(KINDS)} | {never} |", "|---" * (len(KINDS) + 2) + "|"]
    for position in MATRIX:
        lines.append(f"| {position} | {' | '.join(cell(position, kind) for kind in KINDS)} | refused |")
    return "\n".join(lines)


def written(page: str) -> str:
    """The page with its tables as they must be."""
    for name, table in tables().items():
        begin, finish = f"<!-- {name}: made by `python -m tests.conformance` -->", f"<!-- end of {name} -->"
        before, _, rest = page.partition(begin)
        _, _, after = rest.partition(finish)
        page = f"{before}{begin}\n{table}\n{finish}{after}"
    return page
