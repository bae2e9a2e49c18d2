"""A case's page: customer, order, clocks, timeline, files, diagram; what people write down; what customers answer."""

import io
import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from PIL import Image

from engine.connectors.orders import OrderLine, OrderRecord, ShipmentRecord
from engine.errors import Unavailable
from engine.services.outside import outside
from tests.web.desk import DONE, PDF, parsed, photo, text_of, value_of

AT = datetime(2026, 2, 20, 8, 0, tzinfo=UTC)
ORDER = OrderRecord(
    number="D-77",
    status="signed",
    placed_at=AT,
    customer_name="王小明",
    customer_phone="13800138000",
    address="浙江省杭州市余杭区文一西路 969 号",
    currency="CNY",
    freight=Decimal(0),
    lines=(OrderLine(1, "KETTLE-1", "不锈钢水壶", 2, Decimal("59.90")),),
    shipments=(ShipmentRecord("顺丰速运", "SF100200300", "signed", AT, AT),),
)


@pytest.fixture
def shop(desk, monkeypatch):
    """A shop that knows one order."""
    monkeypatch.setattr(outside(desk.runtime).orders, "find", lambda number: ORDER if number == "D-77" else None)


def card(page, identity):
    (section,) = page.xpath(f"//section[@aria-labelledby='{identity}']")
    return text_of(section)


def show(desk, number, who="ann"):
    return parsed(desk.get(who, f"/desk/cases/{number}"))


def test_a_case_shows_what_to_do_its_clocks_and_what_happens_next(desk):
    page = show(desk, desk.complain())
    assert "核实投诉" in text_of(page.xpath("//section[@id='now']")[0])
    assert "首次响应 计时中" in card(page, "facts-clocks")
    assert "首响超时" in card(page, "facts-next")
    assert page.xpath("//section[@aria-labelledby='facts-next']//time/@data-due")[0] > "2026-03-02T09:00"


def test_an_order_shows_its_items_and_parcels(desk, shop):
    order = card(show(desk, desk.complain(order_number="D-77")), "facts-order")
    for shown in ("D-77", "已签收", "不锈钢水壶", "KETTLE-1", "¥59.90", "SF100200300", "文一西路"):
        assert shown in order


def test_an_unknown_order_is_said(desk, shop):
    assert "未知订单" in card(show(desk, desk.complain(order_number="D-78")), "facts-order")


def test_a_case_comes_even_when_the_shop_does_not_answer(desk, monkeypatch):
    number = desk.complain()

    def silent(number):
        raise Unavailable("The shop does not answer.")

    monkeypatch.setattr(outside(desk.runtime).orders, "find", silent)
    assert "商城暂时没有响应" in card(show(desk, number), "facts-order")


def test_personal_data_is_shown_to_agents_and_hidden_from_departments(desk, shop):
    number = desk.complain(order_number="D-77")
    assert "138 0013 8000" in card(show(desk, number), "facts-customer")
    page = show(desk, number, "wes")
    assert "138****8000" in card(page, "facts-customer")
    assert "已按权限隐藏" in card(page, "facts-customer")
    assert "13800138000" not in text_of(page)
    assert "文一西路" not in text_of(page)


def test_a_departments_form_hides_the_customers_contact(desk):
    number = desk.complain()
    desk.does(
        "ann",
        number,
        "verify_complaint",
        **DONE | {"departments": ["warehouse"]},
    )
    answer = desk.get("wes", f"/desk/tasks/{desk.task(number, 'investigate')}")
    assert answer.status_code == 200
    assert "13800138000" not in answer.text


def test_the_timeline_says_who_did_what_when_and_from_what_to_what(desk):
    number = desk.complain()
    desk.post("ann", f"/desk/tasks/{desk.task(number)}/claim")
    entries = [text_of(item) for item in show(desk, number).xpath("//section[@id='timeline']//ol/li")]
    (owner,) = [entry for entry in entries if "负责人" in entry]
    assert re.search(r"工单变更 安安 · 2026-03-02 17:00 负责人：\s*— → 安安", owner)
    assert any("首次响应：—→2026-03-0217:30" in entry.replace(" ", "") for entry in entries)


def test_times_are_in_the_readers_zone(desk):
    number = desk.complain()
    from engine.services import people

    people.set_preferences(desk.runtime, actor=desk.actor("ann"), time_zone="Europe/London")
    assert "2026-03-02 09:00" in text_of(show(desk, number))


def test_a_note_is_internal_and_an_empty_one_is_refused(desk):
    number = desk.complain()
    assert desk.post("ann", f"/desk/cases/{number}/notes", {"text": "客户很着急"}).status_code == 303
    timeline = text_of(show(desk, number).xpath("//section[@id='timeline']")[0])
    assert "内部备注 仅内部可见 安安" in timeline
    assert "客户很着急" in timeline
    refused = desk.post("ann", f"/desk/cases/{number}/notes", {"text": " "})
    assert refused.status_code == 422
    assert "请填写内容" in refused.text
    assert "Write something" not in refused.text


def test_a_contact_that_is_refused_keeps_what_was_typed(desk):
    number = desk.complain()
    sent = {"direction": "out", "channel": "email", "content": "", "result": "sent"}
    page = parsed(desk.post("ann", f"/desk/cases/{number}/contacts", sent))
    assert value_of(page, "channel") == "email"
    assert value_of(page, "result") == "sent"
    assert page.xpath("//*[@id='contact-content-error']")
    assert desk.post("ann", f"/desk/cases/{number}/contacts", sent | {"content": "已回信"}).status_code == 303
    assert "已回信" in text_of(show(desk, number))


def test_a_note_from_a_tasks_page_leads_back_to_it(desk):
    number = desk.complain()
    key = desk.task(number)
    answer = desk.post("ann", f"/desk/cases/{number}/notes", {"text": "x", "task": str(key)})
    assert answer.location == f"/desk/tasks/{key}"


def test_files_are_previewed_and_downloaded_with_safe_headers(desk):
    number = desk.complain()
    desk.post("ann", f"/desk/cases/{number}/files", {"file": (io.BytesIO(photo()), "漏水.png")})
    desk.post("ann", f"/desk/cases/{number}/files", {"file": (io.BytesIO(PDF), "合同.pdf")})
    page = show(desk, number)
    (preview,) = page.xpath("//section[@aria-labelledby='facts-files']//img/@src")
    thumbnail = desk.get("ann", preview)
    assert Image.open(io.BytesIO(thumbnail.data)).format == "WEBP"
    picture, pdf = page.xpath("//section[@aria-labelledby='facts-files']//a[contains(@href,'download')]/@href")
    answer = desk.get("ann", pdf)
    assert answer.mimetype == "application/pdf"
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"] == "attachment; filename=.pdf; filename*=UTF-8''%E5%90%88%E5%90%8C.pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert desk.get("ann", pdf.split("?")[0]).headers["Content-Disposition"].startswith("attachment")
    assert desk.get("ann", picture.split("?")[0]).headers["Content-Disposition"].startswith("inline")


def test_a_file_is_found_in_its_own_case_only(desk):
    number, other = desk.complain(contact="13900000001"), desk.complain(contact="13900000002")
    desk.post("ann", f"/desk/cases/{number}/files", {"file": (io.BytesIO(PDF), "x.pdf")})
    (link,) = show(desk, number).xpath("//section[@aria-labelledby='facts-files']//a[contains(@href,'download')]/@href")
    assert desk.get("ann", link).status_code == 200
    assert desk.get("ann", link.replace(number, other)).status_code == 404


def test_what_is_no_picture_is_refused_at_the_input(desk):
    number = desk.complain()
    answer = desk.post("ann", f"/desk/cases/{number}/files", {"file": (io.BytesIO(b"<script>"), "x.png")})
    assert answer.status_code == 422
    assert parsed(answer).xpath("//*[@id='new-file-error']")


def test_the_diagram_lights_the_current_step_and_the_path_so_far(desk):
    number = desk.complain()
    (drawn,) = show(desk, number).xpath("//*[@data-diagram-url]")
    assert '"verify_complaint"' in drawn.get("data-active")
    assert '"classify_to_open_case"' in drawn.get("data-completed")
    assert drawn.get("data-incidents") == "[]"
    xml = desk.get("ann", drawn.get("data-diagram-url"))
    assert xml.mimetype == "application/xml"
    assert b'<bpmn:process id="complaint"' in xml.data


def test_called_instances_have_diagrams_of_their_own(desk):
    number = desk.complain()
    desk.does("ann", number, "verify_complaint", **DONE)
    page = show(desk, number)
    links = page.xpath("//section[@id='diagram']//nav//a")
    assert [text_of(link) for link in links] == ["投诉", "↳ 投诉方案"]
    assert links[1].get("aria-current") == "true"
    caller = parsed(desk.get("ann", f"/desk/cases/{number}{links[0].get('href').split('#')[0]}"))
    (drawn,) = caller.xpath("//*[@data-diagram-url]")
    assert '"find_solution"' in drawn.get("data-active")


def test_a_diagram_is_given_for_the_cases_own_instances_only(desk):
    number, other = desk.complain(contact="13900000001"), desk.complain(contact="13900000002")
    (url,) = show(desk, number).xpath("//*[@data-diagram-url]/@data-diagram-url")
    assert desk.get("ann", url.replace(number, other)).status_code == 404


def test_the_live_parts_change_when_the_case_does(desk):
    number = desk.complain()
    tags = {part: desk.get("ann", f"/desk/cases/{number}/{part}").headers["ETag"] for part in ("now", "timeline")}
    for part, tag in tags.items():
        assert desk.get("ann", f"/desk/cases/{number}/{part}", headers={"If-None-Match": tag}).status_code == 304
    desk.post("ben", f"/desk/tasks/{desk.task(number)}/claim")
    for part, tag in tags.items():
        assert desk.get("ann", f"/desk/cases/{number}/{part}", headers={"If-None-Match": tag}).status_code == 200


def test_a_withdrawal_on_the_phone_is_entered_when_the_process_waits_for_it(desk):
    number = desk.complain()
    assert desk.post("ann", f"/desk/cases/{number}/withdraw", {"note": "已自行解决"}).status_code == 303
    desk.work()
    page = show(desk, number)
    assert "已撤诉" in text_of(page)
    assert not page.xpath("//form[contains(@action,'/withdraw')]")
    again = desk.post("ann", f"/desk/cases/{number}/withdraw", follow_redirects=True)
    assert "不再等待" in again.text


def test_a_request_for_a_supervisor_is_entered_and_opens_the_escalation(desk):
    number = desk.complain()
    desk.post("ann", f"/desk/cases/{number}/escalate", {"note": "要求主管联系"})
    desk.work()
    assert desk.case(number).escalated_at is not None
    assert "客户要求升级" in text_of(show(desk, number))


def test_a_tracking_number_without_a_carrier_is_refused(desk):
    number = desk.complain()
    answer = desk.post("ann", f"/desk/cases/{number}/tracking", {"tracking_number": "1"}, follow_redirects=True)
    assert "此项必填" in answer.text


def test_cases_are_found_by_number_order_name_and_phone(desk):
    number, other = desk.complain(contact="13900000001"), desk.complain(contact="13900000002", customer_name="李四")
    for words in (other, "李四", "139 0000 0002"):
        page = desk.get("ann", "/desk/cases", query_string={"q": words}).text
        assert other in page
        assert number not in page


def test_closed_cases_are_listed_when_asked_for(desk):
    number = desk.complain()
    desk.post("ann", f"/desk/cases/{number}/withdraw")
    desk.work()
    assert number not in desk.get("ann", "/desk/cases").text
    assert number in desk.get("ann", "/desk/cases?status=closed").text


def test_a_case_that_is_not_there_is_not_found(desk):
    assert desk.get("ann", "/desk/cases/TS20260302-9999").status_code == 404


def test_unread_words_of_a_customer_are_marked_as_read(desk):
    number = desk.complain()
    desk.post("ann", f"/desk/cases/{number}/escalate")
    assert desk.case(number).unread_at is not None
    desk.post("ann", f"/desk/cases/{number}/read")
    assert desk.case(number).unread_at is None


def test_a_customers_page_has_their_cases_and_contacts(desk):
    number = desk.complain()
    page = show(desk, number)
    (link,) = page.xpath("//section[@aria-labelledby='facts-customer']//a/@href")
    shown = desk.get("ann", link).text
    assert number in shown
    assert "收到的水壶漏水" in shown
    assert "王小明" in desk.get("ann", "/desk/customers?q=王小明").text


def test_a_notice_is_marked_as_read(desk):
    from datetime import timedelta

    number = desk.complain()
    desk.clock.advance(timedelta(minutes=26))
    desk.work()
    page = parsed(desk.get("lea", "/desk/notices"))
    (action,) = page.xpath("//form[contains(@action,'/read') and not(contains(@action,'notices/read'))]/@action")
    assert number in text_of(page)
    desk.post("lea", action)
    assert not parsed(desk.get("lea", "/desk/notices")).xpath(
        "//form[contains(@action,'/read') and not(contains(@action,'notices/read'))]"
    )
    assert desk.post("ann", action).status_code == 404


def test_an_open_page_of_a_case_is_told_who_else_looks_at_it_and_who_writes(desk):
    number = desk.complain()
    address = f"/desk/cases/{number}/present"
    assert desk.post("ben", address).text.strip() == ""
    assert "正在查看" in desk.post("ann", address, {"writing": "yes"}).text
    said = desk.post("ben", address, headers={"Accept-Language": "en"}).text
    assert "安安 正在填写" in said
    for page in (f"/desk/cases/{number}", f"/desk/tasks/{desk.task(number)}"):
        assert f'data-present-url="{address}"' in desk.get("ann", page).text


def test_a_note_that_mentions_nobody_is_kept_and_says_so(desk):
    number = desk.complain()
    desk.post("ann", f"/desk/cases/{number}/notes", {"text": "@徐老师 请看"})
    page = text_of(show(desk, number))
    assert "@徐老师 不是在岗同事的姓名或用户名" in page
    assert "请看" in page
    desk.post("ann", f"/desk/cases/{number}/notes", {"text": "@ben 请看"})
    assert "不是在岗同事" not in text_of(show(desk, number))
