"""Keep the reports that were made."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "report",
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("about", sa.String(length=255), nullable=True),
        sa.Column("first", sa.String(length=10), nullable=False),
        sa.Column("last", sa.String(length=10), nullable=False),
        sa.Column("recipients", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("idempotency_key", sa.String(length=255), nullable=False),
        sa.Column("key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_report"),
        sa.UniqueConstraint("tenant_id", "idempotency_key", name="uq_report_tenant_id_idempotency_key"),
    )
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.create_index(
            "ix_report_tenant_id_about_created_at", ["tenant_id", "about", "created_at"], unique=False
        )
        batch_op.create_index("ix_report_tenant_id_created_at", ["tenant_id", "created_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.drop_index("ix_report_tenant_id_created_at")
        batch_op.drop_index("ix_report_tenant_id_about_created_at")

    op.drop_table("report")
