"""Let figures find what ended within a period."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    with op.batch_alter_table("service_case", schema=None) as batch_op:
        batch_op.create_index("ix_service_case_tenant_id_closed_at", ["tenant_id", "closed_at"], unique=False)
        batch_op.create_index("ix_service_case_tenant_id_created_at", ["tenant_id", "created_at"], unique=False)

    with op.batch_alter_table("sla_clock", schema=None) as batch_op:
        batch_op.add_column(sa.Column("elapsed_seconds", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("running_seconds", sa.Double(), nullable=True))
        batch_op.create_index("ix_sla_clock_tenant_id_breached_at", ["tenant_id", "breached_at"], unique=False)
        batch_op.create_index("ix_sla_clock_tenant_id_finished_at", ["tenant_id", "finished_at"], unique=False)

    with op.batch_alter_table("survey", schema=None) as batch_op:
        batch_op.create_index("ix_survey_tenant_id_answered_at", ["tenant_id", "answered_at"], unique=False)
        batch_op.create_index("ix_survey_tenant_id_sent_at", ["tenant_id", "sent_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("survey", schema=None) as batch_op:
        batch_op.drop_index("ix_survey_tenant_id_sent_at")
        batch_op.drop_index("ix_survey_tenant_id_answered_at")

    with op.batch_alter_table("sla_clock", schema=None) as batch_op:
        batch_op.drop_index("ix_sla_clock_tenant_id_finished_at")
        batch_op.drop_index("ix_sla_clock_tenant_id_breached_at")
        batch_op.drop_column("running_seconds")
        batch_op.drop_column("elapsed_seconds")

    with op.batch_alter_table("service_case", schema=None) as batch_op:
        batch_op.drop_index("ix_service_case_tenant_id_created_at")
        batch_op.drop_index("ix_service_case_tenant_id_closed_at")
