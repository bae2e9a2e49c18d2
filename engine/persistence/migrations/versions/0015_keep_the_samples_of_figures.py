"""Keep the samples of figures by day."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "figure_day",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("cases", sa.LargeBinary(), nullable=False),
        sa.Column("sides", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "day", name="pk_figure_day"),
    )
    op.create_table(
        "figure_samples",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("figure", sa.String(length=255), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("samples", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "figure", "day", name="pk_figure_samples"),
    )
    with op.batch_alter_table("service_case", schema=None) as batch_op:
        batch_op.create_index("ix_service_case_tenant_id_updated_at", ["tenant_id", "updated_at"], unique=False)
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_index("ix_contact_tenant_id_at", ["tenant_id", "at"], unique=False)
    ended = sa.text("ended_at IS NOT NULL")
    op.create_index(
        "ix_user_task_ended", "user_task", ["tenant_id", "ended_at"], sqlite_where=ended, postgresql_where=ended
    )


def downgrade() -> None:
    op.drop_index("ix_user_task_ended", table_name="user_task")
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_index("ix_contact_tenant_id_at")
    with op.batch_alter_table("service_case", schema=None) as batch_op:
        batch_op.drop_index("ix_service_case_tenant_id_updated_at")
    op.drop_table("figure_samples")
    op.drop_table("figure_day")
