"""Who wants the board by mail, and what they were told."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    with op.batch_alter_table("desk_user", schema=None) as batch_op:
        batch_op.add_column(sa.Column("alerted_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("desk_user", schema=None) as batch_op:
        batch_op.drop_column("alerted_until")
