"""The resources of `/v2`, one module each."""
