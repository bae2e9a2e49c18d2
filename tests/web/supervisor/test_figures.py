import csv
import io
from datetime import timedelta
from zipfile import ZipFile

import pytest

from tests.web.desk import parsed, text_of


def _rows(answer) -> dict[tuple[str, str], list[str]]:
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    return {(row[0], row[1]): row for row in rows[2:]}


@pytest.fixture
def worked(desk):
    """Two complaints of today; one was answered in time by ann, the other is late."""
    first, second = desk.complain(), desk.complain()
    return first, second


def test_the_page_shows_each_figure_with_its_definition_and_leads_to_its_cases(desk, worked):
    page = desk.client("sue").get("/board/figures?period=today")
    assert page.status_code == 200
    assert "登记工单" in page.text
    assert "在期内登记的工单数。" in page.text
    cases = desk.client("sue").get("/board/figures/registered/cases?period=today")
    assert all(number in cases.text for number in worked)


def test_an_agent_may_not_see_figures(desk):
    assert desk.client("ann").get("/board/figures").status_code == 403


def test_a_sheet_holds_what_the_page_shows(desk, worked):
    sheet = desk.client("sue").get("/board/figures.csv?period=today&by=channel")
    rows = _rows(sheet)
    assert rows["全部", "登记工单"][2] == "2.0"
    assert rows["电话", "登记工单"][2] == "2.0"
    book = desk.client("sue").get("/board/figures.xlsx?period=today")
    assert "sharedStrings.xml" in " ".join(ZipFile(io.BytesIO(book.data)).namelist())
    assert desk.client("sue").get("/board/figures.pdf").status_code == 404


@pytest.mark.parametrize(
    "cut", ["agent=ann", "group=team", "queue=phone", "channel=phone", "kind=complaint", "process=complaint"]
)
def test_a_page_that_is_cut_leads_to_its_own_sheets_lines_and_cases(desk, worked, cut):
    """Every link on it is followed, and keeps the cut."""
    for by in ("agent", "kind", "process"):
        page = parsed(desk.get("sue", f"/board/figures?period=today&{cut}&by={by}"))
        links = [link for link in page.xpath("//main//a/@href") if link.startswith("/board/figures")]
        assert (
            sum(link.startswith(("/board/figures.csv", "/board/figures.xlsx")) and cut in link for link in links) == 2
        )
        for link in links:
            assert desk.get("sue", link).status_code == 200, link


def test_a_late_first_response_is_off_target(desk, worked):
    desk.clock.advance(timedelta(hours=30))
    desk.work()
    rows = _rows(desk.client("sue").get("/board/figures.csv?period=last_30_days"))
    assert float(rows["全部", "回复及时率"][2]) == 0


@pytest.mark.parametrize(
    "address", ["first=2026-13-01&last=2026-03-01", "first=2026-03-05&last=2026-03-01", "period=never"]
)
def test_a_period_that_cannot_be_is_said_and_the_month_is_shown_instead(desk, address):
    page = desk.client("sue").get(f"/board/figures?{address}")
    assert page.status_code == 422
    assert "text-danger" in page.text
    assert "登记工单" in page.text


def test_an_unknown_dimension_or_trend_is_passed_over(desk):
    assert desk.client("sue").get("/board/figures?by=moon&trend=moon").status_code == 200


def test_a_cell_of_a_line_by_process_leads_to_the_cases_that_it_counts(desk):
    number = desk.complain()
    page = parsed(desk.get("sue", "/board/figures?period=today&by=process&full=1"))
    assert [text_of(name) for name in page.xpath("//section[@aria-labelledby='lines-title']//tbody//th")] == ["投诉"]
    (behind,) = [link for link in page.xpath("//td/a/@href") if "/registered/cases" in link]
    assert "line=1" in behind
    assert number in desk.get("sue", behind).text
