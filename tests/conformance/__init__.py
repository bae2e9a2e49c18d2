"""The tables of docs/conformance.md: what elements, incidents, parts of the API and clients do here, made from what the tests prove.

`rows` and `api` hold the tables' rows; a test that proves one is marked with `@pytest.mark.proves("its key")`. `events` holds the
matrix of events, each cell of which is a test of its own. `python -m tests.conformance` writes them into the page.
"""
