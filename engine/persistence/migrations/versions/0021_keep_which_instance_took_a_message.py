"""Which instance took which message, kept as long as the instance."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def _key(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "correlated_message",
        _key("message_key"),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("correlation_key", sa.String(length=255), nullable=False),
        _key("subscription_key"),
        _key("process_instance_key"),
        _key("root_key"),
        _key("process_definition_key"),
        sa.Column("process_id", sa.String(length=255), nullable=False),
        sa.Column("element_id", sa.String(length=255), nullable=False),
        _key("element_instance_key", nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_correlated_message")),
    )
    for column in ("process_instance_key", "message_key"):
        op.create_index(op.f(f"ix_correlated_message_{column}"), "correlated_message", [column])


def downgrade() -> None:
    op.drop_table("correlated_message")
