"""The hash of an incident's message, to count equal ones; open incidents get theirs at the next start."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.add_column("incident", sa.Column("message_hash", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("incident", "message_hash")
