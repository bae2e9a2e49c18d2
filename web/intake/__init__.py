"""What comes in: the phone's page, the list of messages with a way to try one, what was sent, and the desk's record forms."""

from __future__ import annotations

from flask import Flask
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFProtect

from web.intake import inbound, phone, records, sent
from web.intake.blueprint import intake
from web.ui.navigation import Page, add_page

__all__ = ["inbound", "phone", "records", "register", "sent"]


def register(app: Flask, csrf: CSRFProtect) -> None:
    """Add the pages and their menu entries."""
    app.register_blueprint(intake)
    app.jinja_env.globals["sent_of"] = sent.sent_of
    add_page(app, Page("intake.show_phone", lambda: _("接电话"), "cases.write", 11))
    add_page(app, Page("intake.list_inbound", lambda: _("来件"), "outbox.read", 24))
    add_page(app, Page("intake.show_records", lambda: _("登记表"), "cases.read", 26))
