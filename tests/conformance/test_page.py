"""The page says what the tests prove, and nothing else."""

from tests.conformance.api import CLIENTS, INCIDENTS, PARTS, PREFIX
from tests.conformance.page import PAGE, proofs, written
from tests.conformance.rows import ABOUT, ELEMENTS
from tests.web.api.conftest import api  # noqa: F401 - the fixture
from tests.web.conftest import app_over  # noqa: F401 - what it needs


def test_the_page_is_what_the_tests_say():
    page = PAGE.read_text(encoding="utf-8")
    assert page == written(page), "run `python -m tests.conformance`"


def test_every_row_has_a_test_and_every_mark_a_row():
    rows = [*ELEMENTS, *ABOUT, *INCIDENTS, *CLIENTS, *(PREFIX + name for name in PARTS)]
    assert len(rows) == len(set(rows)), "two rows have one key"
    assert set(rows) == proofs().keys()


def test_every_route_of_the_api_has_a_row_and_every_row_a_route(api):  # noqa: F811
    paths = api.client.get("/v2/openapi.json").json["paths"]
    tags = {tag for item in paths.values() for call in item.values() if "tags" in call for tag in call["tags"]}
    assert tags == {tag for part in PARTS.values() for tag in part.tags}
