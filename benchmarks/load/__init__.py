"""A working day at the desk under Locust: `python -m benchmarks.load`."""
