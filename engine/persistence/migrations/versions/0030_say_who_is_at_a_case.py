"""Who is at a case's page just now."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.create_table(
        "case_presence",
        sa.Column("case_key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("username", sa.String(length=255), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("typed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_key"], ["service_case.key"], name=op.f("fk_case_presence_case_key_service_case")
        ),
        sa.PrimaryKeyConstraint("case_key", "username", name=op.f("pk_case_presence")),
    )
    op.create_index(op.f("ix_case_presence_tenant_id_username"), "case_presence", ["tenant_id", "username"])


def downgrade() -> None:
    op.drop_table("case_presence")
