"""The customer's pages: file a complaint or a return, follow it, answer an offer, ask for a supervisor, pay a difference, rate the service.

Every page is complete without a script; nothing here knows more than the customer whose page it is.
"""

from __future__ import annotations

from flask import Flask
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFProtect

from web.portal import answers, case, filing, identity, orders, paying, refusals, start, survey
from web.portal.blueprint import portal
from web.portal.limits import limiter
from web.ui.navigation import Page, add_page

__all__ = ["answers", "case", "filing", "identity", "orders", "paying", "refusals", "register", "start", "survey"]


def register(app: Flask, csrf: CSRFProtect) -> None:
    """Add the pages, their limits, and the menu entry of a signed-in customer."""
    limiter.init_app(app)
    app.register_blueprint(portal)
    # The link itself is the secret that a forger lacks, and a phone that keeps no cookies must be able to answer.
    csrf.exempt("web.portal.survey.rate")
    csrf.exempt("web.portal.paying.claim")
    add_page(app, Page("portal.mine", lambda: _("我的订单与售后"), "portal.use", 5))
