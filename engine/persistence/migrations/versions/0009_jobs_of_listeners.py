"""Jobs of listeners, and what of a user task waits for them."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=24), server_default="BPMN_ELEMENT", nullable=False))
        batch_op.add_column(sa.Column("listener", sa.String(length=16), server_default="UNSPECIFIED", nullable=False))
        batch_op.add_column(sa.Column("denied", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("denied_reason", sa.Text(), nullable=True))

    with op.batch_alter_table("user_task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("transition", sa.Text(), nullable=True))
