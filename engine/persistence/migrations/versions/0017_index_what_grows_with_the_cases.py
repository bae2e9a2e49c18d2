"""Index what the lists and the heat map read of many cases."""

from alembic import op

revision = "0017"
down_revision = "0016"

INDEXES = {
    "ix_service_case_tenant_id_status_key": ("service_case", ["tenant_id", "status", "key"]),
    "ix_element_instance_process_definition_key_ended_at": ("element_instance", ["process_definition_key", "ended_at"]),
}


def upgrade() -> None:
    for name, (table, columns) in INDEXES.items():
        op.create_index(name, table, columns)
    # Both databases: a planner that knows some indexes by their numbers and others not chooses badly.
    op.execute("ANALYZE")


def downgrade() -> None:
    for name, (table, _columns) in INDEXES.items():
        op.drop_index(name, table_name=table)
