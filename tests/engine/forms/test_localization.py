"""Forms in another language."""

import pytest

from engine.forms import localized, plain_fields, untranslated
from engine.forms.localization import pairs
from tests.engine.forms.building import field, form

TRANSLATED = form(
    field(
        "select",
        "remedy",
        label="补救方式",
        description="客户想要什么",
        values=[{"label": "退款", "value": "refund"}, {"label": "换货", "value": 2}],
        properties={
            "label.en": "Remedy",
            "description.en": "What the customer wants",
            "options.en": "refund=Refund;2=Exchange",
        },
    ),
    field(
        "group",
        components=[
            field(
                "textfield",
                "no",
                label="单号",
                validate={"pattern": "^A", "patternErrorMessage": "以 A 开头"},
                appearance={"suffixAdorner": "号"},
                properties={"label.en": "Number", "patternErrorMessage.en": "Begins with A", "suffixAdorner.en": "no."},
            )
        ],
    ),
    field("table", columns=[{"key": "sku", "label": "货号"}], dataSource="=[]", properties={"columns.en": "sku=SKU"}),
)


def test_english_texts_are_put_in_place_and_nothing_else_changes():
    select, group, table = localized(TRANSLATED, "en")["components"]
    assert (select["label"], select["description"]) == ("Remedy", "What the customer wants")
    assert select["values"] == [{"label": "Refund", "value": "refund"}, {"label": "Exchange", "value": 2}]
    number = group["components"][0]
    assert (number["label"], number["appearance"]["suffixAdorner"]) == ("Number", "no.")
    assert number["validate"] == {"pattern": "^A", "patternErrorMessage": "Begins with A"}
    assert table["columns"] == [{"key": "sku", "label": "SKU"}]


def test_chinese_is_the_form_as_it_is_and_the_source_stays_untouched():
    localized(TRANSLATED, "en")
    assert localized(TRANSLATED, "zh") == TRANSLATED.source
    assert TRANSLATED.source["components"][0]["label"] == "补救方式"


def test_the_plain_page_is_translated_too():
    assert plain_fields(TRANSLATED, {}, "en")[0].label == "Remedy"


def test_what_lacks_a_translation_is_listed():
    lacking = form(
        field("textfield", "a", label="甲", description="=x"),
        field("select", "b", label="B", values=[{"label": "一", "value": 1}], properties={"options.en": "2=Two"}),
    )
    assert untranslated(lacking, "en") == ["a: label.en", "b: options.en"]
    assert untranslated(TRANSLATED, "en") == []


@pytest.mark.parametrize("text", ["a", "a=1;b", "a="])
def test_a_pair_needs_both_sides(text):
    with pytest.raises(ValueError, match="value=label"):
        pairs(text)
