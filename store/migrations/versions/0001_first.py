"""The first schema: tickets, their history, what is owed, what came in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "clicks",
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_clicks"),
    )
    op.create_index("ix_clicks_at", "clicks", ["at"], unique=False)
    op.create_table(
        "keepsakes",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_keepsakes"),
    )
    op.create_table(
        "mailboxes",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=True),
        sa.Column("read_up_to", MOMENT, nullable=True),
        sa.Column("reader", sa.String(length=64), nullable=True),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_mailboxes"),
    )
    op.create_table(
        "tickets",
        sa.Column("number", SERIAL, autoincrement=True, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("customer", sa.String(length=320), nullable=False),
        sa.Column("customer_name", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("priority", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=True),
        sa.Column("owner_name", sa.Text(), nullable=False),
        sa.Column("follows", SERIAL, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("attention_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["follows"], ["tickets.number"], name="fk_tickets_follows_tickets"),
        sa.PrimaryKeyConstraint("number", name="pk_tickets"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_tickets_attention_at",
        "tickets",
        ["attention_at"],
        unique=False,
        sqlite_where=sa.text("attention_at IS NOT NULL"),
        postgresql_where=sa.text("attention_at IS NOT NULL"),
    )
    op.create_index("ix_tickets_customer", "tickets", ["customer"], unique=False)
    op.create_index("ix_tickets_owner", "tickets", ["owner"], unique=False)
    op.create_index("ix_tickets_status", "tickets", ["status"], unique=False)
    op.create_table(
        "cards",
        sa.Column("ticket", SERIAL, nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("ts", sa.String(length=32), nullable=False),
        sa.Column("posted_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket"], ["tickets.number"], name="fk_cards_ticket_tickets", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ticket", name="pk_cards"),
        sa.UniqueConstraint("channel", "ts", name="uq_cards_channel_ts"),
    )
    op.create_table(
        "events",
        sa.Column("ticket", SERIAL, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_role", sa.String(length=32), nullable=False),
        sa.Column("by_key", sa.String(length=320), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("by_door", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("priority", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=True),
        sa.Column("detail", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket"], ["tickets.number"], name="fk_events_ticket_tickets", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ticket", "seq", name="pk_events"),
        sa.UniqueConstraint("ticket", "key", name="uq_events_ticket_key"),
    )
    op.create_table(
        "inbox",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=True),
        sa.Column("uid", sa.BigInteger(), nullable=True),
        sa.Column("envelope", JSON, nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("arrived_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", MOMENT, nullable=False),
        sa.Column("content_key", sa.String(length=64), nullable=True),
        sa.Column("ticket", SERIAL, nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket"], ["tickets.number"], name="fk_inbox_ticket_tickets", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("content_key", name="uq_inbox_content_key"),
        sa.UniqueConstraint("source", "uidvalidity", "uid", name="uq_inbox_source_uidvalidity_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_inbox_new",
        "inbox",
        ["not_before"],
        unique=False,
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("ticket", SERIAL, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("audience", sa.String(length=32), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("looked", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("not_before", MOMENT, nullable=False),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("first_try_at", MOMENT, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("reference", sa.String(length=998), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket", "seq"],
            ["events.ticket", "events.seq"],
            name="fk_outbox_ticket_seq_events",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ticket"], ["tickets.number"], name="fk_outbox_ticket_tickets", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("ticket", "seq", "audience", name="uq_outbox_ticket_seq_audience"),
        sa.UniqueConstraint("token", name="uq_outbox_token"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_state_audience", "outbox", ["state", "audience", "not_before"], unique=False)
    op.create_index(
        "uq_outbox_one_card",
        "outbox",
        ["ticket"],
        unique=True,
        sqlite_where=sa.text("audience = 'card'"),
        postgresql_where=sa.text("audience = 'card'"),
    )
    op.create_table(
        "emails",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("ticket", SERIAL, nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("message_id", sa.String(length=998), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("inbox", SERIAL, nullable=True),
        sa.Column("delivery", SERIAL, nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery"], ["outbox.id"], name="fk_emails_delivery_outbox", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["inbox"], ["inbox.id"], name="fk_emails_inbox_inbox"),
        sa.ForeignKeyConstraint(
            ["ticket"], ["tickets.number"], name="fk_emails_ticket_tickets", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_emails"),
        sa.UniqueConstraint("delivery", name="uq_emails_delivery"),
    )
    op.create_index("ix_emails_message_id", "emails", ["message_id"], unique=False)
    op.create_index("ix_emails_ticket", "emails", ["ticket"], unique=False)
