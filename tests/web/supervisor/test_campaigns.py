"""The pages of campaigns: the preview before anything is kept, starting and stopping, and who may."""

from __future__ import annotations

from engine.services.customers.files import new_customer
from tests.web.desk import Desk, parsed, text_of

WISHES = {"name": "每月回访", "tiers": ["A"], "every_A": "30", "every_B": "90", "every_C": "180", "most_a_run": "50"}
WISHES |= {"ends_at": "2026-06-01"}


def customers(desk: Desk) -> None:
    with desk.runtime.unit_of_work() as uow:
        for name, phone, consent in (
            ("王敏", "13800000001", {"phone": True}),
            ("李雷", "13800000002", {"callback": False}),
        ):
            values = {"name": name, "phone": phone, "tier": "A", "consent": consent, "preferred_channel": "phone"}
            new_customer(desk.runtime, uow, values)


def test_a_preview_shows_who_is_reached_and_who_not_and_keeps_nothing(desk: Desk) -> None:
    customers(desk)
    answer = desk.post("sue", "/board/campaigns/new", WISHES | {"preview": "yes"})
    page = text_of(parsed(answer))
    assert "现在能回访 1 人，符合条件 2 人" in page
    assert "王敏" in page
    assert "李雷（A）：不要回访" in page
    assert 'value="每月回访"' in answer.text
    assert "还没有回访活动" in desk.get("sue", "/board/campaigns").text


def test_a_campaign_is_kept_started_and_stopped(desk: Desk) -> None:
    customers(desk)
    path = desk.post("sue", "/board/campaigns/new", WISHES).location
    assert "草稿" in desk.get("sue", path).text
    desk.post("sue", f"{path}/change", WISHES | {"name": "换个名字", "revision": "1"})
    assert "换个名字" in desk.get("sue", path).text
    desk.post("sue", f"{path}/start")
    desk.work()
    assert "已安排 1 个回访，1 个还在进行。" in desk.get("sue", path).text
    assert "活动的状态已经变了" in desk.post("sue", f"{path}/start", follow_redirects=True).text
    desk.post("sue", f"{path}/stop")
    desk.work()
    page = desk.get("sue", path).text
    assert "已叫停" in page
    assert "已安排 1 个回访，0 个还在进行。" in page


def test_wishes_that_cannot_be_are_said_at_their_field_and_the_rest_stays(desk: Desk) -> None:
    answer = desk.post("sue", "/board/campaigns/new", WISHES | {"tiers": [], "every_A": "0", "ends_at": "gestern"})
    assert answer.status_code == 422
    for name in ("tiers", "every_A", "ends_at"):
        assert f'id="{name}-error"' in answer.text
    assert 'value="每月回访"' in answer.text


def test_an_agent_has_no_campaigns(desk: Desk) -> None:
    for path in ("/board/campaigns", "/board/campaigns/new"):
        assert desk.get("ann", path).status_code == 403
    assert desk.post("ann", "/board/campaigns/new", WISHES).status_code == 403
