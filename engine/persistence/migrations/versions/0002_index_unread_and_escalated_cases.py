"""Index unread and escalated cases."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("service_case", schema=None) as batch_op:
        batch_op.create_index(
            "ix_service_case_escalated_at_set",
            ["tenant_id", "escalated_at"],
            unique=False,
            sqlite_where=sa.text("escalated_at IS NOT NULL"),
            postgresql_where=sa.text("escalated_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_service_case_unread_at_set",
            ["tenant_id", "unread_at"],
            unique=False,
            sqlite_where=sa.text("unread_at IS NOT NULL"),
            postgresql_where=sa.text("unread_at IS NOT NULL"),
        )
