"""The desk with its own handlers, for the stories that no made-up answer may stand in for."""

from tests.engine.services.desk_fixtures import desk, furnished

__all__ = ["desk", "furnished"]
