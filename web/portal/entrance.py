"""Who comes: somebody who proved whose phone or mailbox they have or signed in, the holder of a case's signed link, or somebody
who named a case's number and contact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import wraps
from typing import Any

from flask import redirect, request, session, url_for
from flask_login import current_user

from engine.errors import NotFound
from engine.services.cases import case_of_link
from engine.services.people import Actor, customer_actor, visitor_actor
from engine.services.portal import proven_actor
from web.portal.languages import speaking
from web.ui.context import current_runtime
from web.ui.forms import language

_OPENED, _PROVEN = "portal_cases", "portal_customer"
STAYS_OPEN, STAYS_PROVEN = timedelta(hours=2), timedelta(hours=12)


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
        visit = _by_link(token) if token is not None else _by_number(number)
        with speaking(visit.actor.locale):
            return view(visit, **values)

    return visited


def for_customers(view: Callable[..., Any]) -> Callable[..., Any]:
    """Give the view the customer, in their language; who has not proved who they are is asked first, and comes back."""

    @wraps(view)
    def entered(**values: Any) -> Any:
        actor = customer()
        if actor is None:
            back = request.full_path if request.method == "GET" else url_for("portal.mine")
            return redirect(url_for("portal.sign_in", next=back.rstrip("?")))
        with speaking(actor.locale):
            return view(replace(actor, locale=language()), **values)

    return entered


def customer() -> Actor | None:
    """The customer of this browser, who may see all that is theirs; None for anybody else."""
    if current_user.is_authenticated and current_user.actor.customer_key is not None:
        return current_user.actor  # type: ignore[no-any-return]
    key, until = session.get(_PROVEN, (None, 0))
    if key is None or current_runtime().now().timestamp() >= until:
        return None
    return proven_actor(current_runtime(), key)


def sender() -> Actor:
    """Who files something: the customer, or anybody; staff too are anybody here."""
    return replace(customer() or visitor_actor(), locale=language())


def remember_customer(customer_key: int) -> None:
    """Let this browser see all that is a customer's for a while: they proved who they are."""
    until = (current_runtime().now() + STAYS_PROVEN).timestamp()
    session[_PROVEN] = [customer_key, int(until)]


def forget_customer() -> None:
    session.pop(_PROVEN, None)
    session.pop(_OPENED, None)


def open_for_session(number: str, customer_key: int) -> None:
    """Let this browser see one case for a while: its visitor has said whose it is."""
    until = (current_runtime().now() + STAYS_OPEN).timestamp()
    session[_OPENED] = {**session.get(_OPENED, {}), number: [customer_key, int(until)]}


def _by_link(token: str) -> Visit:
    number, actor = case_of_link(current_runtime(), token)
    return Visit(number, actor, {"token": token})


def _by_number(number: str) -> Visit:
    actor = customer()
    if actor is not None:
        return Visit(number, actor, {"number": number})
    customer_key, until = session.get(_OPENED, {}).get(number, (None, 0))
    if customer_key is None or current_runtime().now().timestamp() >= until:
        raise NotFound(f"There is no case {number} for this visitor.")
    return Visit(number, customer_actor(customer_key, "", number), {"number": number})
