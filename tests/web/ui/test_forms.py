"""The plain rendering of a form: every kind of field, lists that grow without a script, nothing that runs."""

import json

import pytest
from flask import render_template_string
from flask_login import login_user

from engine.services import deployments, instances
from engine.services.task_forms import file_ids
from tests.web.desk import parsed, text_of, value_of
from web.auth.session import SignedIn
from web.ui import forms

PROCESS = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
  id="d" targetNamespace="t"><process id="kinds" name="每种字段" isExecutable="true">
  <startEvent id="start"><outgoing>a</outgoing></startEvent>
  <userTask id="fill" name="填写"><extensionElements><zeebe:userTask /><zeebe:formDefinition formId="kinds" />
    <zeebe:assignmentDefinition candidateGroups="agent" /></extensionElements><incoming>a</incoming><outgoing>b</outgoing></userTask>
  <endEvent id="end"><incoming>b</incoming></endEvent>
  <sequenceFlow id="a" sourceRef="start" targetRef="fill" /><sequenceFlow id="b" sourceRef="fill" targetRef="end" />
  </process></definitions>"""
YES_NO = [{"label": "是", "value": "yes"}, {"label": "否", "value": "no"}]
FORM = {
    "type": "default",
    "id": "kinds",
    "schemaVersion": 17,
    "executionPlatform": "Camunda Cloud",
    "executionPlatformVersion": "8.8.0",
    "components": [
        {"type": "text", "id": "t", "text": "# 您好 {{who}}\n\n<script>alert(1)</script> [x](javascript:alert(1)) **粗**"},
        {"type": "html", "id": "h", "content": "<p onclick='x()'>只有<b>文字</b></p><img src=x onerror=alert(1)>"},
        {"type": "textfield", "id": "f1", "key": "name", "label": "姓名", "description": "全名",
         "validate": {"required": True, "maxLength": 20}},
        {"type": "textfield", "id": "f2", "key": "mail", "label": "邮箱", "validate": {"validationType": "email"}},
        {"type": "number", "id": "f3", "key": "sum", "label": "金额", "decimalDigits": 2, "validate": {"min": 0},
         "appearance": {"prefixAdorner": "¥"}},
        {"type": "datetime", "id": "f4", "key": "day", "label": "日期", "subtype": "date", "dateLabel": "日期"},
        {"type": "checkbox", "id": "f5", "key": "agree", "label": "同意"},
        {"type": "radio", "id": "f6", "key": "solved", "label": "解决了吗", "values": YES_NO},
        {"type": "textarea", "id": "f7", "key": "why", "label": "为什么没有", "validate": {"required": True},
         "conditional": {"hide": '=solved != "no"'}},
        {"type": "checklist", "id": "f8", "key": "parts", "label": "部件", "values": YES_NO},
        {"type": "textfield", "id": "f9", "key": "who", "label": "客户", "readonly": True},
        {"type": "group", "id": "g", "label": "地址", "path": "address", "components": [
            {"type": "textfield", "id": "g1", "key": "city", "label": "城市"}]},
        {"type": "dynamiclist", "id": "l", "label": "商品", "path": "items", "allowAddRemove": True,
         "defaultRepetitions": 1, "components": [
            {"type": "textfield", "id": "l1", "key": "sku", "label": "编码", "validate": {"required": True}},
            {"type": "number", "id": "l2", "key": "count", "label": "数量"}]},
        {"type": "filepicker", "id": "f10", "key": "photos", "label": "照片", "multiple": True},
        {"type": "table", "id": "f11", "label": "历史", "dataSource": "=history",
         "columns": [{"key": "at", "label": "时间"}, {"key": "what", "label": "事情"}]},
    ],
}  # fmt: skip
SENT = {"name": "王", "mail": "", "sum": "1.5", "day": "2026-03-05", "solved": "yes", "address.city": "杭州",
        "items[]": "", "items[0].sku": "A1", "items[0].count": "2", "_files": "photos", "agree": "true"}  # fmt: skip


@pytest.fixture
def task(desk):
    """The path of a task whose form has a field of every kind."""
    files = [("kinds.bpmn", PROCESS.encode()), ("kinds.form", json.dumps(FORM).encode())]
    deployments.deploy(desk.runtime, files, "olga")
    history = [{"at": "3-1", "what": "<b>下单</b>"}]
    key = instances.start(desk.runtime, "kinds", {"who": "<i>王</i>", "history": history}, who="ann").key
    (found,) = parsed(desk.get("ann", "/desk/")).xpath("//tbody//a[contains(@href,'/desk/tasks/')]/@href")
    return found, key


def form_of(page):
    return page.xpath("//form[@id='plain-form']")[0]


def test_every_kind_has_its_input(desk, task):
    form = form_of(parsed(desk.get("ann", task[0])))
    kinds = {
        name: form.xpath(f".//*[@name='{name}' and not(@type='hidden')]")[0]
        for name in SENT
        if name[0] != "_" and name != "items[]"
    }
    assert {name: field.get("type") or field.tag for name, field in kinds.items()} == {
        "name": "text", "mail": "email", "sum": "text", "day": "date", "solved": "radio", "address.city": "text",
        "items[0].sku": "text", "items[0].count": "text", "agree": "checkbox",
    }  # fmt: skip
    assert kinds["name"].get("required") is not None
    assert kinds["name"].get("maxlength") == "20"
    assert kinds["sum"].get("inputmode") == "decimal"  # 1,234.50 and ￥ may be typed; the server reads them
    assert {text_of(each) for each in form.xpath(".//legend")} >= {"解决了吗", "部件", "地址", "商品"}
    assert not form.xpath(".//*[@name='why']"), "what is hidden is not drawn"
    assert not form.xpath(".//*[@name='who']"), "what is read-only is not asked for"
    assert "¥" in text_of(form)


def test_nothing_in_a_form_or_its_data_runs(desk, task):
    form = form_of(parsed(desk.get("ann", task[0])))
    assert not form.xpath(".//script | .//b[.='下单'] | .//i | .//*[@onclick] | .//*[@onerror]")
    assert not form.xpath(".//a[starts-with(@href,'javascript')]")
    assert form.xpath(".//strong[.='粗']")
    assert "只有文字" in text_of(form)
    assert "<b>下单</b>" in text_of(form)
    assert not form.xpath(".//h1")


def test_a_row_is_added_and_removed_without_a_script_and_nothing_typed_is_lost(desk, task):
    more = parsed(desk.post("ann", task[0], SENT | {"_add": "items"}))
    assert value_of(more, "items[0].sku") == "A1"
    assert value_of(more, "items[1].sku") == ""
    assert value_of(more, "name") == "王"
    two = SENT | {"items[1].sku": "B2", "items[1].count": "", "_remove": "items[0]"}
    less = parsed(desk.post("ann", task[0], two))
    assert value_of(less, "items[0].sku") == "B2"
    assert not less.xpath("//*[@name='items[1].sku']")


def test_a_field_that_an_answer_brings_up_is_asked_for_and_then_sent(desk, task, rows):
    asked = desk.post("ann", task[0], SENT | {"solved": "no"})
    assert asked.status_code == 422
    page = parsed(asked)
    assert page.xpath("//*[@name='why' and @aria-invalid='true']")
    assert desk.post("ann", task[0], SENT | {"solved": "no", "why": "没人回"}).status_code == 303
    assert rows(task[1])["why"] == "没人回"
    assert rows(task[1])["items"] == [{"sku": "A1", "count": 2}]
    assert rows(task[1])["address"] == {"city": "杭州"}
    assert rows(task[1])["agree"] is True
    assert rows(task[1])["who"] == "<i>王</i>"


@pytest.fixture
def rows(desk):
    def variables(key):
        with desk.runtime.unit_of_work(read_only=True) as uow:
            return instances.root_variables(uow, key)

    return variables


def test_errors_stand_at_the_rows_field(desk, task):
    page = parsed(desk.post("ann", task[0], SENT | {"items[0].sku": ""}))
    (field,) = page.xpath("//*[@name='items[0].sku']")
    (error,) = page.xpath(f"//*[@id='{field.get('aria-describedby')}']")
    assert text_of(error)


def test_a_sentence_in_two_languages_is_shown_in_the_readers(desk):
    with desk.app.test_request_context("/?lang=en"):
        assert forms.in_language("请填写 / Fill it in") == "Fill it in"
        assert forms.in_language("plain") == "plain"
    with desk.app.test_request_context("/?lang=zh"):
        assert forms.in_language("请填写 / Fill it in") == "请填写"


def test_a_message_about_no_field_on_the_page_stands_above_the_form(desk):
    with desk.app.test_request_context("/"):
        login_user(SignedIn(desk.actor("ann")))
        drawn = forms.DrawnForm([], {}, {"": ["整体有误"], "gone": ["看不见的字段"]})
        source = "{% from 'ui/forms.html' import form_fields with context %}{{ form_fields(drawn) }}"
        shown = render_template_string(source, drawn=drawn)
    assert "整体有误" in shown
    assert "看不见的字段" in shown


def test_documents_are_found_in_lists_of_rows_too(desk, task):
    from engine.services.work import open_task

    form = open_task(desk.runtime, int(task[0].rsplit("/", 1)[1]), actor=desk.actor("ann")).form
    assert file_ids(form, {"photos": ["12", "x"], "items": [{"sku": ["13"]}], "other": ["14"]}) == [12, 13]
