"""The page of requirements keeps its word: every row is there once, and every test that it names exists."""

from __future__ import annotations

import csv
import re
import warnings
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "requirements.md"
ASKED = ROOT.parent / "shared" / "REQUIREMENTS.tsv"
ROW = re.compile(r"^\| ([A-Z]\d+) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
NAMED = re.compile(r"`([\w/.]+?)(?:::(\w+))?`")


def _rows() -> list[tuple[str, str, str, str]]:
    return ROW.findall(PAGE.read_text(encoding="utf-8"))


def test_every_row_is_on_the_page_once():
    if not ASKED.is_file():
        warnings.warn(f"SKIPPED: {ASKED} is missing, so nobody compared the page with what was asked.", stacklevel=1)
        pytest.skip("no list of requirements")
    with ASKED.open(encoding="utf-8", newline="") as file:
        asked = [row["id"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]
    assert [row[0] for row in _rows()] == asked


@pytest.mark.parametrize(("row", "done", "shown"), [(row, done, shown) for row, _, done, shown in _rows()])
def test_what_is_done_names_a_test_that_exists(row, done, shown):
    if done.startswith("not done"):
        assert shown == "–"
        return
    named = NAMED.findall(shown)
    assert named, f"{row} names no test"
    for path, test in named:
        text = (ROOT / path).read_text(encoding="utf-8")
        assert not test or re.search(rf"def {test}\b", text), f"{row}: no {test} in {path}"
