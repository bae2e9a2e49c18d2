"""Views of customers' files: searching, and everything about one on one page."""

from __future__ import annotations

from flask import render_template, request

from engine.services import customers
from web.agent.blueprint import agent
from web.auth.session import requires
from web.ui.context import current_actor, current_runtime

PAGE = 50


@agent.get("/customers")
@requires("customers.read")
def find_customers() -> str:
    given = request.args
    found = customers.search_customers(
        current_runtime(),
        given.get("q", ""),
        actor=current_actor(),
        tier=given.get("tier") or None,
        after=given.get("after", type=int),
        limit=PAGE + 1,
    )
    return render_template("agent/customers.html", customers=found[:PAGE], more=len(found) > PAGE)


@agent.get("/customers/<int:key>")
@requires("customers.read")
def show_customer(key: int) -> str:
    return render_template(
        "agent/customer.html", found=customers.history(current_runtime(), key, actor=current_actor())
    )
