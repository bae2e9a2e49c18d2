"""What every page of the desk keeps: labels at inputs, headings in order, unique ids, nothing that the policy forbids."""

import pytest

from engine.services import inspection
from tests.web.desk import DONE, POSTS, parsed, text_of

PAGES = {
    "ann": ["/desk/", "/desk/?q=none", "/desk/cases", "/desk/cases/CASE", "/desk/tasks/TASK", "/desk/customers",
            "/desk/start", "/desk/start/complaint", "/desk/start/return_exchange", "/desk/notices", "/account", "/account/tokens"],
    "boss": ["/board/", "/board/tasks", "/board/cases/CASE", "/board/incidents", "/board/instances",
             "/board/instances/INSTANCE", "/board/instances/INSTANCE/change", "/board/audit", "/board/batches", "/board/migration",
             "/board/history", "/board/workers", "/board/outbox", "/board/campaigns", "/board/campaigns/new", "/board/people",
             "/board/people/new", "/board/people/ann", "/processes/", "/account/tokens", "/account/tokens/all"],
}  # fmt: skip


@pytest.fixture
def pages(desk):
    number = desk.complain()
    desk.complain(contact="13900000009")
    key = desk.task(number)
    (row, *_) = inspection.find(desk.runtime, {"caseNumber": number}, actor=desk.actor("boss")).rows
    instance = row.key
    desk.post("ann", f"/desk/cases/{number}/notes", {"text": "x"})
    return {
        f"{name} {path}": desk.get(
            name, path.replace("CASE", number).replace("TASK", str(key)).replace("INSTANCE", str(instance))
        )
        for name, paths in PAGES.items()
        for path in paths
    }


def test_every_page_keeps_the_rules(pages):
    found = {name: list(problems(answer)) for name, answer in pages.items()}
    assert {name: each for name, each in found.items() if each} == {}


def problems(answer):
    page = parsed(answer)
    yield from unlabelled(page)
    yield from jumps(page)
    ids = page.xpath("//@id")
    yield from (f"id {each} twice" for each in set(ids) if ids.count(each) > 1)
    yield from (f"points to no id: {each}" for each in references(page) if each not in ids)
    yield from (f"inline style in {each.tag}" for each in page.xpath("//*[@style] | //style"))
    yield from (f"script in {each.tag}" for each in page.xpath("//*[@onclick or @onchange or @onsubmit or @hx-on]"))
    yield from ("inline script" for _ in page.xpath("//script[not(@src) and not(@type='application/json')]"))
    yield from ("image without alt" for _ in page.xpath("//img[not(@alt)]"))
    yield from (f"button without a name: {each.attrib}" for each in page.xpath("//button") if not named(each))
    if len(page.xpath("//h1")) != 1:
        yield "not exactly one h1"


def unlabelled(page):
    for field in page.xpath("//input[not(@type='hidden')] | //select | //textarea"):
        labels = page.xpath(f"//label[@for='{field.get('id')}']") if field.get("id") else []
        if not (labels or field.xpath("ancestor::label") or field.get("aria-label")):
            yield f"no label: {field.get('name')}"


def references(page):
    for attribute in ("aria-describedby", "aria-labelledby", "for", "form", "aria-controls"):
        for value in page.xpath(f"//@{attribute}"):
            yield from value.split()


def jumps(page):
    level = 0
    for heading in page.xpath("//h1|//h2|//h3|//h4|//h5|//h6"):
        here = int(heading.tag[1])
        if here > level + 1:
            yield f"from h{level} to {heading.tag}: {text_of(heading)}"
        level = here


def named(button):
    return text_of(button) or button.get("aria-label")


def test_a_refused_form_keeps_the_rules_too(desk):
    number = desk.complain()
    sent = {"_files": "evidence", **{name: "" for name in DONE}}
    answer = desk.post("ann", f"/desk/tasks/{desk.task(number)}", sent)
    assert answer.status_code == 422
    assert list(problems(answer)) == []


def test_no_chinese_of_ours_is_left_on_an_english_page(desk):
    for name, path in [
        ("ann", "/desk/"),
        ("boss", "/board/"),
        ("boss", "/board/people/new"),
        ("ann", "/desk/start/complaint"),
    ]:
        page = parsed(desk.get(name, path + "?lang=en"))
        for language in page.xpath("//*[@lang='zh']"):
            language.drop_tree()
        text = text_of(page.xpath("//body")[0])
        for shown, _ in POSTS.values():
            text = text.replace(shown, "")
        assert not [sign for sign in text if "\u4e00" <= sign <= "\u9fff"], text
