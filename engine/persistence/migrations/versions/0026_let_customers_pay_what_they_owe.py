"""A sum that a customer owes says until when, what for, and what they gave as proof; it is found by its case and its reference."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.add_column("payment_due", sa.Column("until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("payment_due", sa.Column("about", sa.Text(), nullable=False, server_default="{}"))
    op.add_column("payment_due", sa.Column("claimed_reference", sa.String(length=64), nullable=True))
    op.add_column("payment_due", sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_payment_due_tenant_id_case_number", "payment_due", ["tenant_id", "case_number"])
    op.create_index("ix_payment_due_tenant_id_reference", "payment_due", ["tenant_id", "reference"])


def downgrade() -> None:
    op.drop_index("ix_payment_due_tenant_id_reference", table_name="payment_due")
    op.drop_index("ix_payment_due_tenant_id_case_number", table_name="payment_due")
    for name in ("claimed_at", "claimed_reference", "about", "until"):
        op.drop_column("payment_due", name)
