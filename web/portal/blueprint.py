"""The portal's blueprint, and what all its answers have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response

from web.portal import words

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


def case_route(path: str, **options: Any) -> Callable[[Any], Any]:
    """A page of one case, under its signed link and under its number."""

    def decorate(view: Any) -> Any:
        portal.add_url_rule(f"/c/<token>{path}", view_func=view, **options)
        portal.add_url_rule(f"/cases/<number>{path}", view_func=view, **options)
        return view

    return decorate
