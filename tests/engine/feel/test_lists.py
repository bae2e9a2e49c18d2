import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.feel.evaluating import json_of, value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[1, 2, 3][1]", 1),
        ("[1, 2, 3][-1]", 3),
        ("[1, 2, 3][4]", None),
        ("[1, 2, 3][0]", None),
        ("[1, 2, 3][item > 1]", [2, 3]),
        ("[1, 2, 3][count([1, 1])]", 2),
        ("[][1]", None),
        ("[][item > 1]", []),
        ("100[1]", 100),
        ("null[1]", None),
        ("null[item = null]", [None]),
        ("null[false]", []),
        ("[{x: 1}, {x: 2}][x]", []),
        ("[{a: 1}, {a: 2}][a = 2]", [{"a": 2}]),
        ("[{a: 1}, {a: 2}].a", [1, 2]),
        ("[{line total: 1}, {line total: 5}][line total > 2].line total", [5]),
        ("[{a: 1}, {b: 2}].a", [1, None]),
        ("[1, 2, 3][item = limit]", [2]),
        ("orders[total > 10 and not(paid)][1].id", "B"),
    ],
)
def test_filters_and_projections(text, expected):
    orders = [{"id": "A", "total": 20, "paid": True}, {"id": "B", "total": 10.5, "paid": False}]
    assert json_of(text, limit=2, orders=orders) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("for i in 1..3 return i * 2", [2, 4, 6]),
        ("for i in 3..1 return i", [3, 2, 1]),
        ("for i in [1..3) return i", [1, 2]),
        ("for i in [1, 2], j in [i, 10] return i * j", [1, 10, 4, 20]),
        ("for i in 1..4 return if i <= 1 then 1 else i * partial[-1]", [1, 2, 6, 24]),
        ('for d in @"2024-02-28"..@"2024-03-01" return d.day', [28, 29, 1]),
        ("for i in null return i", None),
        ("for i in 5 return i", [5]),
        ("some i in [1, 2] satisfies i = 2", True),
        ("some i in [1, 2] satisfies i = null", False),
        ("every i in [] satisfies false", True),
        ("every i in [1, 2] satisfies i > 1", False),
        ("some i in [null, 1] satisfies i > 5", None),
        ("every line item in [1, 2] satisfies line item > 0", True),
    ],
)
def test_iteration(text, expected):
    assert json_of(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("append([1], 2, 3)", [1, 2, 3]),
        ("concatenate([1], [2], [3])", [1, 2, 3]),
        ("insert before([1, 3], 2, 2)", [1, 2, 3]),
        ("remove([1, 2, 3], -1)", [1, 2]),
        ("sublist([1, 2, 3], 2)", [2, 3]),
        ("sublist([1, 2, 3], -2, 1)", [2]),
        ("list replace([1, 2, 3], 2, 4)", [1, 4, 3]),
        ("list replace([2, 4, 7, 8], function(item, newItem) item < newItem, 5)", [5, 5, 7, 8]),
        ("reverse([1, 2])", [2, 1]),
        ("index of([1, null, 1], 1)", [1, 3]),
        ("union([1, 2], [2, 3])", [1, 2, 3]),
        ('distinct values([1, "1", 1.0, null, null, {a: 1}, {a: 1}])', [1, "1", None, {"a": 1}]),
        ("duplicate values([1, 2, 3, 2, 1])", [1, 2]),
        ("flatten([[1, 2], [[3]], 4])", [1, 2, 3, 4]),
        ("sort([3, 1, 2], function(x, y) x < y)", [1, 2, 3]),
        ("sort([3, 1, 2])", [1, 2, 3]),
        ('sort([1, "a"])', None),
        ("list contains([1, [2]], [2])", True),
        ("count([1, 2])", 2),
        ("count(1)", 1),
        ("min(3, 1, 2)", 1),
        ('max(["a", "c", "b"])', "c"),
        ('min([1, "a"])', None),
        ("all([])", True),
        ("any([false, null])", None),
        ("partition([1, 2, 3], 2)", [[1, 2], [3]]),
        ("is empty([])", True),
        ('string join(["a", null, "b"], "-")', "a-b"),
        ('string join(["a", "b"], ", ", "[", "]")', "[a, b]"),
    ],
)
def test_list_functions(text, expected):
    assert json_of(text) == expected


@given(st.lists(st.integers() | st.decimals(-(10**9), 10**9, places=3)))
def test_sort_agrees_with_python(items):
    assert value("sort(items, function(a, b) a < b)", items=items) == sorted(items)


@given(st.lists(st.integers(-5, 5) | st.text(max_size=2) | st.booleans() | st.none()))
def test_distinct_values_keeps_the_first_of_each(items):
    first = list(dict.fromkeys((type(item), item) for item in items))
    assert value("distinct values(items)", items=items) == [item for _, item in first]


@given(st.lists(st.integers(), max_size=20), st.integers(-25, 25))
def test_an_index_counts_from_either_end(items, index):
    expected = items[index - 1] if 1 <= index <= len(items) else items[index] if -len(items) <= index < 0 else None
    assert value("items[index]", items=items, index=index) == expected
