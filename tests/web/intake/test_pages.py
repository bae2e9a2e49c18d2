"""The phone's page, the list of what came in, and the record forms, as people use them."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest

from engine.services import channels, people, phone
from engine.services.channels import Incoming
from tests.web.desk import Desk, parsed, text_of, value_of

CALL = {
    "customer_name": "王小明", "contact": "13800138000", "channel": "phone", "request_type": "consultation",
    "business": "aftersales", "order_number": "", "description": "发票怎么开", "answered_now": "true",
    "answer": "在订单详情里申请", "article": "", "consent": "true",
}  # fmt: skip


def comes_in(desk: Desk, text: str = "水壶漏水怎么办", number: int = 1, **more: Any) -> channels.Received:
    values: dict[str, Any] = {
        "source": "mail", "external_id": f"<{number}@x>", "channel": "email", "sender": "wang@example.com",
        "sender_name": "王敏", "said": text, "subject": "水壶",
    }  # fmt: skip
    taken = channels.receive(desk.runtime, Incoming(**values | more))
    desk.work()
    return taken


def test_a_call_is_registered_in_one_form_and_answered_at_once(desk: Desk) -> None:
    answer = desk.post("ann", "/desk/phone", CALL | {"rings": "2"})
    assert answer.status_code == 303, answer.text
    number = answer.headers["Location"].rpartition("/")[2]
    desk.work()
    case = desk.case(number)
    assert (case.kind, case.outcome, case.owner) == ("consultation", "answered", "ann")


def test_a_callers_file_and_orders_come_while_the_number_is_typed_and_are_taken_with_a_button(desk: Desk) -> None:
    desk.post("ann", "/desk/phone", CALL)
    desk.work()
    found = parsed(desk.get("ann", "/desk/phone/callers?q=1380013"))
    assert "王小明" in text_of(found)
    button = found.xpath('//button[@name="_pick"]')[0].get("value")
    page = parsed(
        desk.post("ann", "/desk/phone", {"_pick": button, "description": "又来电了", "request_type": "consultation"})
    )
    assert value_of(page, "customer_name") == "王小明"
    assert value_of(page, "contact") == "13800138000"
    assert value_of(page, "description") == "又来电了", "nothing typed is lost"


def test_the_fields_follow_the_type_and_what_is_wrong_stands_at_its_field(desk: Desk) -> None:
    fields = desk.post("ann", "/desk/phone/fields", CALL | {"request_type": "complaint"})
    assert 'name="wanted_remedy"' in fields.text
    assert 'value="王小明"' in fields.text
    refused = desk.post("ann", "/desk/phone", CALL | {"contact": "nobody", "answered_now": ""})
    assert refused.status_code == 422
    assert "请填写电话号码或邮箱" in refused.text
    assert "发票怎么开" in refused.text


def test_a_call_that_the_phone_system_reports_rings_is_answered_and_its_time_is_in_the_log(desk: Desk) -> None:
    now = desk.runtime.now()
    key = phone.call_event(desk.runtime, "c-1", "rang", now, "+86 138-0013-8000")
    assert phone.call_event(desk.runtime, "c-1", "rang", now, "13800138000") == key
    assert "响铃中" in desk.get("ann", "/desk/phone").text
    desk.clock.advance(timedelta(seconds=45))
    taken = desk.post("ann", f"/desk/phone/calls/{key}")
    assert f"call={key}" in taken.headers["Location"]
    assert "接听超时" in desk.get("ann", "/desk/phone").text
    assert desk.post("ben", f"/desk/phone/calls/{key}").headers["Location"].endswith("/desk/phone")
    desk.post("ann", "/desk/phone", CALL | {"call": str(key)})
    rows = log(desk)
    assert rows[-1]["接听用时（秒）"] == "45"
    assert rows[-1]["接听超时"] == "是"


@pytest.mark.parametrize(("rings", "late"), [("3", "否"), ("4", "是")])
def test_the_agents_own_count_of_rings_says_whether_it_was_late(desk: Desk, rings: str, late: str) -> None:
    desk.post("ann", "/desk/phone", CALL | {"rings": rings})
    assert log(desk)[-1]["接听超时"] == late


def log(desk: Desk) -> list[dict[str, str]]:
    answer = desk.get("ann", "/desk/records/contacts.csv?since=2026-03-01&until=2026-03-31")
    return list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))


def test_what_came_in_is_listed_and_what_opened_no_case_can_be_made_one(desk: Desk) -> None:
    comes_in(desk)
    comes_in(desk, "本月特惠", 2, sender="shop@ads.example", automatic="bulk", subject="<script>alert(1)</script>")
    page = desk.get("sue", "/board/inbound")
    assert "<script>alert" not in page.text
    assert "群发邮件" in page.text
    action = parsed(page).xpath('//form[contains(@action, "/case")]')[0].get("action")
    made = desk.post("sue", action)
    assert made.headers["Location"].startswith("/desk/cases/SL")
    assert desk.get("ann", "/board/inbound").status_code == 403


def test_a_message_can_be_tried_in_a_test_and_not_in_production(desk: Desk) -> None:
    given = {"kind": "direct_message", "sender": "wx-1", "name": "小敏", "text": "杯盖打不开"}
    assert desk.post("sue", "/board/inbound/try", given).status_code == 303
    assert desk.post("sue", "/board/inbound/try", given | {"text": ""}).status_code == 422
    from dataclasses import replace

    desk.runtime.settings = replace(desk.runtime.settings, mode="production")
    assert desk.post("sue", "/board/inbound/try", given).status_code == 404


@pytest.mark.parametrize(
    "kind", ["presales", "aftersales", "complaint_handling", "complaint_register", "contacts", "feedback"]
)
def test_each_record_form_is_a_page_and_a_table_for_a_spreadsheet(desk: Desk, kind: str) -> None:
    desk.complain(matter="=1+1 水壶漏水，要求退款")
    desk.post("ann", "/desk/phone", CALL)
    desk.post("ann", "/desk/phone", CALL | {"business": "presales", "description": "保温杯多高"})
    desk.work()
    span = "since=2026-03-01&until=2026-03-31"
    page = parsed(desk.get("ann", f"/desk/records/{kind}?{span}"))
    rows = list(csv.reader(io.StringIO(desk.get("ann", f"/desk/records/{kind}.csv?{span}").text.lstrip("\ufeff"))))
    assert [text_of(cell) for cell in page.xpath("//thead//th")] == (rows[0] if len(rows) > 1 else [])
    assert len(page.xpath("//tbody/tr")) == len(rows) - 1
    assert (len(rows) > 1) == (kind != "feedback")
    assert not [cell for row in rows for cell in row if cell.startswith("=")]


@pytest.mark.parametrize("kind", ["complaint_register", "contacts"])
def test_a_long_record_form_has_pages_and_its_table_for_a_spreadsheet_has_every_line(
    desk: Desk, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.intake.records.LINES", 2)
    monkeypatch.setattr("engine.services.records.MOST", 3)
    for number in range(5):
        desk.complain(matter=f"第{number}个水壶漏水，要求退款", contact=f"1380013800{number}")
        desk.post("ann", "/desk/phone", CALL | {"contact": f"1390013900{number}"})
    span = "since=2026-03-01&until=2026-03-31"
    seen, address = [], f"/desk/records/{kind}?{span}"
    while address:
        page = parsed(desk.get("ann", address))
        seen.append([text_of(row) for row in page.xpath("//tbody/tr")])
        address = next(iter(page.xpath('//a[@data-key="]"]/@href')), None)
    lines = [line for part in seen for line in part]
    whole = desk.get("ann", f"/desk/records/{kind}.csv?{span}").text.lstrip("\ufeff")
    assert max(map(len, seen)) == 2
    assert len(lines) == len(list(csv.DictReader(io.StringIO(whole)))) == len(set(lines)) >= 5
    printed = parsed(desk.get("ann", f"/desk/records/{kind}?{span}&all=1")).xpath("//tbody/tr")
    assert [text_of(row) for row in printed] == lines[:3]
    assert desk.get("ann", f"/desk/records/{kind}?{span}&after=nonsense").status_code == 422


def test_the_register_has_name_time_departments_summary_and_result(desk: Desk) -> None:
    number = desk.complain()
    rows = list(
        csv.DictReader(
            io.StringIO(
                desk.get("ann", "/desk/records/complaint_register.csv?since=2026-03-01&until=2026-03-31").text.lstrip(
                    "\ufeff"
                )
            )
        )
    )
    assert list(rows[0]) == ["工单号", "客户姓名", "时间", "涉及部门", "内容摘要", "处理结果", "结案时间"]
    assert (rows[0]["工单号"], rows[0]["客户姓名"], rows[0]["处理结果"]) == (number, "王小明", "处理中")


def test_a_warehouse_hand_sees_no_full_phone_number_in_a_record(desk: Desk) -> None:
    desk.complain()
    span = "since=2026-03-01&until=2026-03-31"
    assert "13800138000" in desk.get("ann", f"/desk/records/complaint_handling?{span}").text
    assert "13800138000" not in desk.get("wes", f"/desk/records/complaint_handling?{span}").text


def test_what_was_sent_to_the_customer_is_on_the_case_with_its_state(desk: Desk) -> None:
    number = str(comes_in(desk).case_number)
    channels.reply(desk.runtime, number, "请发照片", actor=people.actor_of(desk.runtime, "ann"))
    page = desk.get("ann", f"/desk/cases/{number}")
    assert "已发消息" in page.text
    assert "待发（未配置发送）" in page.text
