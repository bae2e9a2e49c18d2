"""Sending an instance the message that it waits for, from its page."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.model.audit import AuditEntry
from engine.services import deployments, instances
from tests.engine.diagrams import catch, diagram, end, message, message_root, start, user_task
from tests.web.desk import parsed, text_of

WAITING = diagram(
    "waiting", start() + catch("paid", message("m")) + user_task() + end(), "start>paid paid>task task>end",
    message_root("m", "payment.received", "=order"),
)  # fmt: skip


@pytest.fixture
def waiting(desk):
    deployments.deploy(desk.runtime, [("waiting.bpmn", WAITING)], "olga")
    return instances.start(desk.runtime, "waiting", {"order": "D100"}, who="ann").key


@pytest.fixture
def send(desk, waiting):
    """Send the form of the message as it stands on the page."""
    page = parsed(desk.get("max", f"/board/instances/{waiting}"))
    (path,) = page.xpath("//form[contains(@action, '/messages/')]/@action")

    def send(variables, reason="客户已付款", who="max"):
        return desk.post(who, path, {"variables": variables, "reason": reason})

    return send


def test_the_page_lists_what_is_awaited_by_name_and_key_and_sends_it(desk, waiting, send):
    waits = text_of(
        parsed(desk.get("max", f"/board/instances/{waiting}")).xpath("//section[@aria-labelledby='waits']")[0]
    )
    assert "payment.received" in waits
    assert "D100" in waits
    assert send('amount=3\n note = "已付"').status_code == 303
    page = parsed(desk.get("max", f"/board/instances/{waiting}"))
    assert "消息已送到" in text_of(page)
    assert page.xpath("//*[@data-active='[\"task\"]']")
    with desk.runtime.unit_of_work(read_only=True) as uow:
        assert instances.root_variables(uow, waiting) == {"order": "D100", "amount": 3, "note": "已付"}
        sent = uow.connection.execute(select(AuditEntry.who).where(AuditEntry.what == "message.send")).all()
    assert sent == [("max",)]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("amount=3\nnote=已付", "第 2 行的值不是有效的 JSON"),
        ("amount", "第 1 行要写成“名称=值”"),
        ("{amount: 3}", "不是有效的 JSON"),
        ("a=NaN", "第 1 行的值"),
        ("a=" + "[" * 100_000, "第 1 行的值"),
    ],
)
def test_what_cannot_be_read_is_said_and_kept(waiting, send, typed, said):
    answer = send(typed)
    assert answer.status_code == 422
    assert said in answer.text
    (box,) = parsed(answer).xpath("//textarea[@name='variables']")
    assert box.text.strip() == typed
    assert box.getparent().getparent().xpath(".//input[@name='reason']/@value") == ["客户已付款"]


def test_a_reason_is_needed_and_one_json_object_may_stand_for_the_lines(waiting, send):
    assert send('{"amount": 3}', reason=" ").status_code == 422
    assert send('{"amount": 3}').status_code == 303


def test_a_message_that_came_meanwhile_is_not_sent_twice(waiting, send):
    assert send("").status_code == 303
    answer = send("amount=7")
    assert answer.status_code == 409
    assert "已经不在等这条消息" in answer.text
    assert "amount=7" in answer.text


def test_a_supervisor_sees_what_is_awaited_and_may_not_send_it(desk, waiting, send):
    page = parsed(desk.get("sue", f"/board/instances/{waiting}"))
    assert "payment.received" in text_of(page)
    assert not page.xpath("//form[contains(@action, '/messages/')]")
    assert send("", who="sue").status_code == 403
