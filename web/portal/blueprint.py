"""The portal's blueprint, and what all its answers have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response

from engine.services.portal import carriers as shop_carriers
from engine.services.portal import where_to_return
from web.portal import words
from web.ui.context import current_runtime

portal = Blueprint("portal", __name__, url_prefix="/portal", template_folder="templates")


@portal.after_request
def keep_out_of_search(response: Response) -> Response:
    """A customer's pages are nobody else's to find."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@portal.app_template_filter("customer_word")
def customer_word(code: str | None) -> str:
    return words.word(code)


@portal.app_template_filter("in_reader_language")
def in_reader_language(thing: Any, name: str = "") -> str:
    """The half of a pair of attributes (`zh`, `en`, or `name_zh`, `name_en`) that the reader understands."""
    return words.half(thing, name)


@portal.context_processor
def shared() -> dict[str, Any]:
    """What every page of the portal may ask: whose it is, and which carriers there are."""
    from web.portal import entrance

    return {"portal_customer": entrance.customer, "carriers": carriers, "return_address": return_address}


def carriers() -> list[str]:
    """The carriers that a customer is likely to choose, as the setting lists them."""
    return shop_carriers(current_runtime())


def return_address() -> str:
    return where_to_return(current_runtime())


def case_route(path: str, **options: Any) -> Callable[[Any], Any]:
    """A page of one case, under its signed link and under its number."""

    def decorate(view: Any) -> Any:
        portal.add_url_rule(f"/c/<token>{path}", view_func=view, **options)
        portal.add_url_rule(f"/cases/<number>{path}", view_func=view, **options)
        return view

    return decorate
