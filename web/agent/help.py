"""The help page of the agents."""

from __future__ import annotations

from flask import render_template

from web.agent.blueprint import agent
from web.auth.session import requires


@agent.get("/help")
@requires("cases.read")
def help_page() -> str:
    return render_template("agent/help.html")
