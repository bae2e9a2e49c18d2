"""What one address may do too often."""

from __future__ import annotations

from tests.web.portal.conftest import COMPLAINT, Portal


def test_one_address_may_not_file_without_end(portal: Portal) -> None:
    token = portal.token()
    answers = [portal.client.post("/portal/new/complaint", data={**COMPLAINT, "csrf_token": token}) for _ in range(31)]
    assert [answer.status_code for answer in answers] == [302] * 30 + [429]
    assert "操作太频繁" in answers[-1].text


def test_a_number_is_not_guessed_open_from_many_addresses(portal: Portal) -> None:
    number, token = _number(portal), portal.token()
    wrong = [
        portal.client.post(
            "/portal/find",
            data={"number": number, "contact": f"1390013900{tried}", "csrf_token": token},
            environ_base={"REMOTE_ADDR": f"203.0.113.{tried}"},
        ).status_code
        for tried in range(9)
    ]
    assert wrong == [422] * 8 + [429]


def test_one_address_may_not_try_links_without_end(portal: Portal) -> None:
    answers = [portal.get(f"/portal/c/guess{tried}").status_code for tried in range(31)]
    assert answers == [403] * 30 + [429]


def test_looking_at_ones_own_case_often_is_no_guessing(portal: Portal) -> None:
    page = portal.filed()
    assert {portal.get(page).status_code for _ in range(40)} == {200}


def test_a_script_is_told_in_json(portal: Portal) -> None:
    head = {"X-CSRFToken": portal.token(), "Accept": "application/json"}
    answers = [portal.client.post("/portal/uploads", data={}, headers=head) for _ in range(101)]
    assert answers[-1].status_code == 429
    assert answers[-1].json is not None


def _number(portal: Portal) -> str:
    portal.filed()
    return portal.case().number
