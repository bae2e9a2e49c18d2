"""An address that somebody typed by hand is answered, whatever numbers and days it holds."""

import pytest

BEYOND = "9" * 30  # no key is so large
ENDLESS = "9" * 5000  # Python reads no such number


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        ("ann", f"/desk/tasks/{BEYOND}", 404),
        ("ann", f"/desk/notices?before={BEYOND}", 404),
        ("boss", f"/board/audit?number={ENDLESS}", 422),
        ("boss", f"/board/audit?after=2026-01-01T00:00:00%2B00:00_{BEYOND}", 422),
        ("boss", "/board/audit?after=0001-01-01T00:00:00%2B09:00_1", 422),
        ("boss", f"/board/incidents?hash={ENDLESS}", 200),
        ("boss", f"/board/incidents?version={ENDLESS}", 422),
        ("sue", "/board/figures?first=0001-01-01&last=0001-01-01", 422),
        ("sue", "/board/figures?first=9999-12-31&last=9999-12-31", 422),
        ("sue", "/desk/records/complaint?since=0001-01-01&until=2026-03-02", 422),
        ("sue", "/desk/records/complaint?since=2026-03-02&until=9999-12-31", 422),
    ],
)
def test_numbers_and_days_out_of_range_are_no_fault_of_ours(desk, who, path, status):
    assert desk.get(who, path).status_code == status


def test_a_priority_that_is_no_priority_stands_at_its_field(desk):
    answer = desk.post("lea", "/desk/macros/new", {"name": "高", "priority": ENDLESS, "reason": "急"})
    assert answer.status_code == 422
    assert 'id="priority-error"' in answer.text
