"""Let PostgreSQL keep months of figures as they are: unpacking them took longer than reading them."""

from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE figure_month ALTER COLUMN packed SET STORAGE EXTERNAL")
        op.execute("UPDATE figure_month SET packed = packed || ''::bytea")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE figure_month ALTER COLUMN packed SET STORAGE EXTENDED")
