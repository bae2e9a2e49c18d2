"""The queue: what is due, who has it, and when it is tried again. It knows rows and moments, not what a job means."""
