"""The page of who did what: filters, pages, the sheet, and whose it is."""

from __future__ import annotations

import ast
import csv
import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.model.audit import AuditEntry
from engine.services import auditing, instances, people, settings
from tests.web.desk import ROOT, parsed, text_of
from web.ui.words import WORDS


@pytest.fixture
def case(desk):
    """A complaint whose process the manager cancelled."""
    number = desk.complain()
    key = desk.case(number).instances[0].key
    instances.cancel(desk.runtime, key, who="max", reason="客户撤回")
    return number


def acts_on(page):
    return [text_of(cell) for cell in page.xpath("//td[@data-label='动作' or @data-label='Act']")]


def test_who_did_what_is_listed_with_reasons_and_leads_to_instance_and_case(desk, case):
    page = parsed(desk.get("max", f"/board/audit?case={case}&who=max"))
    assert acts_on(page) == ["取消流程"]
    assert "客户撤回" in text_of(page)
    assert page.xpath(f"//td//a[contains(@href, '/desk/cases/{case}')]")
    assert page.xpath("//td//a[contains(@href, '/board/instances/')]")
    assert acts_on(parsed(desk.get("max", f"/board/audit?case={case}&who=max&lang=en"))) == ["Cancel the process"]


def test_a_person_is_found_by_a_part_of_their_name(desk, case):
    assert acts_on(parsed(desk.get("max", "/board/audit?who=马经"))) == ["取消流程"]
    assert "没有符合条件的操作" in desk.get("max", "/board/audit?who=nobody").text


def test_without_a_period_the_last_thirty_days_are_shown(desk, case):
    desk.clock.advance(timedelta(days=40))
    assert acts_on(parsed(desk.get("max", "/board/audit?who=max"))) == []
    assert acts_on(parsed(desk.get("max", "/board/audit?who=max&from=&to="))) == ["取消流程"]


@pytest.mark.parametrize("query", ["from=soon", "to=0001-01-01", "number=x", "case=TS-none", "after=nonsense"])
def test_a_filter_that_does_not_fit_says_so_and_keeps_the_rest(desk, query):
    answer = desk.get("max", f"/board/audit?who=max&{query}")
    assert answer.status_code == 422
    assert parsed(answer).xpath("//input[@id='who']/@value") == ["max"]


def test_long_lists_have_pages_that_keep_the_filter(desk):
    for number in range(60):
        settings.change_setting(desk.runtime, "links.valid", f"P{number + 1}D", actor=people.SYSTEM)
    page = parsed(desk.get("max", "/board/audit?what=setting.change&from="))
    assert len(acts_on(page)) == 50
    (further,) = page.xpath("//a[contains(@href, 'after=')]/@href")
    assert "what=setting.change" in further
    assert "from=&" in f"{further}&"
    assert len(acts_on(parsed(desk.get("max", further)))) == 10


def test_the_sheet_has_every_act_and_no_formula(desk, case):
    desk.does("ann", desk.complain(), "verify_complaint", **{"matter": "x"})
    answer = desk.get("max", "/board/audit.csv?from=")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows[0][:3] == ["时间", "谁", "用户名"]
    assert any(row[1:4] == ["马经理", "max", "取消流程"] and row[8] == "客户撤回" for row in rows)
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)


def test_the_page_is_in_the_menu_of_those_who_may_read_it_alone(desk):
    assert "/board/audit" in desk.get("max", "/board/").text
    assert "/board/audit" not in desk.get("sue", "/board/").text
    assert desk.get("sue", "/board/audit").status_code == 403
    assert desk.get("sue", "/board/audit.csv").status_code == 403


def test_every_act_that_a_service_writes_down_has_a_word():
    written = set()
    for path in (ROOT / "engine").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[-1] in (
                "note",
                "audit",
                "change_within",
            ):
                given = [value.value for value in call.args if isinstance(value, ast.Constant)]
                written |= {text for text in given if isinstance(text, str) and re.fullmatch(r"[a-z_]+\.[a-z_]+", text)}
    assert len(written) > 40
    assert written <= WORDS["act"].keys()


def test_everything_that_an_act_can_be_about_has_a_word(desk):
    desk.does("ann", desk.complain(), "verify_complaint", **{"matter": "x"})
    assert set(auditing.ENTITIES) == WORDS["entity"].keys()
    with desk.runtime.unit_of_work(read_only=True) as uow:
        found = uow.connection.execute(select(AuditEntry.entity, AuditEntry.what).distinct()).all()
    assert {entity for entity, _ in found} <= WORDS["entity"].keys()
    assert {what for _, what in found} <= WORDS["act"].keys()


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠"])
def test_a_reason_in_the_sheet_is_no_formula(desk, case, sign):
    key = instances.start(desk.runtime, "complaint", {}, who="ann").key
    instances.cancel(desk.runtime, key, who="max", reason=f"{sign}1+1")
    sheet = list(csv.reader(io.StringIO(desk.get("max", "/board/audit.csv?what=instance.cancel").data.decode())))
    assert f"'{sign}1+1" in [cell for row in sheet for cell in row]
