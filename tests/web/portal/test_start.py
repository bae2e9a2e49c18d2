"""The first page and its languages; every sentence of the portal has its English."""

from __future__ import annotations

from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import web.portal
from tests.web.portal.conftest import Portal

FOLDER = Path(web.portal.__file__).parent


def test_the_first_page_offers_to_file_and_to_follow(portal: Portal) -> None:
    page = portal.get("/portal/").text
    for part in ("/portal/new/complaint", "/portal/new/return_exchange", 'action="/portal/find"'):
        assert part in page


def test_the_first_page_follows_the_browsers_language(portal: Portal) -> None:
    page = portal.get("/portal/", headers={"Accept-Language": "en-GB,en;q=0.9"}).text
    assert "File a complaint" in page
    assert '<html lang="en">' in page


def test_both_fields_are_needed_to_find_a_case(portal: Portal) -> None:
    answer = portal.post("/portal/find", {"number": "TS20260302-0001", "contact": ""})
    assert answer.status_code == 422
    assert "请填写单号和联系方式。" in answer.text
    assert 'value="TS20260302-0001"' in answer.text


def test_the_page_of_thanks_is_only_for_who_has_filed(portal: Portal) -> None:
    assert portal.get("/portal/thanks").location == "/portal/"


def test_photos_beyond_what_a_request_may_hold_are_refused_with_a_way_on(portal: Portal) -> None:
    answer = portal.post("/portal/new/complaint", {"matter": "x" * (33 * 1024 * 1024)})
    assert answer.status_code == 413
    assert "照片太大" in answer.text


def test_every_sentence_has_its_english() -> None:
    methods = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
    said = {found[2] for found in extract_from_dir(str(FOLDER), method_map=methods, keywords={"_": None})}
    with (FOLDER / "en.po").open("rb") as file:
        english = {message.id: message.string for message in read_po(file, locale="en") if message.id}
    assert said - english.keys() == set()
    assert english.keys() - said == set()
    assert [text for text, meaning in english.items() if not meaning] == []


def test_the_first_page_leads_to_the_form_of_a_question_or_a_suggestion(portal: Portal) -> None:
    assert 'href="/portal/new/intake"' in portal.get("/portal/").text
    page = portal.get("/portal/new/intake").text
    assert 'value="consultation"' in page
    assert 'value="suggestion"' in page
