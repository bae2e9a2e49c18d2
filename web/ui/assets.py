"""The built assets' addresses and tags for templates, from the Vite manifest; nothing else of the front end."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, g, url_for
from markupsafe import Markup

DIST = Path(__file__).resolve().parent.parent / "static" / "dist"
MANIFEST = DIST / ".vite" / "manifest.json"
# Runs before the first paint: a module would come too late, and it imports nothing.
CLASSIC = frozenset({"theme"})


class AssetsMissing(RuntimeError):
    """The front end was not built; the message says how."""


@lru_cache(maxsize=1)
def _manifest() -> dict[str, dict[str, Any]]:
    try:
        chunks = json.loads(MANIFEST.read_text(encoding="utf-8"))
    except FileNotFoundError as missing:
        raise AssetsMissing("The browser's assets are not built: run `python hatch_build.py`.") from missing
    return {**chunks, **{chunk["name"]: chunk for chunk in chunks.values() if chunk.get("isEntry")}}


def _with_imports(entry: str) -> list[dict[str, Any]]:
    """The entry's chunk, then the chunks that it imports at once, each once."""
    manifest, seen, order = _manifest(), set(), [entry]
    for key in order:
        seen.add(key)
        order.extend(name for name in manifest[key].get("imports", ()) if name not in seen and name not in order)
    return [manifest[key] for key in order]


def _static(file: str) -> str:
    return url_for("static", filename=f"dist/{file}")


def asset_url(entry: str) -> str:
    """The address of an entry's script. Raises KeyError for an unknown entry, AssetsMissing before the build."""
    return _static(_manifest()[entry]["file"])


def _tags(entry: str) -> list[str]:
    script, *imported = _with_imports(entry)
    sheets = [file for chunk in reversed([script, *imported]) for file in chunk.get("css", ())]
    tags = [f'<link rel="stylesheet" href="{_static(file)}">' for file in sheets]
    if entry in CLASSIC:
        return [*tags, f'<script src="{_static(script["file"])}"></script>']
    preloads = [f'<link rel="modulepreload" href="{_static(chunk["file"])}">' for chunk in imported]
    return [*tags, *preloads, f'<script type="module" src="{_static(script["file"])}"></script>']


def asset_tags(entry: str) -> Markup:
    """The stylesheets, preloads and script of one entry, for `<head>`; what a page already has is not repeated.

    Raises KeyError for an unknown entry, AssetsMissing before the build.
    """
    given: set[str] = g.setdefault("asset_tags_given", set())
    fresh = [tag for tag in _tags(entry) if tag not in given]
    given.update(fresh)
    return Markup("\n".join(fresh))  # noqa: S704 - only our own file names are in it


def register(app: Flask) -> None:
    """Let templates call `asset_tags` and `asset_url`."""
    app.jinja_env.globals.update(asset_tags=asset_tags, asset_url=asset_url)
