"""What a process is called in English, so that a list of them need not read their diagrams; filled at the next start."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.add_column("process_definition", sa.Column("name_en", sa.String(length=255), nullable=True))


def downgrade() -> None:
    op.drop_column("process_definition", "name_en")
