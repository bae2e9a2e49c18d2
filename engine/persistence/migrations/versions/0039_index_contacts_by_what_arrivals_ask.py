"""Widen the index of contacts by their moment by what arrivals by hour ask of them, so that a year is counted from it alone."""

from alembic import op

revision = "0039"
down_revision = "0038"

BY_MOMENT, ARRIVALS = "ix_contact_tenant_id_at", "ix_contact_arrivals"


def upgrade() -> None:
    op.create_index(ARRIVALS, "contact", ["tenant_id", "at", "direction", "channel", "case_key"])
    op.drop_index(BY_MOMENT, table_name="contact")


def downgrade() -> None:
    op.create_index(BY_MOMENT, "contact", ["tenant_id", "at"])
    op.drop_index(ARRIVALS, table_name="contact")
