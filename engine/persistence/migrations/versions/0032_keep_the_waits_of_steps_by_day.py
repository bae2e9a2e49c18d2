"""What visits of steps waited is kept by day."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "step_day",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("process_definition_key", KEY, autoincrement=False, nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("visits", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "process_definition_key", "day", name=op.f("pk_step_day")),
    )


def downgrade() -> None:
    op.drop_table("step_day")
