"""Starting a process with its form: a case with its number at once, nothing lost when something is wrong."""

import io

from tests.web.desk import COMPLAINT, parsed, photo, text_of, value_of

PLAIN = COMPLAINT | {"received_at": "2026-03-02T16:55", "consent": "true", "_files": "photos", "photos": ""}


def test_the_processes_with_a_start_form_are_offered(desk):
    page = parsed(desk.get("ann", "/desk/start"))
    links = dict(zip(page.xpath("//main//a/text()"), page.xpath("//main//a/@href"), strict=True))
    assert links["投诉"] == "/desk/start/complaint"
    assert not any("escalation" in link for link in links.values())


def test_a_complaint_is_registered_without_a_script_and_has_its_number_at_once(desk):
    answer = desk.post("ann", "/desk/start/complaint", PLAIN)
    assert answer.status_code == 303
    number = answer.location.rsplit("/", 1)[1]
    page = parsed(desk.get("ann", answer.location))
    assert f"工单号 {number}" in text_of(page)
    assert "流程正在等待" in text_of(page)
    desk.work()
    case = desk.case(number)
    assert (case.customer.phone, case.channel, case.created_by) == ("13800138000", "phone", "ann")
    assert [task.element_id for task in case.tasks] == ["verify_complaint"]


def test_a_wrong_start_form_keeps_what_was_typed_and_registers_nothing(desk):
    answer = desk.post("ann", "/desk/start/complaint", PLAIN | {"contact": "nobody", "customer_name": "王小明"})
    assert answer.status_code == 422
    page = parsed(answer)
    assert value_of(page, "customer_name") == "王小明"
    assert page.xpath("//*[@name='contact' and @aria-invalid='true']")
    assert "没有找到工单" in desk.get("ann", "/desk/cases?status=").text


def test_photos_stay_while_the_form_is_corrected_and_go_to_the_case(desk):
    refused = desk.post(
        "ann", "/desk/start/complaint", PLAIN | {"contact": "nobody", "photos": (io.BytesIO(photo()), "漏水.png")}
    )
    (kept,) = parsed(refused).xpath("//input[@name='photos' and @type='checkbox' and @checked]")
    assert "漏水.png" in text_of(kept.getparent())
    answer = desk.post("ann", "/desk/start/complaint", PLAIN | {"photos": kept.get("value")})
    assert "漏水.png" in desk.get("ann", answer.location).text


def test_a_file_that_another_uploaded_does_not_come_along(desk):
    sent = desk.post("ben", "/desk/uploads", {"file": (io.BytesIO(photo()), "ben.png")})
    answer = desk.post("ann", "/desk/start/complaint", PLAIN | {"photos": sent.json["id"]})
    assert "ben.png" not in desk.get("ann", answer.location).text


def test_a_script_registers_a_complaint(desk):
    sent = desk.post("ann", "/desk/uploads", {"file": (io.BytesIO(photo()), "a.png")})
    refused = desk.send("ann", "POST", "/desk/start/complaint", {"data": COMPLAINT | {"contact": "x"}})
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["contact"])
    answer = desk.send("ann", "POST", "/desk/start/complaint", {"data": COMPLAINT | {"photos": [sent.json["id"]]}})
    assert "a.png" in desk.get("ann", answer.json["redirect"]).text


def test_a_process_without_a_start_form_cannot_be_started_here(desk):
    assert desk.get("ann", "/desk/start/escalation").status_code == 404
    assert desk.get("ann", "/desk/start/nothing").status_code == 404


def test_a_return_is_registered_too(desk):
    given = {
        "customer_name": "李四",
        "contact": "lisi@example.com",
        "order_number": "D1",
        "sku": "KETTLE-1",
        "tier": "B",
        "channel": "phone",
        "reason": "quality",
        "requested": "refund",
        "amount": "59.9",
        "intact": "true",
        "description": "壶盖裂了",
    }
    page = parsed(desk.get("ann", "/desk/start/return_exchange"))
    for name in page.xpath("//form[@id='plain-form']//select/@name"):
        options = page.xpath(f"//select[@name='{name}']/option/@value")
        given[name] = given.get(name) if given.get(name) in options else options[1]
    answer = desk.post("ann", "/desk/start/return_exchange", given | {"_files": "photos", "photos": ""})
    assert answer.status_code == 303, text_of(parsed(answer))
    desk.work()
    assert desk.case(answer.location.rsplit("/", 1)[1]).kind == "return_exchange"


def test_who_registers_a_second_complaint_is_told_of_the_open_one_first_and_may_send_it_anyway(desk):
    first = desk.post("ann", "/desk/start/complaint", PLAIN).location.rsplit("/", 1)[1]
    other = desk.post("ann", "/desk/start/complaint", PLAIN | {"order_number": "ANOTHER", "contact": "13900139000"})
    assert other.status_code == 303, "another customer's other order"
    told = desk.post(
        "ann",
        "/desk/start/complaint",
        PLAIN | {"matter": "换来的水壶又漏水了", "photos": (io.BytesIO(photo()), "漏.png")},
    )
    assert told.status_code == 409
    page = parsed(told)
    assert "还没有立案" in text_of(page)
    assert page.xpath(f"//main//a[@href='/desk/cases/{first}']")
    assert value_of(page, "matter") == "换来的水壶又漏水了", "nothing typed is lost"
    assert [each.get("value") for each in page.xpath("//input[@name='aware_of']")] == [first]
    (kept,) = page.xpath("//input[@name='photos' and @type='checkbox' and @checked]")
    again = PLAIN | {"matter": "换来的水壶又漏水了", "aware_of": first, "photos": kept.get("value")}
    second = desk.post("ann", "/desk/start/complaint", again)
    assert second.status_code == 303
    page = desk.get("ann", second.location)
    assert "漏.png" in page.text
    assert f"可能是同一件事：{first}" in text_of(parsed(page))


def test_a_script_is_told_of_the_open_one_too_and_nothing_is_kept_until_it_sends_again(desk):
    first = desk.send("ann", "POST", "/desk/start/complaint", {"data": COMPLAINT}).json["redirect"].rsplit("/", 1)[1]
    told = desk.send("ann", "POST", "/desk/start/complaint", {"data": COMPLAINT})
    assert (told.status_code, [case["number"] for case in told.json["cases"]]) == (409, [first])
    assert len(desk.case(first).related) == 0
    again = desk.send("ann", "POST", "/desk/start/complaint", {"data": COMPLAINT, "aware_of": [first]})
    assert again.status_code == 200
    assert len(desk.case(first).related) == 1
