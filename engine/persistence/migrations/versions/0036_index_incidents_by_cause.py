"""Index incidents by their cause, and in the order in which they are listed."""

from alembic import op

revision = "0036"
down_revision = "0035"

LISTED, CAUSE = "ix_incident_tenant_id_state_key", "ix_incident_cause"
OF_CAUSE = ["tenant_id", "state", "process_id", "element_id", "message_hash", "process_definition_key", "created_at"]


def upgrade() -> None:
    op.create_index(LISTED, "incident", ["tenant_id", "state", "key"])
    op.create_index(CAUSE, "incident", OF_CAUSE)


def downgrade() -> None:
    op.drop_index(CAUSE, table_name="incident")
    op.drop_index(LISTED, table_name="incident")
