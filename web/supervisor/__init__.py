"""The supervisor's pages: the board, everybody's tasks, deadlines, incidents, what was sent, people."""

from __future__ import annotations

from flask import Flask
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFProtect

from web.supervisor import board, deadlines, incidents, outbox, users
from web.supervisor.blueprint import supervisor
from web.ui.navigation import Page, add_page

__all__ = ["board", "deadlines", "incidents", "outbox", "register", "users"]


def register(app: Flask, csrf: CSRFProtect) -> None:
    """Add the pages and their menu entries."""
    app.register_blueprint(supervisor)
    add_page(app, Page("supervisor.show_board", lambda: _("看板"), "board.read", 20))
    add_page(app, Page("supervisor.list_incidents", lambda: _("故障"), "incidents.repair", 22))
    add_page(app, Page("supervisor.list_outbox", lambda: _("发件箱"), "outbox.read", 24))
    add_page(app, Page("supervisor.list_users", lambda: _("人员"), "users.manage", 60))
