"""Finding and seeing one's case: by link, by number and contact, signed in; and nobody else's."""

from __future__ import annotations

import base64
import io
import re
from datetime import timedelta

from engine.services import people
from engine.services.people import SYSTEM
from tests.web.portal.conftest import COMPLAINT, Portal, photo


def find(portal: Portal, number: str, contact: str):
    return portal.post("/portal/find", {"number": number, "contact": contact})


def test_the_link_shows_status_promise_and_steps_in_plain_words(portal: Portal) -> None:
    page = portal.get(portal.filed()).text
    for words in ("处理中", "2026-03-05 17:00", "已受理", COMPLAINT["matter"]):
        assert words in page


def test_the_promise_of_the_agent_takes_the_place_of_the_general_limit(portal: Portal) -> None:
    assert "2026-03-04 18:00" in portal.get(portal.offered()).text


def test_the_page_refreshes_the_part_that_says_where_the_case_stands(portal: Portal) -> None:
    page = portal.offered()
    assert f'data-live-url="{page}"' in portal.get(page).text
    part = portal.get(page, headers={"HX-Request": "true"}).text
    assert "等待您的答复" in part
    assert "接受方案</button>" in part
    assert "<html" not in part


def test_a_changed_link_opens_nothing_and_offers_to_look_the_case_up(portal: Portal) -> None:
    path = portal.filed()
    head, _, signature = path.rpartition(".")
    forged = f"{head}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    answer = portal.get(forged)
    assert answer.status_code == 403
    assert "链接无效或已过期" in answer.text
    assert 'action="/portal/find"' in answer.text


def test_a_link_ends_after_its_time(portal: Portal) -> None:
    path = portal.filed()
    portal.clock.advance(timedelta(days=29))
    assert portal.get(path).status_code == 200
    portal.clock.advance(timedelta(days=2))
    assert portal.get(path).status_code == 403


def test_number_and_phone_however_written_open_the_case(portal: Portal) -> None:
    portal.filed()
    number = portal.case().number
    answer = find(portal, f" {number.lower()} ", "+86 138-0013-8000")
    assert answer.location == f"/portal/cases/{number}"
    assert portal.get(answer.location).status_code == 200


def test_an_email_address_opens_a_case_that_was_filed_with_it(portal: Portal) -> None:
    portal.filed(contact="Fang@Example.com")
    number = portal.case().number
    assert find(portal, number, "fang@example.com").status_code == 302


def test_a_wrong_phone_and_an_unknown_number_are_answered_alike(portal: Portal) -> None:
    portal.filed()
    number = portal.case().number
    wrong, unknown = find(portal, number, "13900139000"), find(portal, "TS20260302-9999", "13800138000")
    assert wrong.status_code == unknown.status_code == 422
    assert [_problem(wrong.text)] == [_problem(unknown.text)] == ["没有找到与该联系方式相符的单号，请核对后重试。"]


def test_a_case_that_was_opened_by_its_number_closes_after_two_hours(portal: Portal) -> None:
    portal.filed()
    location = find(portal, portal.case().number, COMPLAINT["contact"]).location
    portal.clock.advance(timedelta(hours=2))
    assert portal.get(location).status_code == 404


def test_a_number_alone_opens_nothing(make_portal) -> None:
    owner, stranger = make_portal(), make_portal()
    owner.filed()
    answer = stranger.get(f"/portal/cases/{owner.case().number}")
    assert answer.status_code == 404
    assert COMPLAINT["matter"] not in answer.text


def test_a_signed_in_customer_sees_their_cases_and_no_other(make_portal) -> None:
    owner, other = make_portal(), make_portal()
    owner.filed()
    other.filed(contact="13900139000", matter="杯子收到就是碎的")
    sign_in_customer(owner)
    page = owner.get("/portal/mine").text
    assert owner.case().number in page
    assert "杯子" not in page
    assert owner.get(f"/portal/cases/{owner.case().number}").status_code == 200
    assert owner.get(f"/portal/cases/{other.case().number}").status_code == 404


def sign_in_customer(portal: Portal) -> None:
    customer = portal.case().customer
    assert customer is not None
    people.create_user(portal.runtime, "fang", "王芳", ["customer"], actor=SYSTEM, password="fang long password 1",
                       customer_key=customer.key)  # fmt: skip
    answer = portal.client.post(
        "/sign-in",
        data={"username": "fang", "password": "fang long password 1", "csrf_token": portal.token("/sign-in")},
    )
    assert answer.status_code == 302, answer.text


def test_photos_are_shown_small_and_sent_as_what_they_are(portal: Portal) -> None:
    page = portal.get(portal.filed(photos=[(io.BytesIO(photo("green", "PNG")), "绿.png")])).text
    small = re.search(r'src="([^"]+/files/\d+\?small=1)"', page)
    assert small is not None
    assert portal.get(small[1]).mimetype == "image/webp"
    whole = portal.get(small[1].partition("?")[0])
    assert (whole.mimetype, whole.data) == ("image/png", photo("green", "PNG"))
    assert whole.headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_of_another_case_is_not_sent(make_portal) -> None:
    one, two = make_portal(), make_portal()
    page = one.get(one.filed(photos=[(io.BytesIO(photo()), "a.jpg")])).text
    key = re.search(r"/files/(\d+)", page)[1]
    assert two.get(f"{two.filed(contact='13900139000')}/files/{key}").status_code == 404


def test_no_page_of_a_customer_may_be_found_by_a_search_engine_or_kept_by_a_cache(portal: Portal) -> None:
    answer = portal.get(portal.filed())
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Cache-Control"] == "no-store"
    assert '<meta name="robots" content="noindex, nofollow">' in answer.text


def test_addresses_hold_no_name_phone_or_mail(portal: Portal) -> None:
    token = portal.filed().rpartition("/")[2].partition(".")[0]
    inside = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    assert not {"王芳", "13800138000"} & set(re.findall(r"[\w一-鿿]+", inside))


def _problem(page: str) -> str:
    return re.search(r'id="find-problem">([^<]+)<', page)[1]
