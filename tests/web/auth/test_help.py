"""The help page: each role reads its own part, in both languages; who has none is shown no way there."""

from __future__ import annotations

import pytest

from tests.web.desk import Desk, parsed

AGENT, SUPERVISOR, OWNER = "客服专员帮助", "主管与经理帮助", "流程负责人帮助"


@pytest.mark.parametrize(
    ("who", "told"),
    [("ann", [AGENT]), ("sue", [AGENT, SUPERVISOR]), ("olga", [OWNER]), ("carl", [])],
)
def test_each_role_is_told_what_it_may_do(desk: Desk, who: str, told: list[str]) -> None:
    page = desk.get(who, "/help")
    assert parsed(page).xpath("//h1/text()") == told
    ways = parsed(desk.get(who, "/account")).xpath("//header//a[@href='/help']")
    assert len(ways) == bool(told)


def test_the_help_page_is_english_for_who_reads_english(desk: Desk) -> None:
    desk.client("boss").set_cookie("lang", "en")
    page = desk.get("boss", "/help")
    assert "Help for process owners" in parsed(page).xpath("//h1/text()")
