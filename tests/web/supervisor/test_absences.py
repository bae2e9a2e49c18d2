from tests.web.desk import parsed, text_of

PAGE = "/board/absences"


def test_a_lead_keeps_that_somebody_is_away_and_ends_it(desk):
    assert "没有人离岗" in desk.get("lea", PAGE).text
    assert (
        desk.post("lea", PAGE, {"username": "ann", "stand_in": "ben", "until": "2026-03-06T18:00"}).status_code == 303
    )
    page = parsed(desk.get("lea", PAGE))
    row = text_of(page.xpath("//tbody/tr")[0])
    assert "离岗中" in row
    assert "本本" in row
    assert "离岗至 03-06 18:00" in desk.get("sue", "/board/").text
    assert "您已离岗" in desk.get("ann", "/desk/").text
    (end,) = page.xpath("//tbody//button/@formaction")
    assert desk.post("ann", end).status_code == 403
    assert desk.post("sue", end).status_code == 303
    assert "没有人离岗" in desk.get("lea", PAGE).text


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(desk):
    typed = {"username": "", "stand_in": "ben", "since": "2026-03-05T09:00", "until": "x"}
    for changes, wrong in (({}, "until"), ({"until": ""}, "username"), ({"username": "ben", "until": ""}, "stand_in")):
        answer = desk.post("lea", PAGE, typed | changes)
        page = parsed(answer)
        assert answer.status_code == 422
        assert page.xpath(f"//*[@id='{wrong}-error']"), wrong
        assert page.xpath("//input[@id='since']/@value") == ["2026-03-05T09:00"]
        assert page.xpath("//select[@id='stand_in']/option[@selected]/@value") == ["ben"]
    assert "没有人离岗" in desk.get("lea", PAGE).text


def test_the_board_and_a_persons_tasks_lead_to_it_for_those_who_may(desk):
    assert parsed(desk.get("lea", "/board/tasks?assignee=ann")).xpath("//a[contains(@href, 'absences?username=ann')]")
    page = parsed(desk.get("lea", f"{PAGE}?username=ann"))
    assert page.xpath("//select[@id='username']/option[@selected]/@value") == ["ann"]
    assert desk.client("ann").get(PAGE).status_code == 403
