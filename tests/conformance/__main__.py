"""`python -m tests.conformance`: write the tables of docs/conformance.md anew."""

from tests.conformance.page import PAGE, written

PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
