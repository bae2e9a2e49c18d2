"""The parts of deploying: reading files, numbering versions, and moving the starts to the newest one."""
