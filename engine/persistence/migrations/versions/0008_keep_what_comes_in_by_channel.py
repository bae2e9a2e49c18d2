"""Keep what comes in by channel."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "mailbox",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("uid_validity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("last_uid", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("polled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "name", name=op.f("pk_mailbox")),
    )
    op.create_table(
        "channel_identity",
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("platform", sa.String(length=64), nullable=False),
        sa.Column("identifier", sa.String(length=320), nullable=False),
        sa.Column("display_name", sa.String(length=255), nullable=False),
        sa.Column("customer_key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_key"], ["customer.key"], name=op.f("fk_channel_identity_customer_key_customer")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_channel_identity")),
        sa.UniqueConstraint(
            "tenant_id",
            "channel",
            "platform",
            "identifier",
            name=op.f("uq_channel_identity_tenant_id_channel_platform_identifier"),
        ),
    )
    with op.batch_alter_table("channel_identity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_channel_identity_customer_key"), ["customer_key"], unique=False)

    op.create_table(
        "inbound_message",
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("external_id", sa.String(length=255), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("sub_channel", sa.String(length=32), nullable=True),
        sa.Column("sender", sa.String(length=320), nullable=False),
        sa.Column("sender_name", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("conversation", sa.String(length=255), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("case_key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("customer_key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_key"], ["service_case.key"], name=op.f("fk_inbound_message_case_key_service_case")
        ),
        sa.ForeignKeyConstraint(
            ["customer_key"], ["customer.key"], name=op.f("fk_inbound_message_customer_key_customer")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_inbound_message")),
        sa.UniqueConstraint(
            "tenant_id", "source", "external_id", name=op.f("uq_inbound_message_tenant_id_source_external_id")
        ),
    )
    with op.batch_alter_table("inbound_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inbound_message_case_key_key"), ["case_key", "key"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_inbound_message_tenant_id_conversation_key"),
            ["tenant_id", "conversation", "key"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_inbound_message_tenant_id_external_id"), ["tenant_id", "external_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_inbound_message_tenant_id_sender_received_at"),
            ["tenant_id", "sender", "received_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_inbound_message_tenant_id_state_key"), ["tenant_id", "state", "key"], unique=False
        )

    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rings", sa.Integer(), nullable=True))

    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.add_column(sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("tries", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("data", sa.Text(), server_default="{}", nullable=False))
        batch_op.create_index(
            "ix_notification_next_try",
            ["next_try_at"],
            unique=False,
            sqlite_where=sa.text("next_try_at IS NOT NULL"),
            postgresql_where=sa.text("next_try_at IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_notification_tenant_id_receipt"), ["tenant_id", "receipt"], unique=False)
