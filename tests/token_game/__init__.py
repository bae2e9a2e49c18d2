"""An independent judge of the executor: a token game read from the BPMN 2.0 standard, and random diagrams to compare
both.

Nothing of the judge (`model`, `conditions`, `state`, `game`, `paths`) imports Kefuflow or SpiffWorkflow; `adapter.py`
alone knows the executor. `python -m tests.token_game` runs the comparison for as long as one likes.
"""
