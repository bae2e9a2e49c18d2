"""A ledger entry may reimburse the freight of a parcel that was sent back."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("refund", sa.Column("freight_of", sa.String(length=64), nullable=True))


def downgrade() -> None:
    op.drop_column("refund", "freight_of")
