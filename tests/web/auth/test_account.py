"""One's own page: who one is, in words."""

import pytest

from tests.web.desk import parsed, text_of


@pytest.mark.parametrize(("who", "role"), [("ann", "客服专员"), ("olga", "流程负责人")])
def test_an_account_names_roles_and_groups_in_words(desk, who, role):
    rows = [text_of(row) for row in parsed(desk.get(who, "/account")).xpath("//main//dd")]
    assert role in rows[1]
    assert not any("agent" in row or "owner" in row for row in rows[1:])
