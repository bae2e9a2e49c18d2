"""Reports as pages and sheets: the issue log of a week."""

import csv
import io
from zipfile import ZipFile

import pytest

from engine.services import starting
from engine.services.figures import kept

ISSUE = {"issue_kind": "product", "issue": "=水壶盖子容易松", "suggestion": "换供应商"}


@pytest.fixture
def key(desk):
    """The report of a week in which ann wrote down an issue."""
    starting.start_with_form(desk.runtime, "issue_log", ISSUE, actor=desk.actor("ann"))
    (made,) = kept.make(desk.runtime, "issue_log", "this_week", ["supervisor"], "<default>")
    return made


def test_the_issue_log_of_a_week_is_a_page_in_both_languages(desk, key):
    page = desk.client("sue").get(f"/board/reports/{key}")
    assert page.status_code == 200
    for words in ("问题登记周汇总", "=水壶盖子容易松", "换供应商", "待处理", "安安"):
        assert words in page.text
    english = desk.client("sue").get(f"/board/reports/{key}?lang=en").text
    assert "Issue log of the week" in english
    assert "Open" in english


def test_the_issue_log_of_a_week_is_a_sheet(desk, key):
    sheet = desk.client("sue").get(f"/board/reports/{key}.csv")
    rows = list(csv.reader(io.StringIO(sheet.data.decode("utf-8-sig"))))
    assert rows[0][0] == "问题登记周汇总"
    assert rows[2][1:] == ["安安", "商品", "'=水壶盖子容易松", "", "换供应商", "待处理", "", "—", ""]
    book = desk.client("sue").get(f"/board/reports/{key}.xlsx")
    assert "sharedStrings.xml" in " ".join(ZipFile(io.BytesIO(book.data)).namelist())
    assert desk.client("ben").get(f"/board/reports/{key}.csv").status_code == 404


def test_a_report_of_figures_is_a_sheet_too(desk):
    desk.complain()
    (made,) = kept.make(desk.runtime, "weekly", "this_week", ["supervisor"], "<default>")
    sheet = desk.client("sue").get(f"/board/reports/{made}.csv").data.decode("utf-8-sig")
    assert "登记工单,1.0" in sheet
