"""Elements by their names, and what kind of logic a decision is, to search by; old versions are filled at the next start."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "element_name",
        sa.Column(
            "definition_key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("element_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_key"],
            ["process_definition.key"],
            name=op.f("fk_element_name_definition_key_process_definition"),
        ),
        sa.PrimaryKeyConstraint("definition_key", "element_id", name=op.f("pk_element_name")),
    )
    op.add_column("decision_definition", sa.Column("type", sa.String(length=24), nullable=True))


def downgrade() -> None:
    op.drop_column("decision_definition", "type")
    op.drop_table("element_name")
