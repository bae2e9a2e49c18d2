"""A saved filter may be shared with a group."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("saved_filter", sa.Column("shared_with", sa.String(length=255), nullable=True))
    op.create_index(
        op.f("ix_saved_filter_tenant_id_page_shared_with"), "saved_filter", ["tenant_id", "page", "shared_with"]
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_saved_filter_tenant_id_page_shared_with"), "saved_filter")
    op.drop_column("saved_filter", "shared_with")
