"""The menu: each audience adds its pages when its blueprint is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask
from flask_login import current_user


@dataclass(frozen=True)
class Page:
    """A menu entry; shown to those with the permission. `label` is called in the request, so that it is translated.

    `key`: the letter that leads there after a `g`; `searched`: its address takes words to look for as `q`.
    """

    endpoint: str
    label: Callable[[], str]
    permission: str
    order: int
    key: str = ""
    searched: bool = False


@dataclass(frozen=True)
class Tool:
    """A part of the header that an audience adds beside the menu: a template, for those with the permission."""

    template: str
    permission: str


@dataclass(frozen=True)
class Help:
    """What the help page tells those with the permission: a template with the parts of one role; `order` on the page."""

    template: str
    permission: str
    order: int


@dataclass(frozen=True)
class Menu:
    """What a person may see: the entries in the header, and those behind "more" where there are too many for a line."""

    first: list[Page]
    more: list[Page]


AT_MOST = 7


def _menu(app: Flask) -> Menu:
    pages = _pages(app)
    return Menu(pages, []) if len(pages) <= AT_MOST + 1 else Menu(pages[:AT_MOST], pages[AT_MOST:])


def add_page(app: Flask, page: Page) -> None:
    app.extensions.setdefault("kefuflow_pages", []).append(page)


def add_tool(app: Flask, tool: Tool) -> None:
    app.extensions.setdefault("kefuflow_tools", []).append(tool)


def add_help(app: Flask, told: Help) -> None:
    app.extensions.setdefault("kefuflow_help", []).append(told)


def help_templates(app: Flask) -> list[str]:
    """What the help page is made of for whoever is signed in, in its order."""
    told: list[Help] = sorted(app.extensions.get("kefuflow_help", []), key=lambda each: each.order)
    return [each.template for each in told if current_user.is_authenticated and current_user.actor.may(each.permission)]


def _tools(app: Flask) -> list[str]:
    tools: list[Tool] = app.extensions.get("kefuflow_tools", [])
    return [
        tool.template for tool in tools if current_user.is_authenticated and current_user.actor.may(tool.permission)
    ]


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
    app.jinja_env.globals.update(
        menu=lambda: _menu(app), header_tools=lambda: _tools(app), has_help=lambda: bool(help_templates(app))
    )
