"""The trail that shows tampering, receipts of what was erased, and what of it still stands in Slack."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("tickets", sa.Column("chained", sa.Integer(), nullable=False, server_default=sa.text("0")))
    behind = sa.text("chained < version")
    op.create_index(
        "ix_tickets_unchained", "tickets", ["number"], sqlite_where=behind, postgresql_where=behind
    )
    op.create_table(
        "links",
        sa.Column("position", SERIAL, autoincrement=False, nullable=False),
        sa.Column("ticket", SERIAL, nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("receipt", SERIAL, nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("link", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_links"),
        sa.UniqueConstraint("ticket", "seq", name="uq_links_ticket_seq"),
    )
    op.create_table(
        "receipts",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("deed", sa.String(32), nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("counts", JSON, nullable=False),
        sa.Column("removed", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_receipts"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_receipts_deed", "receipts", ["deed"])
    slack()


def slack() -> None:
    op.create_table(
        "remains",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("channel", sa.String(32), nullable=True),
        sa.Column("ts", sa.String(32), nullable=True),
        sa.Column("slack_file", sa.String(32), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", MOMENT, nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_remains"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_remains_not_before", "remains", ["not_before"])
    op.create_table(
        "overviews",
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("ts", sa.String(32), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("first", SERIAL, nullable=False),
        sa.Column("last", SERIAL, nullable=False),
        sa.PrimaryKeyConstraint("channel", "ts", name="pk_overviews"),
    )
