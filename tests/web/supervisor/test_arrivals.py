import csv
import io
from datetime import timedelta

from tests.web.desk import parsed, text_of

PAGE = "/board/figures/arrivals"


def _cells(page) -> list[str]:
    return parsed(page).xpath("//table//td/a/text()")


def test_an_hour_leads_to_its_cases_and_the_sheet_holds_the_table(desk):
    first = desk.complain()
    desk.clock.advance(timedelta(hours=1))
    others = [desk.complain(), desk.complain()]
    page = desk.get("sue", f"{PAGE}?period=today")
    assert sorted(_cells(page)) == ["1", "2"]
    linked = {link.text: link.get("href") for link in parsed(page).xpath("//table//td/a")}
    shown = text_of(parsed(desk.get("sue", linked["2"])))
    assert all(number in shown for number in others)
    assert first not in shown
    rows = list(csv.reader(io.StringIO(desk.get("sue", f"{PAGE}.csv?period=today").data.decode("utf-8-sig"))))
    assert sorted(cell for row in rows[2:] for cell in row[2:26] if cell != "0") == ["1", "2"]
    assert [row[0] for row in rows[2:]] == ["周一", "周二", "周三", "周四", "周五", "周六", "周日"]


def test_what_is_asked_for_is_kept_and_a_wrong_day_is_told(desk):
    desk.complain()
    assert _cells(desk.get("sue", f"{PAGE}?period=today&kind=complaint&channel=phone")) == ["1"]
    none = desk.get("sue", f"{PAGE}?period=today&kind=opinion")
    assert "期内没有数据" in none.text
    refused = desk.client("sue").get(f"{PAGE}?first=2026-03-09&last=2026-03-01")
    assert refused.status_code == 422
    assert "结束早于开始" in refused.text
    assert parsed(refused).xpath("//input[@id='last']/@value") == ["2026-03-01"]


def test_an_hour_that_is_none_is_not_found_and_an_agent_may_not_look(desk):
    assert desk.client("sue").get(f"{PAGE}/7/0").status_code == 404
    assert desk.client("sue").get(f"{PAGE}/0/24").status_code == 404
    assert desk.client("ann").get(PAGE).status_code == 403
