import pytest

from engine.model.search_terms import query_of, terms_of


def finds(words, *texts):
    held = terms_of(texts).split()
    asked = query_of(words)
    return bool(asked) and all(any(matches(term, held) for term in choices) for choices in asked)


def matches(term, held):
    return any(each.startswith(term[:-1]) for each in held) if term.endswith("*") else term in held


@pytest.mark.parametrize("words", ["水", "漏水", "水壶漏水", "壶漏水，", "水壶 漏水", "TS20260302-0001", "ts20260302", "8000", "1380013",
                                   "１３８", "0138000", "00138000", "001380", "0013 8000", "138 0013", "000038", "0038",
                                   "wang@example", "壶", "第3", "第3件", "3件"])  # fmt: skip
def test_a_word_of_any_length_is_found_wherever_it_stands(words):
    assert finds(words, "TS20260302-0001", "收到的水壶漏水", "13800138000", "Wang@Example.com", "第3件", "D000038")


@pytest.mark.parametrize("words", ["水漏", "火", "漏壶", "0138", "013900", "x", "水壶 坏", "第1", "1件"])
def test_what_is_not_there_is_not_found(words):
    assert not finds(words, "TS20260302-0001", "收到的水壶漏水", "13800138000")


@pytest.mark.parametrize("words", ["", "  ", "！？", "%", "*", '"'])
def test_words_without_a_sign_ask_for_nothing(words):
    assert query_of(words, ["case"]) == []


def test_terms_are_plain_ascii_words():
    assert all(term.isascii() and term.isalnum() for term in terms_of(["𠮷野家 \"x\" -- 'or' (NEAR) 水*壶"]).split())
