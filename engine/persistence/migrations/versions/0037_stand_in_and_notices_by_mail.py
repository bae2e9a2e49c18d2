"""Absences with their stand-ins, and which notices somebody wants by mail."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "absence",
        sa.Column("username", sa.String(length=255), nullable=False),
        sa.Column("stand_in", sa.String(length=255), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("idempotency_key", sa.String(length=255), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", _KEY, autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_absence")),
        sa.UniqueConstraint("tenant_id", "idempotency_key", name=op.f("uq_absence_tenant_id_idempotency_key")),
    )
    op.create_index(op.f("ix_absence_tenant_id_until"), "absence", ["tenant_id", "until"])
    op.create_index(op.f("ix_absence_tenant_id_username"), "absence", ["tenant_id", "username"])
    op.add_column("desk_user", sa.Column("stand_in", sa.String(length=255), nullable=True))
    op.add_column("desk_user", sa.Column("mailed_kinds", sa.Text(), server_default="{}", nullable=False))
    op.add_column("desk_user", sa.Column("mailed_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("desk_user", sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in ("mailed_at", "mailed_since", "mailed_kinds", "stand_in"):
        op.drop_column("desk_user", name)
    op.drop_table("absence")
