"""Filing: by the plain form and by the script's requests, with errors that lose nothing, and photos."""

from __future__ import annotations

import io
import re

from sqlalchemy import select

from engine.model.attachment import Attachment
from engine.model.case import Case
from engine.services.attachments import list_attachments
from engine.services.people import SYSTEM
from tests.web.portal.conftest import COMPLAINT, Portal, photo

NEW = "/portal/new/complaint"


def kept_photos(page: str) -> list[str]:
    return re.findall(r'<input class="form-check-input" type="checkbox" name="photos" value="(\d+)" checked', page)


def test_a_complaint_gets_a_number_a_signed_link_and_says_what_happens_next(portal: Portal) -> None:
    answer = portal.file()
    assert (answer.status_code, answer.location) == (302, "/portal/thanks")
    page = portal.get("/portal/thanks").text
    assert re.search(r'id="case-number">TS\d{8}-\d{4}<', page)
    assert "接下来" in page
    assert "/portal/c/" in page


def test_the_page_of_thanks_names_the_promised_moment_once_the_case_is_registered(portal: Portal) -> None:
    portal.file()
    assert "正在立案" in portal.get("/portal/thanks", headers={"HX-Request": "true"}).text
    portal.work()
    assert "2026-03-05 17:00" in portal.get("/portal/thanks", headers={"HX-Request": "true"}).text


def test_an_unknown_order_number_is_taken_and_said_kindly(portal: Portal) -> None:
    portal.file(order_number="NO-SUCH-1")
    assert "暂时没有查到订单 NO-SUCH-1，不影响受理" in portal.get("/portal/thanks").text


def test_a_complaint_without_an_order_number_says_nothing_of_orders(portal: Portal) -> None:
    portal.file(order_number="")
    assert "暂时没有查到" not in portal.get("/portal/thanks").text


def test_errors_stand_at_their_fields_and_nothing_that_was_typed_is_lost(portal: Portal) -> None:
    answer = portal.file(contact="不是电话", matter="坏了", cause="")
    assert answer.status_code == 422
    assert "请填写电话号码或邮箱" in answer.text
    assert 'value="不是电话"' in answer.text
    assert ">坏了</textarea>" in answer.text
    assert 'id="f-field_cause-error"' in answer.text
    assert portal.get("/portal/thanks").status_code == 302  # nothing was filed


def test_errors_are_english_for_an_english_reader(portal: Portal) -> None:
    answer = portal.post(f"{NEW}?lang=en", {**COMPLAINT, "contact": "no phone"})
    assert "Enter a phone number or an e-mail address" in answer.text
    assert "Customer name" in answer.text


def test_photos_of_a_refused_form_are_kept_and_filed_with_the_corrected_one(portal: Portal) -> None:
    photos = [(io.BytesIO(photo()), "正面.jpg"), (io.BytesIO(photo("blue", "PNG")), "背面.png")]
    refused = portal.file(contact="", photos=photos).text
    kept = kept_photos(refused)
    assert len(kept) == 2
    assert "正面.jpg" in refused
    page = portal.filed(photos=["", *kept])
    files = list_attachments(portal.runtime, portal.case().number, actor=SYSTEM)
    assert [(file.name, file.public) for file in files] == [("正面.jpg", True), ("背面.png", True)]
    assert "背面.png" in portal.get(page).text


def test_a_photo_that_was_unticked_is_not_filed(portal: Portal) -> None:
    photos = [(io.BytesIO(photo()), "one.jpg"), (io.BytesIO(photo("blue")), "two.jpg")]
    first, _second = kept_photos(portal.file(contact="", photos=photos).text)
    portal.filed(photos=["", first])
    assert [file.name for file in list_attachments(portal.runtime, portal.case().number, actor=SYSTEM)] == ["one.jpg"]


def test_a_file_that_only_calls_itself_a_photo_is_refused_and_the_good_one_kept(portal: Portal) -> None:
    photos = [(io.BytesIO(b"<script>alert(1)</script>"), "photo.jpg"), (io.BytesIO(photo()), "good.jpg")]
    answer = portal.file(photos=photos)
    assert answer.status_code == 422
    assert "photo.jpg：只能上传图片" in answer.text
    assert len(kept_photos(answer.text)) == 1


def test_photos_of_another_visitor_cannot_be_filed_as_ones_own(make_portal) -> None:
    theirs, mine = make_portal(), make_portal()
    stolen = kept_photos(theirs.file(contact="", photos=[(io.BytesIO(photo()), "theirs.jpg")]).text)
    mine.filed(photos=["", *stolen])
    assert list_attachments(mine.runtime, mine.case().number, actor=SYSTEM) == []


def test_the_script_uploads_photos_one_by_one_and_is_sent_on_to_the_thanks(portal: Portal) -> None:
    head = {"X-CSRFToken": portal.token(), "Accept": "application/json"}
    uploaded = portal.client.post("/portal/uploads", data={"file": (io.BytesIO(photo()), "a.jpg")}, headers=head)
    assert uploaded.json["name"] == "a.jpg"
    data = {**COMPLAINT, "consent": True, "photos": [uploaded.json["id"]]}
    answer = portal.client.post(NEW, json={"data": data}, headers=head)
    assert answer.json == {"redirect": "/portal/thanks"}
    assert [file.name for file in list_attachments(portal.runtime, portal.case().number, actor=SYSTEM)] == ["a.jpg"]


def test_the_script_is_told_the_errors_by_field(portal: Portal) -> None:
    head = {"X-CSRFToken": portal.token(), "Accept": "application/json"}
    answer = portal.client.post(NEW, json={"data": {**COMPLAINT, "consent": True, "matter": ""}}, headers=head)
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == ["matter"]


def test_the_script_is_told_why_an_upload_is_refused(portal: Portal) -> None:
    head = {"X-CSRFToken": portal.token(), "Accept": "application/json"}
    answer = portal.client.post("/portal/uploads", data={"file": (io.BytesIO(b"MZ"), "a.jpg")}, headers=head)
    assert answer.status_code == 422
    assert "只能上传图片" in answer.json["message"]


def test_a_return_is_asked_for_by_its_own_form(portal: Portal) -> None:
    asked = {"customer_name": "王芳", "contact": "13800138000", "order_number": "D000001", "sku": "KZ-501"}
    asked |= {"reason": "no_reason", "requested": "return_refund", "intact": "true", "description": "不喜欢"}
    assert portal.post("/portal/new/return_exchange", asked).status_code == 302
    assert portal.case().kind == "return_exchange"


def test_filing_without_the_token_of_its_page_is_refused(portal: Portal) -> None:
    assert portal.client.post(NEW, data=COMPLAINT).status_code == 400


def test_while_no_process_takes_complaints_the_form_says_so_and_stays_filled_in(bare_portal: Portal) -> None:
    answer = bare_portal.file()
    assert answer.status_code == 503
    assert "现在无法提交" in answer.text
    assert COMPLAINT["matter"] in answer.text


def test_photos_stay_behind_together_with_a_case_that_cannot_be_filed(bare_portal: Portal) -> None:
    answer = bare_portal.file(photos=[(io.BytesIO(photo()), "a.jpg")])
    assert answer.status_code == 503
    assert len(kept_photos(answer.text)) == 1  # kept for the next try
    with bare_portal.runtime.unit_of_work(read_only=True) as uow:
        assert uow.session.scalars(select(Case)).all() == []
        assert uow.session.scalars(select(Attachment.case_key)).all() == [None]
