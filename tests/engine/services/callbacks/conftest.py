"""A furnished desk for the tests here."""

from tests.engine.services.desk_fixtures import any_desk, desk, furnished

__all__ = ["any_desk", "desk", "furnished"]
