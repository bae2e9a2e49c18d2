"""To which case a contact or a file belongs that a search finds; their entries are made at the next start."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.add_column(
        "search_entry", sa.Column("case_key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
    )


def downgrade() -> None:
    op.drop_column("search_entry", "case_key")
