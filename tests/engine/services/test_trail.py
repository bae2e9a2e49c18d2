from typing import Any

import pytest
from sqlalchemy import select

from engine.errors import InvalidInput
from engine.model.audit import AuditEntry
from engine.runtime import Runtime
from engine.services import customers, people, settings
from tests.engine.services.desk_people import ADMIN, AGENT


def trail(runtime: Runtime) -> list[tuple[str, str, Any, Any]]:
    with runtime.unit_of_work(read_only=True) as uow:
        rows = uow.session.scalars(select(AuditEntry).order_by(AuditEntry.key))
        return [(row.who, row.what, row.before, row.after) for row in rows]


def test_what_is_done_to_people_customers_and_settings_is_written_down(runtime: Runtime) -> None:
    people.create_user(runtime, "bob", "Bob", ["agent"], actor=ADMIN)
    people.set_roles(runtime, "bob", ["supervisor", "agent"], actor=ADMIN)
    people.change_user(runtime, "bob", {"active": False}, actor=ADMIN)
    people.set_password(runtime, "bob", "a long password", actor=ADMIN)
    key = customers.create_customer(runtime, {"name": "王小明", "phone": "13800138000"}, actor=AGENT)
    customers.change_customer(runtime, key, 1, {"tier": "A", "notes": ""}, actor=AGENT)
    settings.change_setting(runtime, "links.valid", "P10D", actor=ADMIN)
    assert trail(runtime) == [
        ("root", "user.create", None, {"username": "bob", "roles": ["agent"]}),
        ("root", "user.roles", {"roles": ["agent"]}, {"roles": ["agent", "supervisor"]}),
        ("root", "user.change", {"active": True}, {"active": False}),
        ("root", "user.password", None, None),
        ("alice", "customer.change", {"tier": "C"}, {"tier": "A"}),
        ("root", "setting.change", {"links.valid": "P30D"}, {"links.valid": "P10D"}),
    ]


def test_a_change_that_is_refused_leaves_no_trace(sqlite_runtime: Runtime) -> None:
    key = customers.create_customer(sqlite_runtime, {"name": "王小明", "phone": "13800138000"}, actor=AGENT)
    with pytest.raises(InvalidInput):
        customers.change_customer(sqlite_runtime, key, 1, {"tier": "Z"}, actor=AGENT)
    assert trail(sqlite_runtime) == []
