"""Files made to hurt: refused with a finding, quickly, and nothing outside the file is touched."""

import random
import re

import pytest

from engine.decisions import DecisionModelError, check_dmn, parse_dmn
from engine.decisions.xml import MAX_BYTES
from tests.engine.decisions.dish import DISH
from tests.engine.decisions.models import NAMESPACE, decision, definitions, input_data, item, literal, part

ROOT = f'<definitions xmlns="{NAMESPACE}" id="d" name="n" namespace="urn:n">'


def refused(xml):
    with pytest.raises(DecisionModelError) as refusal:
        parse_dmn(xml, "bad.dmn")
    assert refusal.value.findings == check_dmn(xml, "bad.dmn")
    return refusal.value.findings[0].code


def test_a_document_type_is_refused_even_when_it_says_nothing():
    assert refused(f"<!DOCTYPE definitions>{ROOT}</definitions>".encode()) == "dmn-doctype"
    assert refused(f'<?xml version="1.0"?><!DOCTYPE d SYSTEM "x.dtd">{ROOT}</definitions>'.encode()) == "dmn-doctype"
    assert refused(f"<!DOCTYPE definitions>{ROOT}</definitions>".encode("utf-16")) == "dmn-doctype"


def test_an_entity_bomb_is_refused():
    entities = '<!ENTITY a0 "aaaaaaaaaa">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    for inside in ("&a11;", '<decision id="x" name="&a11;"/>'):
        bomb = f"<!DOCTYPE d [{entities}]>{ROOT}{inside}</definitions>".encode()
        assert refused(bomb) in ("dmn-doctype", "dmn-not-xml")


def test_an_external_entity_is_refused_and_never_read(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("TOP-SECRET")
    xxe = f'<!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}">]>{ROOT}<decision id="a" name="a">&x;</decision>'
    findings = check_dmn(f"{xxe}</definitions>".encode(), "bad.dmn")
    assert findings[0].code == "dmn-doctype"
    assert "TOP-SECRET" not in repr(findings)


def test_a_file_beyond_five_megabytes_is_refused_before_it_is_parsed():
    # It is no XML at all: were it parsed, another finding would say so.
    assert refused(b"x" * (MAX_BYTES + 1)) == "dmn-too-large"
    assert refused(b"x" * 10) == "dmn-not-xml"


def test_very_deep_xml_is_refused():
    for depth in (150, 200_000):
        deep = f"{ROOT}{'<decision>' * depth}{'</decision>' * depth}</definitions>"
        assert refused(deep.encode()) in ("dmn-too-deep", "dmn-not-xml")


@pytest.mark.parametrize("xml", [b"", b"   ", b"<", b"\xff\xfe\x00", b"<definitions/>", b"<a xmlns='urn:b'/>"])
def test_what_is_no_dmn_is_refused(xml):
    assert refused(xml) in ("dmn-not-xml", "dmn-not-dmn")


def test_an_expression_that_takes_too_much_is_null_and_ends():
    made = parse_dmn(definitions(decision("it", literal("count(for a in 1..99999999 return a)"))))
    outcome = made.evaluate("it", {})
    assert outcome.value is None
    assert outcome.warnings


def test_nested_boxed_loops_end_with_a_failure():
    inner = literal("1")
    for name in ("a", "b", "c"):
        inner = f'<for iteratorVariable="{name}"><in>{literal("1..1000")}</in><return>{inner}</return></for>'
    outcome = parse_dmn(definitions(decision("it", inner))).evaluate("it", {})
    assert outcome.value is None
    assert outcome.failed is not None


def test_a_long_chain_of_decisions_is_followed_to_its_end():
    links = [decision("d0", literal("1"))]
    links += [decision(f"d{n}", literal(f"d{n - 1} + 1"), needs=[f"#d{n - 1}"]) for n in range(1, 2000)]
    outcome = parse_dmn(definitions(*links)).evaluate("d1999", {})
    assert (outcome.value, outcome.failed) == (2000, None)


def test_a_long_chain_of_types_is_refused():
    types = "".join(item(f"t{n}", f"t{n + 1}", collection=True) for n in range(3000)) + item("t3000", "number")
    assert refused(definitions(types)) == "dmn-too-deep"


def test_types_that_use_each_other_twice_do_not_grow_without_end():
    types = "".join(item(f"t{n}", inner=part("a", f"t{n + 1}") + part("b", f"t{n + 1}")) for n in range(60)) + item(
        "t60", "number", allowed="> 0"
    )
    made = parse_dmn(definitions(types, input_data("x", "t0"), decision("it", literal("x"), needs=["in:#x"])))
    assert made.evaluate("it", {"x": {"a": 1, "b": 1}}).value is None
    assert made.evaluate("it", {"x": {"a": None, "b": None}}).value == {"a": None, "b": None}


def damaged(source, chance):
    """The file with some of its elements, attributes and texts gone or put elsewhere."""
    for _ in range(chance.randint(1, 5)):
        pieces = [found.span() for found in re.finditer(r'\w+="[^"]*"|<(\w+)[^>]*/>|>[^<]+<', source)]
        (start, end), (other, stop) = chance.choice(pieces), chance.choice(pieces)
        same_kind = source[start] == source[other]
        source = source[:start] + (source[other:stop] if same_kind else "") + source[end:]
    return source


@pytest.mark.parametrize("seed", range(100))
def test_a_damaged_file_is_refused_or_evaluated_but_never_an_exception(seed):
    source = damaged(DISH.decode(), random.Random(seed)).encode()
    assert isinstance(check_dmn(source, "damaged.dmn"), list)
    try:
        made = parse_dmn(source)
    except DecisionModelError:
        return
    for decided in made.decisions:
        made.evaluate(decided, {"temperature": 5, "guestCount": 8})


def test_text_that_looks_like_python_stays_text():
    nasty = "().__class__.__base__.__subclasses__()"
    made = parse_dmn(definitions(decision("it", literal(nasty))))
    outcome = made.evaluate("it", {"x": 1})
    assert outcome.value is None
