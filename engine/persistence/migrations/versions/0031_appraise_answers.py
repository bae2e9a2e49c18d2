"""Answers are appraised: whether they were accurate, by whom, and what an appeal made of it."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "appraisal",
        sa.Column("case_key", KEY, nullable=False),
        sa.Column("agent", sa.String(length=255), nullable=False),
        sa.Column("accurate", sa.Boolean(), nullable=True),
        sa.Column("error", sa.String(length=32), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("appraised_by", sa.String(length=255), nullable=True),
        sa.Column("appraised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=255), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", KEY, autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["case_key"], ["service_case.key"], name=op.f("fk_appraisal_case_key_service_case")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_appraisal")),
        sa.UniqueConstraint("tenant_id", "case_key", name=op.f("uq_appraisal_tenant_id_case_key")),
    )
    op.create_index("ix_appraisal_tenant_id_appraised_at", "appraisal", ["tenant_id", "appraised_at"])
    op.create_index("ix_appraisal_tenant_id_updated_at", "appraisal", ["tenant_id", "updated_at"])


def downgrade() -> None:
    op.drop_table("appraisal")
