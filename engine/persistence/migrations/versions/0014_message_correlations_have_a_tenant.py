"""Message correlations have a tenant; a customer's referrer is a whole key."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    with op.batch_alter_table("message_correlation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tenant_id", sa.String(length=64), server_default="<default>", nullable=False))
    if op.get_bind().dialect.name == "postgresql":
        # It was 32 bits wide, where no key fits: nothing was ever stored, and asking for one failed.
        op.alter_column("customer", "referred_by_key", type_=sa.BigInteger(), existing_nullable=True)


def downgrade() -> None:
    with op.batch_alter_table("message_correlation", schema=None) as batch_op:
        batch_op.drop_column("tenant_id")
