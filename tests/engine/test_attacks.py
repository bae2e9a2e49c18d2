"""Attacks by what people may write: each ends within a second of work and 200 MB, and reaches neither Python nor the file system.

They run in a process of their own whose memory the operating system limits; a hook sees every file, process and import that is asked for.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HARNESS = Path(__file__).parent / "attack_harness.py"
KINDS = ["feel", "decisions", "forms", "diagrams"]


@pytest.fixture(scope="module", params=KINDS)
def outcomes(request: pytest.FixtureRequest) -> list[dict[str, object]]:
    done = subprocess.run([sys.executable, HARNESS, request.param], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert found
    return found


def test_an_attack_ends_within_a_second_and_200_megabytes(outcomes):
    slow = {
        each["name"]: each["seconds"] for each in outcomes if each["seconds"] > 1.2
    }  # a second, and to notice its end
    large = {each["name"]: each["megabytes"] for each in outcomes if each["megabytes"] > 200}
    assert (slow, large) == ({}, {})


def test_an_attack_opens_no_file_starts_no_process_and_imports_nothing(outcomes):
    assert {each["name"]: each["reached"] for each in outcomes if each["reached"]} == {}


def test_an_attack_is_answered_and_never_an_exception(outcomes):
    assert {each["name"]: each["raised"] for each in outcomes if each["raised"]} == {}


def test_an_attack_shows_nothing_of_the_machine(outcomes):
    assert [each["name"] for each in outcomes if "root:" in each["shown"] or "<class" in each["shown"]] == []
