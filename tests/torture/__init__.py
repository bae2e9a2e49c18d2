"""The torture: processes under load that are killed at any instant, and a check of every promise afterwards.

`python -m tests.torture --kills 300 [--database postgresql]` runs it for as long as one likes. `victim` is what is killed,
`load` asks for work and remembers what was promised, `check` compares that with what is there, `mutants` break a promise.
"""
