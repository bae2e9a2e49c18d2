"""Index process instances by their state, for lists of those that run among very many that ended."""

from alembic import op

revision = "0025"
down_revision = "0024"

NAME = "ix_process_instance_tenant_id_state_key"


def upgrade() -> None:
    op.create_index(NAME, "process_instance", ["tenant_id", "state", "key"])
    # Both databases: a planner that knows some indexes by their numbers and others not chooses badly.
    op.execute("ANALYZE")


def downgrade() -> None:
    op.drop_index(NAME, table_name="process_instance")
