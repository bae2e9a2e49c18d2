"""The process owner's pages: what is deployed, and editors for diagrams, decision tables and forms."""

from __future__ import annotations

from flask import Flask
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFProtect

from web.modeler import evaluations
from web.modeler.views import modeler
from web.ui.navigation import Help, Page, add_help, add_page

__all__ = ["evaluations", "register"]


def register(app: Flask, csrf: CSRFProtect) -> None:
    """Add the pages and their menu entry."""
    app.register_blueprint(modeler)
    add_page(app, Page("modeler.index", lambda: _("流程"), "processes.read", 40))
    add_help(app, Help("modeler/help.html", "processes.deploy", 30))
