"""Senders that are blocked; and how many mails of a flood a ticket has collected."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "blocks",
        sa.Column("sender", sa.String(320), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sender", name="pk_blocks"),
    )
    op.create_index(
        "ix_inbox_collected",
        "inbox",
        ["ticket"],
        unique=False,
        sqlite_where=sa.text("state = 'collected'"),
        postgresql_where=sa.text("state = 'collected'"),
    )
