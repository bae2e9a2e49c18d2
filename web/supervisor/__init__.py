"""The supervisor's pages: the board, everybody's tasks, deadlines, process instances, incidents, what was sent, people, settings."""

from __future__ import annotations

from flask import Flask
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFProtect

from web.supervisor import (
    absences,
    arrivals,
    audit,
    batches,
    board,
    campaigns,
    changing,
    deadlines,
    figures,
    heat,
    history,
    incidents,
    instance,
    instances,
    migrations,
    outbox,
    reports,
    settings,
    users,
    workers,
)
from web.supervisor.blueprint import supervisor
from web.ui.navigation import Help, Page, add_help, add_page

__all__ = [
    "absences",
    "arrivals",
    "audit",
    "batches",
    "board",
    "campaigns",
    "changing",
    "deadlines",
    "figures",
    "heat",
    "history",
    "incidents",
    "instance",
    "instances",
    "migrations",
    "outbox",
    "register",
    "reports",
    "settings",
    "users",
    "workers",
]


def register(app: Flask, csrf: CSRFProtect) -> None:
    """Add the pages and their menu entries."""
    app.register_blueprint(supervisor)
    add_page(app, Page("supervisor.show_board", lambda: _("看板"), "board.read", 20))
    add_page(app, Page("supervisor.list_incidents", lambda: _("故障"), "incidents.repair", 22))
    add_page(app, Page("supervisor.list_instances", lambda: _("流程实例"), "instances.read", 21))
    add_page(app, Page("supervisor.show_figures", lambda: _("指标"), "figures.read", 23))
    add_page(app, Page("supervisor.list_workers", lambda: _("后台作业"), "incidents.repair", 24))
    add_page(app, Page("supervisor.list_heat", lambda: _("热力图"), "figures.read", 23))
    add_page(app, Page("supervisor.list_outbox", lambda: _("发件箱"), "outbox.read", 25))
    add_page(app, Page("supervisor.list_campaigns", lambda: _("回访活动"), "campaigns.manage", 24))
    add_page(app, Page("supervisor.list_acts", lambda: _("操作审计"), "audit.read", 59))
    add_page(app, Page("supervisor.list_users", lambda: _("人员"), "users.manage", 60))
    add_page(app, Page("supervisor.show_settings", lambda: _("设置"), "settings.manage", 61))
    add_help(app, Help("supervisor/help.html", "board.read", 20))
