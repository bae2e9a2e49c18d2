"""`python -m engine.persistence "Add the column"`: write the next migration from what the models now say."""

import sys
import tempfile
from pathlib import Path

from alembic import command

from engine.persistence.database import Database
from engine.persistence.schema import config, migrate


def main(message: str) -> None:
    """Compare a database with all migrations so far with the models, and write the difference as a migration."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'empty.db'}")
        migrate(database)
        with database.begin() as connection:
            command.revision(config(connection), message, autogenerate=True, rev_id=_next_number())
        database.close()


def _next_number() -> str:
    return f"{len(list((Path(__file__).parent / 'migrations' / 'versions').glob('[0-9]*.py'))) + 1:04d}"


if __name__ == "__main__":
    main(sys.argv[1])
