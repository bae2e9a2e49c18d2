"""The log: a line says what it is about, in both forms, and nothing leaks out of a block."""

import io
import json
import logging

import pytest

from engine import logs


@pytest.fixture
def written():
    """What is written to the log, configured for the test alone."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    stream = io.StringIO()
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    logging.getLogger("kefuflow").setLevel(logging.NOTSET)


log = logging.getLogger("kefuflow.test")


def test_a_json_line_says_what_it_is_about_and_why_it_failed(written):
    logs.configure("INFO", "json", written)
    with logs.about(request_id="r-1", case="TS-1", nothing=None):
        logs.note(process_instance_key=7)
        try:
            raise ValueError("the reason")
        except ValueError:
            log.exception("It failed for %s.", "王敏", extra={"fields": {"ms": 3}})
    line = json.loads(written.getvalue())
    expected = {"level": "ERROR", "message": "It failed for 王敏.", "request_id": "r-1", "case": "TS-1", "ms": 3}
    assert expected.items() <= line.items()
    assert line["process_instance_key"] == 7
    assert "nothing" not in line
    assert "ValueError: the reason" in line["exception"]
    assert written.getvalue().count("\n") == 1


def test_a_text_line_ends_with_what_it_is_about(written):
    logs.configure("INFO", "text", written)
    with logs.about(job_key=5):
        log.info("Done.")
    assert written.getvalue().endswith("INFO kefuflow.test: Done. [job_key=5]\n")


def test_a_block_inside_another_adds_and_then_forgets(written):
    logs.configure("INFO", "json", written)
    with logs.about(request_id="outer"):
        with logs.about(job_key=1):
            logs.note(case="TS-9")
            assert logs.current() == {"request_id": "outer", "job_key": 1, "case": "TS-9"}
        assert logs.current() == {"request_id": "outer"}
    logs.note(case="nowhere")
    assert logs.current() == {}


def test_lines_below_the_level_and_of_chatty_libraries_are_left_out(written):
    logs.configure("WARNING", "text", written)
    log.info("too small")
    logging.getLogger("some.library").info("chatter")
    assert written.getvalue() == ""
