"""An independent judge of the executor: a token game read from the BPMN 2.0 standard, and random diagrams for both.

The judge (`model`, `conditions`, `state`, `paths`, `rules`, `game`, `play`) and the generator (`diagram`, `pencil`,
`generator`) import nothing of Kefuflow or SpiffWorkflow; `adapter` drives the executor, `services` the whole engine on a
database, `mutants` breaks it on purpose. `python -m tests.token_game` runs the comparison for as long as one likes.
"""
