import pytest

from engine.errors import Conflict, Forbidden, InvalidInput
from engine.services import knowledge
from tests.engine.services.desk_people import AGENT, person

LEAD = person("leo", "group_lead")
ARTICLE = {"title": "耳机没有声音怎么办", "body": "先重置：长按电源键 10 秒。", "category": "耳机"}


@pytest.fixture
def key(runtime):
    return knowledge.write_article(runtime, ARTICLE, actor=LEAD)


@pytest.mark.parametrize("words", ["重置", "声", "耳机 电源", "10"])
def test_an_article_is_found_by_its_words(runtime, key, words):
    knowledge.write_article(runtime, {"title": "退货地址", "body": "杭州", "kind": "phrase"}, actor=LEAD)
    assert [each.key for each in knowledge.find_articles(runtime, words, actor=AGENT)] == [key]


def test_a_change_makes_a_version_and_the_old_one_can_come_back(runtime, key):
    assert knowledge.change_article(runtime, key, 1, {"body": "换一副。"}, "政策变了", actor=LEAD) == 2
    article, versions = knowledge.get_article(runtime, key, actor=AGENT)
    assert (article.body, [(each.version, each.change) for each in versions]) == (
        "换一副。",
        [(2, "政策变了"), (1, "")],
    )
    assert knowledge.bring_back(runtime, key, 1, actor=LEAD) == 3
    assert knowledge.get_article(runtime, key, actor=AGENT)[0].body == ARTICLE["body"]


def test_a_change_of_what_was_changed_meanwhile_is_refused(runtime, key):
    knowledge.change_article(runtime, key, 1, {"body": "一"}, actor=LEAD)
    with pytest.raises(Conflict):
        knowledge.change_article(runtime, key, 1, {"body": "二"}, actor=LEAD)


def test_an_archived_article_is_found_no_more(runtime, key):
    knowledge.archive_article(runtime, key, actor=LEAD)
    assert knowledge.find_articles(runtime, "重置", actor=AGENT) == []
    assert [each.key for each in knowledge.find_articles(runtime, actor=AGENT, archived=True)] == [key]
    knowledge.archive_article(runtime, key, False, actor=LEAD)
    assert [each.key for each in knowledge.find_articles(runtime, "重置", actor=AGENT)] == [key]


def test_an_article_wants_title_and_text_and_an_agent_may_only_read(runtime):
    with pytest.raises(InvalidInput) as refused:
        knowledge.write_article(runtime, {"title": " ", "body": ""}, actor=LEAD)
    assert sorted(refused.value.fields) == ["body", "title"]
    with pytest.raises(Forbidden):
        knowledge.write_article(runtime, ARTICLE, actor=AGENT)
