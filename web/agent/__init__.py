"""The agent's pages: the inbox, a task with its case, cases, customers, starting a process, one's notices."""

from __future__ import annotations

from flask import Flask
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFProtect

from web.agent import answers, cases, customers, files, inbox, notices, starts, tasks
from web.agent.blueprint import agent
from web.ui.navigation import Page, add_page

__all__ = ["answers", "cases", "customers", "files", "inbox", "notices", "register", "starts", "tasks"]


def register(app: Flask, csrf: CSRFProtect) -> None:
    """Add the pages and their menu entries."""
    app.register_blueprint(agent)
    add_page(app, Page("agent.inbox", lambda: _("待办"), "tasks.work", 10))
    add_page(app, Page("agent.list_cases", lambda: _("工单"), "cases.read", 12))
    add_page(app, Page("agent.find_customers", lambda: _("客户"), "customers.read", 14))
    add_page(app, Page("agent.startable", lambda: _("新建"), "cases.write", 16))
