"""The conditions of every list."""

import pytest
from sqlalchemy import select

from engine.errors import InvalidInput
from engine.model.base import table_of
from engine.model.user_task import UserTask
from engine.services import history, inbox, search, tasks
from engine.services.search import Search, like_pattern
from tests.engine.diagrams import ONE_TASK


@pytest.fixture
def three(runtime, deploy, start, rows):
    """Three tasks with the priorities 10, 50 and 90; the first is held by ann."""
    deploy(ONE_TASK)
    for number in range(3):
        start("one_task", n=number)
    keys = [key for (key,) in rows(select(UserTask.key).order_by(UserTask.key))]
    tasks.claim(runtime, keys[0], who="ann")
    for key, priority in zip(keys, (10, 50, 90), strict=True):
        tasks.update(runtime, key, {"priority": priority}, who="lead")
    return keys


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"priority": 50}, [1]),
        ({"priority": {"$gt": 10, "$lte": 90}}, [1, 2]),
        ({"priority": {"$gte": 50, "$lt": 90}}, [1]),
        ({"priority": {"$in": [10, 90]}}, [0, 2]),
        ({"priority": {"$neq": 10}}, [1, 2]),
        ({"assignee": {"$exists": True}}, [0]),
        ({"assignee": {"$exists": False}}, [1, 2]),
        ({"assignee": None}, [1, 2]),
        ({"assignee": {"$neq": "bob"}}, [0, 1, 2]),
        ({"assignee": {"$notIn": ["ann"]}}, [1, 2]),
        ({"element_id": {"$like": "t?s*"}}, [0, 1, 2]),
        ({"element_id": {"$like": "t%"}}, []),
        ({"assignee": {"$eq": "ann"}, "state": "CREATED"}, [0]),
    ],
)
def test_a_condition_finds_what_it_says(runtime, three, where, expected):
    found = inbox.find(runtime, Search(where))
    assert [task.key for task in found.items] == [three[number] for number in expected]
    assert found.total == len(expected)


def test_a_page_is_sorted_with_empty_values_last_and_cut(runtime, three):
    first, second, third = three
    by_assignee = inbox.find(runtime, Search(sort=[("assignee", "desc"), ("priority", "desc")]))
    assert [task.key for task in by_assignee.items] == [first, third, second]
    page = inbox.find(runtime, Search(sort=[("priority", "desc")], limit=1, offset=1))
    assert [task.key for task in page.items] == [second]
    assert (page.total, page.has_more_total) == (3, False)
    assert inbox.find(runtime, Search(limit=0)).items == []


def test_a_long_list_is_counted_only_so_far(runtime, three, monkeypatch):
    monkeypatch.setattr(search, "COUNTED", 2)
    page = inbox.find(runtime, Search(limit=1))
    assert (page.total, page.has_more_total) == (2, True)


@pytest.mark.parametrize(
    "wrong",
    [
        Search({"colour": 1}),
        Search({"priority": {"$near": 1}}),
        Search(sort=[("colour", "asc")]),
        Search(limit=-1),
        Search(limit=10_001),
        Search(offset=-1),
    ],
)
def test_what_cannot_be_searched_is_refused(sqlite_runtime, wrong):
    with pytest.raises(InvalidInput):
        inbox.find(sqlite_runtime, wrong)


def test_every_kind_of_history_can_be_searched(runtime, three):
    for what in ("elements", "flows", "variables", "changes", "decisions", "audit", "jobs", "subscriptions"):
        assert history.find(runtime, what, Search()).total >= 0
    assert history.find(runtime, "variables", Search({"name": "n", "value": 1})).total == 1


@pytest.mark.parametrize(
    ("wildcards", "pattern"),
    [("a*b?c", "a%b_c"), ("50%", "50\\%"), ("a\\*b", "a*b"), ("a\\\\b", "a\\\\b"), ("a_b", "a\\_b")],
)
def test_wildcards_become_a_pattern_of_sql(wildcards, pattern):
    assert like_pattern(wildcards) == pattern


def test_the_fields_of_a_task_are_its_columns():
    assert set(inbox.FIELDS) == {column.name for column in table_of(UserTask).columns}
