"""The freight of a parcel is reimbursed once, whichever order names it: its numbers are written one way, and found quickly."""

from unicodedata import normalize

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

REFUND = sa.table("refund", sa.column("key", sa.BigInteger), sa.column("freight_of", sa.String))


def upgrade() -> None:
    connection = op.get_bind()
    rows = connection.execute(sa.select(REFUND.c.key, REFUND.c.freight_of).where(REFUND.c.freight_of.is_not(None)))
    for key, written in rows.all():
        plain = normalize("NFKC", written).upper()
        number = "".join(sign for sign in plain if sign.isalnum()) or plain.strip()
        connection.execute(sa.update(REFUND).where(REFUND.c.key == key).values(freight_of=number))
    op.create_index("ix_refund_tenant_id_freight_of", "refund", ["tenant_id", "freight_of"])


def downgrade() -> None:
    op.drop_index("ix_refund_tenant_id_freight_of", table_name="refund")
