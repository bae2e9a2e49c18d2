"""The menu: each audience adds its pages when its blueprint is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask
from flask_login import current_user


@dataclass(frozen=True)
class Page:
    """A menu entry; shown to those with the permission. `label` is called in the request, so that it is translated."""

    endpoint: str
    label: Callable[[], str]
    permission: str
    order: int


def add_page(app: Flask, page: Page) -> None:
    app.extensions.setdefault("kefuflow_pages", []).append(page)


def _pages(app: Flask) -> list[Page]:
    if not current_user.is_authenticated:
        return []
    pages: list[Page] = app.extensions.get("kefuflow_pages", [])
    return sorted((p for p in pages if current_user.actor.may(p.permission)), key=lambda page: page.order)


def home_endpoint(app: Flask) -> str:
    """Where a person lands after signing in: the first page that they may see."""
    pages = _pages(app)
    return pages[0].endpoint if pages else "auth.account"


def register(app: Flask) -> None:
    app.jinja_env.globals["menu"] = lambda: _pages(app)
