"""Process instances may have tags, given when they are started."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.add_column("process_instance", sa.Column("tags", sa.String(1011), nullable=True))


def downgrade() -> None:
    op.drop_column("process_instance", "tags")
