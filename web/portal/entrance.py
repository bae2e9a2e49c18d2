"""Who comes to a case's page: the holder of its signed link, somebody who named its number and contact, or a signed-in customer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any

from flask import session, url_for
from flask_login import current_user

from engine.errors import NotFound
from engine.services.cases import case_of_link
from engine.services.people import Actor, customer_actor
from web.ui.context import current_runtime

_OPENED = "portal_cases"
STAYS_OPEN = timedelta(hours=2)


@dataclass(frozen=True)
class Visit:
    """A customer at a case; `place` is what the addresses of this case's pages are built from."""

    number: str
    actor: Actor
    place: dict[str, str]

    def url(self, page: str, **values: Any) -> str:
        return url_for(f"portal.{page}", **self.place, **values)


def visiting(view: Callable[..., Any]) -> Callable[..., Any]:
    """Give the view a visit for the address's token or number. Raises LinkRefused, NotFound."""

    @wraps(view)
    def visited(token: str | None = None, number: str = "", **values: Any) -> Any:
        return view(_by_link(token) if token is not None else _by_number(number), **values)

    return visited


def open_for_session(number: str, customer_key: int) -> None:
    """Let this browser see one case for a while: its visitor has said whose it is."""
    until = (current_runtime().now() + STAYS_OPEN).timestamp()
    session[_OPENED] = {**session.get(_OPENED, {}), number: [customer_key, int(until)]}


def _by_link(token: str) -> Visit:
    number, actor = case_of_link(current_runtime(), token)
    return Visit(number, actor, {"token": token})


def _by_number(number: str) -> Visit:
    if current_user.is_authenticated and current_user.actor.customer_key is not None:
        return Visit(number, current_user.actor, {"number": number})
    customer_key, until = session.get(_OPENED, {}).get(number, (None, 0))
    if customer_key is None or current_runtime().now().timestamp() >= until:
        raise NotFound(f"There is no case {number} for this visitor.")
    return Visit(number, customer_actor(customer_key, "", number), {"number": number})
