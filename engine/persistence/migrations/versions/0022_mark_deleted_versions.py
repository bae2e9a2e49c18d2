"""A version of a process, decision or form that was deleted says since when."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
TABLES = ("process_definition", "decision_requirements", "decision_definition", "form_definition")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "deleted_at")
