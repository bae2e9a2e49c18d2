"""Macros: acts on a case under a name, to be done by one click."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.create_table(
        "macro",
        sa.Column("username", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("acts", sa.Text(), nullable=False),
        sa.Column("shared_with", sa.String(length=255), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_macro")),
        sa.UniqueConstraint("tenant_id", "username", "name", name=op.f("uq_macro_tenant_id_username_name")),
    )
    op.create_index(op.f("ix_macro_tenant_id_shared_with"), "macro", ["tenant_id", "shared_with"])


def downgrade() -> None:
    op.drop_table("macro")
