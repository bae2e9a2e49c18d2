"""The list of processes says what runs of each and what is broken, and leads there."""

from __future__ import annotations

import pytest

from engine.services import deployments, instances, overview
from tests.web.desk import parsed, text_of
from tests.web.supervisor.test_incidents import BROKEN

CHANGED = BROKEN.replace(b'id="owed"', b'id="owing"').replace(b'targetRef="owed"', b'targetRef="owing"')


@pytest.fixture
def started(desk):
    """Two instances of version 1, one of which stands still, and one of version 2."""
    deployments.deploy(desk.runtime, [("broken.bpmn", BROKEN)], "olga")
    instances.start(desk.runtime, "broken", {"amount": 0}, who="ann")
    instances.start(desk.runtime, "broken", {"amount": 5}, who="ann")
    deployments.deploy(desk.runtime, [("broken.bpmn", CHANGED)], "olga")
    instances.start(desk.runtime, "broken", {"amount": 5}, who="ann")


def row(desk, who, process_id):
    (found,) = parsed(desk.get(who, "/processes/")).xpath(f"//tr[td/code='{process_id}'][td/@data-label='未结束']")
    return found


def links(cell):
    return [(text_of(link).split()[0], link.get("href")) for link in cell.xpath(".//a")]


def test_a_process_has_its_counts_and_the_versions_that_still_run(desk, started):
    listed = row(desk, "sue", "broken")
    (running,), (broken,) = listed.xpath("td[@data-label='未结束']"), listed.xpath("td[@data-label='故障']")
    assert links(running) == [
        ("3", "/board/instances?process=broken"),
        ("v2", "/board/instances?process=broken&version=2"),
        ("v1", "/board/instances?process=broken&version=1"),
    ]
    assert "v2 1 · v1 2" in text_of(running)
    assert links(broken) == [("1", "/board/incidents?process=broken")]
    quiet = row(desk, "sue", "complaint")
    assert text_of(quiet.xpath("td[@data-label='未结束']")[0]) == "0"


def test_each_version_has_its_own(desk, started):
    page = parsed(desk.get("olga", "/processes/process/broken"))
    counts = [
        [text_of(cell).split()[0] for cell in each.xpath("td[@data-label='未结束' or @data-label='故障']")]
        for each in page.xpath("//tbody/tr")
    ]
    assert counts == [["1", "0"], ["2", "1"]]
    assert page.xpath("//a[@href='/board/incidents?process=broken&version=1']")
    assert page.xpath("//a[@href='/board/heat/broken']")


def test_nothing_is_counted_further_than_is_told(desk, started, monkeypatch):
    monkeypatch.setattr(overview, "MOST_COUNTED", 2)
    found = overview.overview(desk.runtime, actor=desk.actor("sue"))["broken"]
    assert (found.running, found.incidents) == (2, 1)
    listed = row(desk, "sue", "broken")
    assert "2+" in text_of(listed.xpath("td[@data-label='未结束']")[0])
