"""Putting the demo into an empty desk, by the services that people use, and telling its logins."""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from engine.connectors.orders import OrderRecord
from engine.errors import Conflict, NotFound, Unavailable
from engine.model.people import User
from engine.model.permissions import ROLES, SYSTEM
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import people
from engine.services.customers.files import new_customer
from engine.services.customers.tiers import retier
from engine.services.demo.catalogue import ARTICLES, COMPLAINTS, REQUESTS, RETURNS, TROUBLED, TROUBLES
from engine.services.demo.dataset import customers, orders
from engine.services.demo.knowledge import load_articles
from engine.services.demo.staff import QUEUES, STAFF, TEAMS
from engine.services.demo.stories import NO_STOCK, story_orders
from engine.services.outside import outside
from engine.services.people.actors import find_user, visitor_actor
from engine.services.people.sign_in import hash_password
from engine.services.portal import Filed, file_complaint, request_return, send_request
from engine.services.shop import set_stock, store_order

STOCK = 40


def load(runtime: Runtime) -> list[str]:
    """Load the demo unless it is there, and return the logins as lines to print.

    All demo people share one password, made once and kept in `demo_password` below `home`.
    """
    password = _password(runtime.settings.home / "demo_password")
    if not _is_loaded(runtime):
        _load_staff(runtime, password)
        buyers = _load_shop(runtime)
        retier(runtime, actor=SYSTEM)
        load_articles(runtime)
        _file_requests(runtime, buyers)
    return [
        f"Demo logins (演示账号), one password for all: {password}",
        *(f"  {person.username:<11}{person.display_name} · {_posts(person.roles)}" for person in STAFF),
    ]


def _is_loaded(runtime: Runtime) -> bool:
    with runtime.unit_of_work(read_only=True) as uow:
        return find_user(uow, STAFF[0].username) is not None


def _load_staff(runtime: Runtime, password: str) -> None:
    hashed = hash_password(password)  # one hash for all: a demo starts in a moment
    for person in STAFF:
        people.create_user(runtime, person.username, person.display_name, list(person.roles), actor=SYSTEM,
                           email=f"{person.username}@demo.example")  # fmt: skip
    for name, label_zh, label_en, calendar, channel in QUEUES:
        people.save_queue(runtime, name, label_zh, label_en, calendar, channel, actor=SYSTEM)
    for name, label_zh, label_en, lead, members in TEAMS:
        people.save_group(runtime, name, label_zh, label_en, members, lead, actor=SYSTEM)
    for person in STAFF:
        people.set_queues(runtime, person.username, list(person.queues), actor=SYSTEM)

    def work(uow: UnitOfWork) -> None:
        for person in STAFF:
            user = find_user(uow, person.username)
            if isinstance(user, User):
                user.password_hash = hashed

    runtime.transact(work)


def _load_shop(runtime: Runtime) -> list[str]:
    """Customers, orders and stock; returns the order numbers that were signed for, the newest first."""
    buyers = customers()
    told = story_orders(runtime.now(), buyers)
    records = orders(runtime.now(), buyers)

    def work(uow: UnitOfWork) -> None:
        for article in ARTICLES:
            set_stock(uow, article.sku, article.name, article.price, 0 if article.sku == NO_STOCK else STOCK)
        for buyer in buyers:
            values = {name: getattr(buyer, name) for name in type(buyer).__dataclass_fields__}
            new_customer(runtime, uow, values | {"tags": ["演示"], "notes": "演示数据 / demo"})
        for record in [*records, *told]:
            store_order(runtime, uow, record)

    runtime.transact(work)
    signed = sorted(
        (record for record in records if record.signed_at), key=lambda record: record.placed_at, reverse=True
    )
    return [record.number for record in signed]


def _file_requests(runtime: Runtime, signed: list[str]) -> None:
    """A few complaints, returns and questions, filed as customers file them; none of a kind while no process takes it."""
    numbers = iter(signed)
    complaints: list[dict[str, Any] | None] = [
        *[None] * TROUBLED,
        *({"matter": matter, "cause": cause, "wanted_remedy": wanted} for matter, cause, wanted in COMPLAINTS),
    ]
    returns: list[dict[str, Any] | None] = [
        {"description": words, "reason": reason, "requested": wanted, "intact": True}
        for words, reason, wanted in RETURNS
    ]
    requests: list[dict[str, Any] | None] = [{"request_type": kind, "description": words} for kind, words in REQUESTS]
    chosen: dict[Callable[..., Filed], list[dict[str, Any] | None]] = {
        file_complaint: complaints,
        request_return: returns,
        send_request: requests,
    }
    for take, forms in chosen.items():
        for form, number in zip(forms, numbers, strict=False):
            order = outside(runtime).orders.find(number)
            if order is None:
                continue
            who = {"customer_name": order.customer_name, "contact": order.customer_phone, "consent": True}
            article = {"order_number": number} | ({"sku": order.lines[0].sku} if take is request_return else {})
            with suppress(NotFound, Unavailable, Conflict):
                take(runtime, who | article | (form or _trouble(order)), actor=visitor_actor())


def _trouble(order: OrderRecord) -> dict[str, Any]:
    matter, cause, wanted = TROUBLES[order.lines[0].sku]
    return {"matter": matter, "cause": cause, "wanted_remedy": wanted}


def _posts(roles: tuple[str, ...]) -> str:
    return "、".join(f"{ROLES[role].label_zh} {ROLES[role].label_en}" for role in roles)


def _password(path: Path) -> str:
    """The demo's password, made at the first call and readable by its owner alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write("demo-" + secrets.token_urlsafe(8))
    return path.read_text(encoding="ascii").strip()
