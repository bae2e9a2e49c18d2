"""The plain HTML page of a form: what is drawn, and what is read back from a post."""

import json
from datetime import datetime

import pytest
from werkzeug.datastructures import MultiDict

from engine.forms import change_rows, parse_form, parse_plain, plain_fields, validate
from tests.engine.forms.building import NOW, field, form
from tests.engine.forms.test_fixtures import FILES

AT = datetime.fromisoformat(NOW)
OPTIONS = [{"label": "退款", "value": "refund"}, {"label": "两次", "value": 2}, {"label": "对象", "value": {"a": 1}}]


def draw(component, data=None, **more):
    """The one field that a component is drawn as, or None."""
    fields = plain_fields(form(component), data or {}, now=AT, **more)
    return fields[0] if fields else None


def post_of(fields) -> MultiDict[str, str]:
    """What a browser posts for the drawn page when nobody touches it."""
    posted: MultiDict[str, str] = MultiDict()
    for each in fields:
        if each.kind == "list":
            posted.add(f"{each.name}[]", "")
        if each.kind in ("checkbox", "checkboxes", "file"):
            posted.add(each.name, "")
        if each.kind == "checkbox" and each.value:
            posted.add(each.name, "true")
        elif each.kind in ("checkboxes", "radios", "select"):
            for option in each.options:
                if option.selected:
                    posted.add(each.name, option.value)
            if each.kind == "select" and not any(option.selected for option in each.options):
                posted.add(each.name, "")
        elif each.kind in ("text", "textarea", "number", "date", "time", "datetime", "email", "tel"):
            posted.add(each.name, each.value)
        for inner in (each.children, *each.rows):
            posted.update(post_of(inner))
    return posted


@pytest.mark.parametrize(
    ("component", "data", "expected"),
    [
        (
            field("textfield", "a", label="你好 {{x}}", description="=x"),
            {"x": "张"},
            {"kind": "text", "label": "你好 张", "help": "张"},
        ),
        (
            field("textfield", "a", validate={"validationType": "email", "maxLength": "=3"}),
            {},
            {"kind": "email", "max_length": "3"},
        ),
        (
            field("textarea", "a", validate={"required": True}),
            {"a": "b"},
            {"kind": "textarea", "required": True, "value": "b"},
        ),
        (
            field("number", "a", decimalDigits=2, validate={"min": 0}),
            {"a": 0},
            {"step": "1e-2", "min": "0", "value": "0"},
        ),
        (
            field("number", "a", increment="0.5", appearance={"suffixAdorner": "元"}),
            {},
            {"step": "0.5", "suffix": "元"},
        ),
        (field("number", "a"), {}, {"step": "any", "value": ""}),
        (field("checkbox", "a"), {"a": True}, {"kind": "checkbox", "value": True}),
        (field("datetime", "a", subtype="date", disallowPassedDates=True), {}, {"kind": "date", "min": "2026-03-02"}),
        (
            field("datetime", "a", subtype="datetime", dateLabel="时间"),
            {"a": "2026-03-01T16:30Z"},
            {"label": "时间", "value": "2026-03-02T00:30"},
        ),
        (
            field("filepicker", "a", multiple=True, accept=".pdf"),
            {},
            {"kind": "file", "multiple": True, "accept": ".pdf"},
        ),
        (field("textfield", "a", readonly=True), {"a": "b"}, {"kind": "output", "value": "b"}),
        (
            field("select", "a", readonly="=lock", values=OPTIONS),
            {"a": 2, "lock": True},
            {"kind": "output", "value": "两次"},
        ),
        (
            field("checklist", "a", disabled=True, values=OPTIONS),
            {"a": ["refund", 2]},
            {"kind": "output", "value": "退款、两次"},
        ),
        (field("text", text="# {{a}}"), {"a": "b"}, {"kind": "markdown", "value": "# b"}),
        (field("button", action="submit", label="提交"), {}, {"kind": "button", "value": "submit", "label": "提交"}),
        (
            field("image", source="=u", alt="图"),
            {"u": "https://x/y.png"},
            {"kind": "image", "value": "https://x/y.png", "label": "图"},
        ),
    ],
)
def test_a_component_is_drawn_with_what_an_accessible_template_needs(component, data, expected):
    drawn = draw(component, data)
    assert {name: getattr(drawn, name) for name in expected} == expected


def test_options_post_tokens_that_keep_their_type():
    drawn = draw(field("radio", "a", values=OPTIONS), {"a": 2})
    assert [(o.value, o.label, o.selected) for o in drawn.options] == [
        ("refund", "退款", False),
        ("json:2", "两次", True),
        ('json:{"a": 1}', "对象", False),
    ]
    for option, original in zip(drawn.options, OPTIONS, strict=True):
        assert parse_plain(form(field("radio", "a", values=OPTIONS)), {"a": option.value}) == {"a": original["value"]}


def test_what_is_hidden_computed_or_only_space_is_not_drawn():
    hidden = field("textfield", "b", conditional={"hide": "=a > 1"})
    fields = plain_fields(form(hidden, field("expression", "c", expression="=1"), field("spacer")), {"a": 2})
    assert fields == []


def test_a_list_has_its_rows_and_a_group_its_children():
    rows = field("dynamiclist", "items", label="货品", components=[field("textfield", "sku")])
    group = {"type": "group", "id": "g", "label": "组", "path": "g", "components": [rows]}
    drawn = draw(group, {"g": {"items": [{"sku": "A"}, {"sku": "B"}]}})
    assert (drawn.kind, drawn.children[0].kind, drawn.children[0].can_add) == ("group", "list", True)
    names = [[(each.name, each.id, each.value) for each in row] for row in drawn.children[0].rows]
    assert names == [[("g.items[0].sku", "sku-0", "A")], [("g.items[1].sku", "sku-1", "B")]]


def test_a_table_is_its_columns_and_cells():
    columns = [{"key": "sku", "label": "货号"}, {"key": "n"}]
    drawn = draw(field("table", label="货品", dataSource="=lines", columns=columns), {"lines": [{"sku": "A", "n": 2}]})
    assert (drawn.columns, drawn.value) == ((("sku", "货号"), ("n", "n")), (("A", "2"),))


def test_a_refused_value_stays_in_its_field():
    assert draw(field("number", "a"), sent={"a": "twelve"}).value == "twelve"


def test_a_posted_page_becomes_data():
    components = [
        field("textfield", "name"),
        field("textarea", "note"),
        field("checkbox", "yes"),
        field("checkbox", "no"),
        field("checkbox", "unseen"),
        field("checklist", "tags", values=OPTIONS),
        field("datetime", "day", subtype="date"),
        field("datetime", "at", subtype="datetime", timeSerializingFormat="utc_offset"),
        field("datetime", "utc", subtype="datetime", timeSerializingFormat="utc_normalized"),
        field("datetime", "clock", subtype="time", timeSerializingFormat="utc_normalized"),
        field("filepicker", "photo"),
    ]
    posted = MultiDict(
        [
            ("name", "张三"),
            ("note", "a\r\nb"),
            ("yes", ""),
            ("yes", "true"),
            ("no", ""),
            ("tags", ""),
            ("tags", "refund"),
            ("tags", "json:2"),
            ("day", "2026-03-02"),
            ("at", "2026-03-02T00:30"),
            ("utc", "2026-03-02T00:30"),
            ("clock", "00:30"),
            ("stranger", "1"),
            ("photo", ""),
        ]
    )
    assert parse_plain(form(*components), posted, files={"photo": [{"documentId": "d"}]}, now=AT) == {
        "name": "张三",
        "note": "a\nb",
        "yes": True,
        "no": False,
        "tags": ["refund", 2],
        "day": "2026-03-02",
        "at": "2026-03-02T00:30+08:00",
        "utc": "2026-03-01T16:30Z",
        "clock": "16:30Z",
        "photo": [{"documentId": "d"}],
    }


LIST = form(field("dynamiclist", "items", components=[field("textfield", "sku"), field("checkbox", "ok")]))


def test_rows_are_closed_up_in_order_and_a_bare_marker_is_an_empty_list():
    posted = {"items[]": "", "items[7].sku": "B", "items[2].sku": "A", "items[2].ok": ["", "true"], "items[x].sku": "C"}
    assert parse_plain(LIST, posted) == {"items": [{"sku": "A", "ok": True}, {"sku": "B"}]}
    assert parse_plain(LIST, {"items[]": ""}) == {"items": []}
    assert parse_plain(LIST, {}) == {}


@pytest.mark.parametrize(
    ("button", "expected", "pressed"),
    [
        ({"_add": "items"}, [{"sku": "A"}, {"sku": "B"}, {}], True),
        ({"_remove": "items[0]"}, [{"sku": "B"}], True),
        ({"_remove": "items[9]"}, [{"sku": "A"}, {"sku": "B"}], True),
        ({"_remove": "items"}, [{"sku": "A"}, {"sku": "B"}], True),
        ({"_add": "items[0].sku"}, [{"sku": "A"}, {"sku": "B"}], True),
        ({"_remove": ""}, [{"sku": "A"}, {"sku": "B"}], True),
        ({}, [{"sku": "A"}, {"sku": "B"}], False),
    ],
)
def test_buttons_add_and_remove_rows(button, expected, pressed):
    data = {"items": [{"sku": "A"}, {"sku": "B"}]}
    assert change_rows(button, data) is pressed
    assert data == {"items": expected}


def test_a_row_number_from_far_away_costs_nothing():
    assert parse_plain(LIST, {"items[999999].sku": "A"}) == {"items": [{"sku": "A"}]}


def _valid_cases():
    for file in FILES:
        fixture = json.loads(file.read_text("utf-8"))
        for case in fixture["cases"]:
            if "values" in case and file.stem != "files":
                yield pytest.param(fixture, case, id=f"{file.stem}: {case['name']}")


@pytest.mark.parametrize(("fixture", "case"), list(_valid_cases()))
def test_a_page_that_is_drawn_and_posted_untouched_gives_the_same_values(fixture, case):
    """For every valid fixture: drawing it, posting the drawing and reading the post loses and adds nothing."""
    built = parse_form(json.dumps(fixture["form"]))
    context, now = case.get("context", fixture["context"]), datetime.fromisoformat(fixture["now"])
    posted = post_of(plain_fields(built, context, sent=case["sent"], now=now))
    answer = validate(built, parse_plain(built, posted, now=now), context, now=now)
    assert answer.errors == []
    assert _in_shanghai(answer.values) == _in_shanghai(case["values"])


def _in_shanghai(values):
    """A moment in UTC comes back from an input in its field's own format."""
    moment = values.get("at")
    same = moment and datetime.fromisoformat(moment).astimezone(AT.tzinfo).isoformat()
    return {**values, "at": same} if same else values
