"""A task's page: its form with and without a script, drafts, files, conflicts; what was typed is never lost."""

import io
import re

from engine.services import oversight, work
from tests.web.desk import DONE, PDF, VERIFIED, parsed, photo, text_of, value_of


def path(desk, number):
    return f"/desk/tasks/{desk.task(number)}"


def revision(desk, number):
    return desk.get("ann", path(desk, number)).text.split('name="revision" value="')[1].split('"')[0]


def filled(desk, number, **changes):
    return {"_files": "evidence", "revision": revision(desk, number), **VERIFIED, **changes}


def test_the_plain_form_is_complete_and_every_field_has_a_label(desk):
    number = desk.complain()
    page = parsed(desk.get("ann", path(desk, number)))
    (form,) = page.xpath("//form[@id='plain-form']")
    labels = {text_of(label) for label in form.xpath(".//label[@for] | .//legend")}
    assert {"投诉事项（核实后）", "投诉原因", "特别风险", "涉及部门", "承诺答复时间", "证据"} <= labels
    assert value_of(page, "matter") == "收到的水壶漏水，要求退款"
    assert "王小明" in text_of(form)


def test_a_plain_form_is_sent_without_a_script_and_the_process_goes_on(desk):
    number = desk.complain()
    answer = desk.post("ann", path(desk, number), filled(desk, number))
    assert (answer.status_code, answer.location) == (303, f"/desk/cases/{number}")
    desk.work()
    assert "verify_complaint" not in [task.element_id for task in desk.case(number).tasks]
    page = desk.get("ann", f"/desk/cases/{number}").text
    assert "水壶漏水，已看照片" in page
    assert "已提交：核实投诉" in page


def test_a_refused_form_says_what_is_wrong_at_the_field_and_keeps_what_was_typed(desk):
    number = desk.complain()
    answer = desk.post("ann", path(desk, number), filled(desk, number, matter="漏水", promised_at="", sku="SKU-9"))
    assert answer.status_code == 422
    page = parsed(answer)
    assert value_of(page, "matter") == "漏水"
    assert value_of(page, "sku") == "SKU-9"
    (field,) = page.xpath("//*[@name='matter']")
    (error,) = page.xpath(f"//*[@id='{field.get('aria-describedby').split()[-1]}']")
    assert text_of(error)
    assert field.get("aria-invalid") == "true"
    assert page.xpath("//*[@name='promised_at' and @aria-invalid='true']")
    assert not page.xpath("//*[@data-form]"), "a script must not put the fresh form in place of the errors"


def test_what_was_refused_is_there_again_when_the_page_is_opened_anew(desk):
    number = desk.complain()
    desk.post("ann", path(desk, number), filled(desk, number, promised_at="", sku="SKU-9"))
    assert value_of(parsed(desk.get("ann", path(desk, number))), "sku") == "SKU-9"


def test_an_english_reader_gets_english_sentences(desk):
    number = desk.complain()
    answer = desk.post("ann", path(desk, number) + "?lang=en", filled(desk, number, promised_at=""))
    (field,) = parsed(answer).xpath("//*[@name='promised_at']")
    error = parsed(answer).xpath(f"//*[@id='{field.get('aria-describedby').split()[-1]}']")[0]
    assert text_of(error).isascii()


def test_one_who_sends_after_another_has_done_the_task_keeps_all_that_was_typed(desk):
    number = desk.complain()
    here, sent = path(desk, number), filled(desk, number, matter="我打了很长的一段话")
    desk.does("ben", number, "verify_complaint", **DONE)
    answer = desk.post("ann", here, sent)
    assert answer.status_code == 409
    page = parsed(answer)
    assert value_of(page, "matter") == "我打了很长的一段话"
    assert page.xpath("//*[@name='departments' and @checked]/@value") == ["quality"]
    assert "已由他人完成" in text_of(page.xpath("//*[@role='alert']")[0])


def test_one_who_sends_what_another_holds_keeps_all_that_was_typed(desk):
    number = desk.complain()
    here, sent = path(desk, number), filled(desk, number, matter="我打了很长的一段话")
    work.claim(desk.runtime, desk.task(number), actor=desk.actor("ben"))
    answer = desk.post("ann", here, sent)
    assert answer.status_code == 409
    assert value_of(parsed(answer), "matter") == "我打了很长的一段话"
    assert [task.assignee for task in desk.case(number).tasks] == ["ben"]


def test_a_task_that_was_changed_meanwhile_is_sent_by_trying_again(desk):
    number = desk.complain()
    here, sent = path(desk, number), filled(desk, number)
    oversight.change_task(
        desk.runtime, desk.task(number), actor=desk.actor("sue"), reason="急", priority=99, due_at=None
    )
    answer = desk.post("ann", here, sent)
    assert answer.status_code == 409
    page = parsed(answer)
    (fresh,) = page.xpath("//form[@id='plain-form']/input[@name='revision']/@value")
    assert value_of(page, "matter") == VERIFIED["matter"]
    assert desk.post("ann", here, sent | {"revision": fresh}).status_code == 303


def test_a_script_gets_errors_by_field_conflicts_and_where_to_go(desk):
    number = desk.complain()
    here, task = path(desk, number), desk.task(number)
    data = DONE
    refused = desk.send("ann", "POST", here, {"data": data | {"matter": "x"}, "revision": 1})
    assert refused.status_code == 422
    assert list(refused.json["errors"]) == ["matter"]
    work.claim(desk.runtime, task, actor=desk.actor("ben"))
    conflict = desk.send("ann", "POST", here, {"data": data, "revision": 1})
    assert (conflict.status_code, set(conflict.json)) == (409, {"message"})
    work.release(desk.runtime, task, actor=desk.actor("ben"))
    done = desk.send("ann", "POST", here, {"data": data, "revision": int(revision(desk, number))})
    assert (done.status_code, done.json) == (200, {"redirect": f"/desk/cases/{number}"})


def test_a_draft_is_kept_for_its_writer_alone(desk):
    number = desk.complain()
    saved = desk.send("ann", "PUT", path(desk, number) + "/draft", {"data": {"matter": "写了一半"}, "revision": 1})
    assert saved.status_code == 200
    assert value_of(parsed(desk.get("ann", path(desk, number))), "matter") == "写了一半"
    assert value_of(parsed(desk.get("ben", path(desk, number))), "matter") == "收到的水壶漏水，要求退款"


def test_who_has_the_task_next_goes_on_with_the_draft_or_leaves_it(desk):
    number = desk.complain()
    here = path(desk, number)
    desk.post("ann", f"{here}/claim")
    desk.send("ann", "PUT", f"{here}/draft", {"data": {"matter": "写了一半"}, "revision": 1})
    work.hand_over(desk.runtime, desk.task(number), "ben", "我下班了", actor=desk.actor("ann"))
    page = desk.get("ben", here)
    assert value_of(parsed(page), "matter") == "写了一半"
    assert "接着安安写的草稿" in text_of(parsed(page))
    fresh = desk.get("ben", f"{here}?fresh=1")
    assert value_of(parsed(fresh), "matter") == "收到的水壶漏水，要求退款"
    assert "草稿（" not in text_of(parsed(fresh))
    desk.send("ben", "PUT", f"{here}/draft", {"data": {"matter": "我自己写的"}, "revision": 1})
    assert value_of(parsed(desk.get("ben", here)), "matter") == "我自己写的"


def test_a_draft_is_saved_without_a_script_even_if_it_is_not_complete(desk):
    number = desk.complain()
    answer = desk.post("ann", path(desk, number), filled(desk, number, matter="写了一半", promised_at="", _save="1"))
    assert answer.status_code == 303
    assert value_of(parsed(desk.get("ann", path(desk, number))), "matter") == "写了一半"
    assert desk.task(number, "verify_complaint")


def test_a_body_that_is_no_form_is_refused(desk):
    number = desk.complain()
    assert desk.send("ann", "POST", path(desk, number), ["x"]).status_code == 422
    assert desk.send("ann", "PUT", path(desk, number) + "/draft", {"data": "x"}).status_code == 422


def test_a_file_of_the_plain_form_goes_to_the_case_and_stays_while_the_form_is_corrected(desk):
    number = desk.complain()
    sent = filled(desk, number, promised_at="", evidence=(io.BytesIO(photo()), "漏水.png"))
    answer = desk.post("ann", path(desk, number), sent)
    assert answer.status_code == 422
    (kept,) = parsed(answer).xpath("//input[@name='evidence' and @type='checkbox' and @checked]")
    assert "漏水.png" in text_of(kept.getparent())
    again = filled(desk, number, evidence=kept.get("value"))
    assert desk.post("ann", path(desk, number), again).status_code == 303
    assert "漏水.png" in desk.get("ann", f"/desk/cases/{number}").text


def test_a_file_that_is_no_picture_is_refused_at_its_field(desk):
    number = desk.complain()
    sent = filled(desk, number, evidence=(io.BytesIO(b"MZ\x90 not a picture"), "run.png"))
    answer = desk.post("ann", path(desk, number), sent)
    assert answer.status_code == 422
    (field,) = parsed(answer).xpath("//input[@type='file' and @name='evidence']")
    error = parsed(answer).xpath(f"//*[@id='{field.get('aria-describedby').split()[-1]}']")[0]
    assert "run.png" in text_of(error)
    assert desk.task(number, "verify_complaint")


def test_a_script_uploads_a_file_and_gets_its_id(desk):
    number = desk.complain()
    here = path(desk, number) + "/files"
    answer = desk.post("ann", here, {"file": (io.BytesIO(PDF), "合同.pdf")})
    assert answer.json["name"] == "合同.pdf"
    assert answer.json["id"].isdecimal()
    refused = desk.post("ann", here, {"file": (io.BytesIO(b"hello"), "x.txt")})
    assert refused.status_code == 422
    assert "PDF" in refused.json["message"]


def test_the_form_for_scripts_holds_only_variables_that_it_speaks_of(desk):
    number = desk.complain()
    page = parsed(desk.get("ann", path(desk, number)))
    (script,) = page.xpath("//script[@type='application/json']/text()")
    assert '"matter"' in script
    assert "received_at" not in script
    assert "</script" not in script.lower()


def test_a_task_is_given_back(desk):
    number = desk.complain()
    desk.post("ann", path(desk, number) + "/claim")
    desk.post("ann", path(desk, number) + "/release")
    assert [task.assignee for task in desk.case(number).tasks] == [None]


def test_a_supervisor_looks_at_a_task_of_others_and_cannot_send_it(desk):
    number = desk.complain()
    work.claim(desk.runtime, desk.task(number), actor=desk.actor("ann"))
    page = parsed(desk.get("sue", path(desk, number)))
    assert "由 安安 办理" in text_of(page)
    assert not page.xpath("//form[@id='plain-form']//button")
    assert desk.post("sue", path(desk, number), filled(desk, number)).status_code in (403, 409)
    assert desk.task(number, "verify_complaint")


def test_who_is_not_offered_a_task_cannot_open_it(desk):
    number = desk.complain()
    for method in (desk.get, desk.post):
        assert method("wes", path(desk, number)).status_code == 403
    assert desk.send("wes", "PUT", path(desk, number) + "/draft", {"data": {}}).status_code == 403


def test_a_task_that_is_not_there_is_not_found(desk):
    assert desk.get("ann", "/desk/tasks/1").status_code == 404


def test_a_task_that_has_ended_says_so(desk):
    number = desk.complain()
    here = path(desk, number)
    desk.does("ben", number, "verify_complaint", **DONE)
    page = parsed(desk.get("sue", here))
    assert re.search("这个任务已结束：本本 于 .* 完成", text_of(page))
    assert not page.xpath("//form[@id='plain-form'] | //*[@data-form]")
    assert page.xpath(f"//section//a[@href='/desk/cases/{number}'][contains(., '看工单')]")
