"""The page of settings: values in people's units, refused ones kept with the reason, the usual one brought back."""

from engine.services import settings
from engine.services.people import SYSTEM
from tests.web.desk import parsed, text_of


def _row(answer, name):
    (row,) = parsed(answer).xpath(f"//div[@id='{name}']")
    return row


def _value(desk, name):
    found = settings.list_settings(desk.runtime, actor=SYSTEM)
    return next(view.value for _section, views in found for view in views if view.spec.name == name)


def test_every_setting_is_on_the_page_with_its_value(desk):
    page = parsed(desk.get("boss", "/board/settings"))
    assert set(page.xpath("//div[@class='list-group-item']/@id")) == set(settings.SPECS)
    row = _row(desk.get("boss", "/board/settings"), "presales.reply")
    assert row.xpath(".//input[@name='value']/@value") == ["5"]
    assert row.xpath(".//option[@selected]/@value") == ["M"]
    assert "售前回复时限" in text_of(row)


def test_a_limit_is_changed_in_the_units_in_which_it_is_said_and_brought_back(desk):
    saved = desk.post("boss", "/board/settings/presales.reply", {"value": "3", "unit": "H"}, follow_redirects=True)
    assert _value(desk, "presales.reply") == "PT3H"
    row = text_of(_row(saved, "presales.reply"))
    assert "默认值：5 分钟" in row
    assert "由 boss 修改" in row
    desk.post("boss", "/board/settings/links.valid", {"value": "10", "unit": "D"})
    assert _value(desk, "links.valid") == "P10D"
    back = desk.post(
        "boss", "/board/settings/presales.reply", {"value": "nonsense", "usual": "1"}, follow_redirects=True
    )
    assert _value(desk, "presales.reply") == "PT5M"
    assert "默认值" not in text_of(_row(back, "presales.reply"))


def test_what_does_not_fit_is_refused_beside_its_field_and_stays_typed(desk):
    for name, typed, said in (
        ("presales.reply", {"value": "soon", "unit": "M"}, "请填写大于零的时长"),
        ("quality.sample", {"value": "99"}, "不能大于 50"),
        ("return.freight_most", {"value": "-1"}, "不能小于 0"),
        ("quality.sample", {"value": "two"}, "请填写整数"),
        ("return.address", {"value": "  "}, "请填写内容"),
    ):
        refused = desk.post("boss", f"/board/settings/{name}", typed)
        assert refused.status_code == 422
        row = _row(refused, name)
        assert said in text_of(row)
        assert row.xpath(".//input[@name='value']/@value") == [
            typed["value"].strip() if name != "return.address" else "  "
        ]
        assert _value(desk, name) == settings.default(name)
    assert desk.post("boss", "/board/settings/no.such", {"value": "1"}).status_code == 404


def test_a_manager_may_and_a_supervisor_may_not(desk):
    assert desk.get("sue", "/board/settings").status_code == 403
    assert desk.post("sue", "/board/settings/quality.sample", {"value": "3"}).status_code == 403
    assert "/board/settings" not in desk.get("sue", "/board/").text
