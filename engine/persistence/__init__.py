"""Where things are kept: the database, one unit of work, and the steps from one schema to the next."""

from engine.persistence.database import LARGE, Database
from engine.persistence.failures import Unreachable, is_outage, is_retryable
from engine.persistence.parting import prepare_months
from engine.persistence.planning import holds_for
from engine.persistence.schema import create_all, drop_all, is_current, migrate
from engine.persistence.unit_of_work import UnitOfWork

__all__ = [
    "LARGE",
    "Database",
    "UnitOfWork",
    "Unreachable",
    "create_all",
    "drop_all",
    "holds_for",
    "is_current",
    "is_outage",
    "is_retryable",
    "migrate",
    "prepare_months",
]
