"""The agent's pages: the inbox, a task with its case, cases, customers, starting a process, one's notices."""

from __future__ import annotations

from flask import Flask
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFProtect

from web.agent import (
    answers,
    articles,
    cases,
    customers,
    files,
    handling,
    inbox,
    macros,
    notices,
    starts,
    taking,
    tasks,
)
from web.agent.blueprint import agent
from web.ui.navigation import Help, Page, Tool, add_help, add_page, add_tool

__all__ = [
    "answers",
    "articles",
    "cases",
    "customers",
    "files",
    "handling",
    "inbox",
    "macros",
    "notices",
    "register",
    "starts",
    "taking",
    "tasks",
]


def register(app: Flask, csrf: CSRFProtect) -> None:
    """Add the pages and their menu entries."""
    app.register_blueprint(agent)
    add_page(app, Page("agent.inbox", lambda: _("待办"), "tasks.work", 10, "i", searched=True))
    add_page(app, Page("agent.list_cases", lambda: _("工单"), "cases.read", 12, "c", searched=True))
    add_page(app, Page("agent.find_customers", lambda: _("客户"), "customers.read", 14, "u", searched=True))
    add_page(app, Page("agent.startable", lambda: _("新建"), "cases.write", 16, "n"))
    add_page(app, Page("agent.find_articles", lambda: _("知识库"), "cases.read", 18, "k", searched=True))
    app.jinja_env.globals["unread_notices"] = notices.unread_notices
    app.jinja_env.globals["newest_notice"] = notices.newest_notice
    app.jinja_env.globals["own_macros"] = macros.own_macros
    add_tool(app, Tool("agent/header.html", "cases.read"))
    add_help(app, Help("agent/help.html", "tasks.work", 10))
