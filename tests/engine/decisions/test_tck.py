"""Whole decisions of the public DMN TCK, all of those that lie beside the repository."""

import warnings

import pytest

from tests.engine.decisions import tck

FOLDERS = sorted(folder for folder in tck.TCK.glob("*/*") if folder.is_dir())

# Folder → the cases that come out otherwise; the reasons stand in docs/conformance/dmn.md.
KNOWN = {
    "0076-feel-external-java": {
        "boxed_001/boxed_001",
        "varargs_001/varargs_001",
        *(f"literal_{number:03}/literal_{number:03}" for number in range(1, 13)),
    },
}

if not FOLDERS:
    warnings.warn(f"THE DMN TCK IS MISSING: nothing at {tck.TCK}; its cases are NOT run.", stacklevel=1)


@pytest.mark.skipif(not FOLDERS, reason=f"THE DMN TCK IS MISSING at {tck.TCK}: none of its cases was run")
def test_the_tck_is_there_with_all_its_folders():
    assert len(FOLDERS) >= 100


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_case_of_a_folder_comes_out_as_expected(folder):
    count, wrong = tck.failures(folder)
    assert count > 0
    unexpected = {case: why for case, why in wrong.items() if case not in KNOWN.get(folder.name, set())}
    assert unexpected == {}
    assert set(wrong) == KNOWN.get(folder.name, set()), "a case that is listed as known now comes out right"
