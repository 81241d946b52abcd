"""Mails that somebody writes at this moment, until they are sent or the window is closed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "drafts",
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("ticket", serial, nullable=False),
        sa.Column("by_key", sa.String(64), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mail", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket"], ["tickets.number"], name="fk_drafts_ticket_tickets", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token", name="pk_drafts"),
    )
    op.create_index("ix_drafts_ticket", "drafts", ["ticket"])
