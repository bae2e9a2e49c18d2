"""Index the offers that nobody has taken, each list's whole order in one."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"

TABLE, OFFER = "task_candidate", ["tenant_id", "kind", "name"]
NEW = {
    "ix_task_candidate_offered": [*OFFER, "rank", "created_at", "task_key"],
    "ix_task_candidate_offered_age": [*OFFER, "created_at", "task_key"],
    "ix_task_candidate_offered_due": [*OFFER, "due_at", "task_key"],
}
OLD = {
    "ix_task_candidate_inbox": [*OFFER, "assignee", "rank", "created_at"],
    "ix_task_candidate_age": [*OFFER, "assignee", "created_at"],
    "ix_task_candidate_due": [*OFFER, "assignee", "due_at"],
}


def upgrade() -> None:
    nobody = sa.text("assignee IS NULL")
    for name, columns in NEW.items():
        op.create_index(name, TABLE, columns, sqlite_where=nobody, postgresql_where=nobody)
    for name in OLD:
        op.drop_index(name, table_name=TABLE)
    _count_anew()


def downgrade() -> None:
    for name, columns in OLD.items():
        op.create_index(name, TABLE, columns)
    for name in NEW:
        op.drop_index(name, table_name=TABLE)
    _count_anew()


def _count_anew() -> None:
    """SQLite, where it knows the indexes by their numbers, would choose badly among those that it knows nothing of."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite" or not sa.inspect(connection).has_table("sqlite_stat1"):
        return
    if connection.execute(sa.text("SELECT 1 FROM sqlite_stat1 LIMIT 1")).first():
        op.execute(f"ANALYZE {TABLE}")
