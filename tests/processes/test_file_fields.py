"""The fields of forms that take files offer to the person what the server keeps, and no more."""

import json
from pathlib import Path

import pytest

from engine.services.attachments import PICTURES

FORMS = sorted((Path(__file__).parents[2] / "processes" / "forms").glob("*.form"))


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_file_is_chosen_among_the_kinds_that_are_kept(path):
    for component in json.loads(path.read_text(encoding="utf-8"))["components"]:
        if component["type"] == "filepicker":
            # Named one by one: a phone that keeps its photos as HEIC then sends JPEG.
            assert set(component["accept"].split(",")) - {".pdf"} == set(PICTURES.values()), component["key"]
