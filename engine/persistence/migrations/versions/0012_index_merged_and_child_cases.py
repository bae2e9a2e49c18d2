"""Index merged and child cases."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    with op.batch_alter_table("service_case", schema=None) as batch_op:
        for column in ("merged_into_key", "parent_key"):
            condition = sa.text(f"{column} IS NOT NULL")
            batch_op.create_index(
                f"ix_service_case_{column}_set",
                ["tenant_id", column],
                unique=False,
                sqlite_where=condition,
                postgresql_where=condition,
            )
    with op.batch_alter_table("customer", schema=None) as batch_op:
        condition = sa.text("referred_by_key IS NOT NULL")
        batch_op.create_index(
            "ix_customer_referred_by",
            ["tenant_id", "referred_by_key"],
            unique=False,
            sqlite_where=condition,
            postgresql_where=condition,
        )
