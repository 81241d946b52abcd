"""The tables, as the newest migration leaves them.  One long module, for each refers to others."""

from uuid import uuid4

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR

from desk.actor import Door, Role
from desk.delivery import Audience, DeliveryState
from desk.event import Kind
from desk.priority import Priority
from desk.release import Stand
from desk.status import Status
from store import turns
from store.columns import Moment, json_value, one_of, serial


def new_token() -> str:
    """By what the other side may remember a delivery."""
    return uuid4().hex


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

tickets = Table(
    "tickets",
    metadata,
    Column("number", serial, primary_key=True, autoincrement=True),
    Column("subject", Text, nullable=False),
    Column("customer", String(320), nullable=False, index=True),
    Column("customer_name", Text, nullable=False),
    Column("client", Text, nullable=False),
    Column("language", String(8), nullable=False),
    Column("status", one_of(Status), nullable=False),
    Column("priority", one_of(Priority), nullable=False),
    Column("owner", String(64)),
    Column("owner_name", Text, nullable=False),
    Column("follows", serial, ForeignKey("tickets.number")),
    Column("version", Integer, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("attention_at", Moment),
    Column("due_at", Moment),
    Column("snoozed_until", Moment),
    Column("desk", String(40), nullable=False, server_default=""),
    Column("chained", Integer, nullable=False, server_default=text("0")),
    sqlite_autoincrement=True,  # a number is never given twice, even after an erasure
)
Index(
    "ix_tickets_attention_at",
    tickets.c.attention_at,
    sqlite_where=text("attention_at IS NOT NULL"),
    postgresql_where=text("attention_at IS NOT NULL"),
)
Index(
    "ix_tickets_unchained",
    tickets.c.number,
    sqlite_where=text("chained < version"),
    postgresql_where=text("chained < version"),
)
Index("ix_tickets_status_due_at", tickets.c.status, tickets.c.due_at)
Index("ix_tickets_owner_status_due_at", tickets.c.owner, tickets.c.status, tickets.c.due_at)

events = Table(
    "events",
    metadata,
    Column("ticket", serial, ForeignKey("tickets.number", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", one_of(Kind), nullable=False),
    Column("at", Moment, nullable=False),
    Column("by_role", one_of(Role), nullable=False),
    Column("by_key", String(320), nullable=False),
    Column("by_name", Text, nullable=False),
    Column("by_door", one_of(Door), nullable=False),
    Column("status", one_of(Status), nullable=False),
    Column("priority", one_of(Priority), nullable=False),
    Column("text", Text, nullable=False),
    Column("key", String(255)),
    Column("detail", json_value, nullable=False),
    UniqueConstraint("ticket", "key"),
)
Index("ix_events_kind_at", events.c.kind, events.c.at)

outbox = Table(
    "outbox",
    metadata,
    Column("id", serial, primary_key=True, autoincrement=True),
    Column("ticket", serial, ForeignKey("tickets.number", ondelete="CASCADE"), nullable=False),
    Column("seq", Integer),
    Column("audience", one_of(Audience), nullable=False),
    Column("token", String(32), nullable=False, unique=True, default=new_token),
    Column("state", one_of(DeliveryState), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("looked", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("lease_until", Moment),
    Column("first_try_at", Moment),
    Column("last_error", Text, nullable=False),
    Column("reference", String(998), nullable=False),
    Column("repeated", Boolean, nullable=False, server_default=false()),
    Column("cardless", Boolean, nullable=False, server_default=false()),
    ForeignKeyConstraint(["ticket", "seq"], ["events.ticket", "events.seq"], ondelete="CASCADE"),
    UniqueConstraint("ticket", "seq", "audience"),
    sqlite_autoincrement=True,
)
Index(
    "ix_outbox_owed",
    turns.rank(outbox.c),
    outbox.c.not_before,
    outbox.c.id,
    sqlite_where=turns.is_owed(outbox.c),
    postgresql_where=turns.is_owed(outbox.c),
)
Index(
    "ix_outbox_given_up",
    outbox.c.audience,
    sqlite_where=turns.is_given_up(outbox.c),
    postgresql_where=turns.is_given_up(outbox.c),
)
Index(
    "uq_outbox_one_card",
    outbox.c.ticket,
    unique=True,
    sqlite_where=text("audience = 'card'"),
    postgresql_where=text("audience = 'card'"),
)

cards = Table(
    "cards",
    metadata,
    Column("ticket", serial, ForeignKey("tickets.number", ondelete="CASCADE"), primary_key=True),
    Column("channel", String(32), nullable=False),
    Column("ts", String(32), nullable=False),
    Column("posted_at", Moment, nullable=False),
    Column("read_at", Moment),
    Column("tried_at", Moment),
    UniqueConstraint("channel", "ts"),
)

emails = Table(
    "emails",
    metadata,
    Column("id", serial, primary_key=True, autoincrement=True),
    Column("ticket", serial, ForeignKey("tickets.number", ondelete="CASCADE"), nullable=False, index=True),
    Column("direction", String(3), nullable=False),
    Column("message_id", String(998), nullable=False, index=True),
    Column("address", String(320), nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("inbox", serial, ForeignKey("inbox.id")),
    Column("delivery", serial, ForeignKey("outbox.id", ondelete="CASCADE"), unique=True),
    Column("raw", LargeBinary),
    Column("told_response", Moment),
    Column("told_recovery", Moment),
    Column("thread_index", Text),
    Column("proved_at", Moment),
)

files = Table(
    "files",
    metadata,
    Column("id", serial, primary_key=True, autoincrement=True),
    Column("ticket", serial, ForeignKey("tickets.number", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
    Column("seq", Integer),
    Column("place", Integer),
)
Index("uq_files_fetched", files.c.ticket, files.c.seq, files.c.place, unique=True)

uploads = Table(
    "uploads",
    metadata,
    Column("delivery", serial, ForeignKey("outbox.id", ondelete="CASCADE"), primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("slack_file", String(32), nullable=False),
    Column("step", String(16), nullable=False),
    Column("at", Moment, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", serial, primary_key=True, autoincrement=True),
    Column("source", String(255), nullable=False),
    Column("uidvalidity", BigInteger),
    Column("uid", BigInteger),
    Column("envelope", json_value, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("arrived_at", Moment, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("content_key", String(64), unique=True),
    Column("ticket", serial, ForeignKey("tickets.number", ondelete="SET NULL")),
    Column("remark", Text, nullable=False),
    UniqueConstraint("source", "uidvalidity", "uid"),
    sqlite_autoincrement=True,
)
Index(
    "ix_inbox_new",
    inbox.c.not_before,
    sqlite_where=text("state = 'new'"),
    postgresql_where=text("state = 'new'"),
)

Index(
    "ix_inbox_collected",
    inbox.c.ticket,
    sqlite_where=text("state = 'collected'"),
    postgresql_where=text("state = 'collected'"),
)

# Each engine has an index of its own kind over the words, which only the migration knows.  The id says whose
# words they are (store.search), so that SQLite's index need not look it up here.
texts = Table(
    "texts",
    metadata,
    Column("id", serial, primary_key=True, autoincrement=False),
    Column("ticket", serial, ForeignKey("tickets.number", ondelete="CASCADE"), nullable=False, index=True),
    Column("words", Text().with_variant(TSVECTOR(), "postgresql"), nullable=False),
)

drafts = Table(
    "drafts",
    metadata,
    Column("token", String(32), primary_key=True),
    Column("ticket", serial, ForeignKey("tickets.number", ondelete="CASCADE"), nullable=False, index=True),
    Column("by_key", String(64), nullable=False),
    Column("by_name", Text, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("mail", json_value, nullable=False),
)

blocks = Table(
    "blocks",
    metadata,
    Column("sender", String(320), primary_key=True),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

mailboxes = Table(
    "mailboxes",
    metadata,
    Column("name", String(255), primary_key=True),
    Column("uidvalidity", BigInteger),
    Column("read_up_to", Moment),
    Column("reader", String(64)),
    Column("lease_until", Moment),
)

absences = Table(
    "absences",
    metadata,
    Column("agent", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("until", Moment, nullable=False),
)

clicks = Table(
    "clicks",
    metadata,
    Column("key", String(128), primary_key=True),
    Column("at", Moment, nullable=False, index=True),
)

# The months in figures that are mailed to clients: the mail, and the message in which leads let it go.
reports = Table(
    "reports",
    metadata,
    Column("id", serial, primary_key=True, autoincrement=True),
    Column("client", Text, nullable=False),
    Column("month", String(7), nullable=False),
    Column("desk", String(40), nullable=False),
    Column("address", String(320), nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("message_id", String(998), nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("stand", one_of(Stand), nullable=False),
    Column("version", Integer, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", Moment),
    Column("sent_at", Moment),
    Column("proved_at", Moment),
    Column("attempts", Integer, nullable=False),
    Column("looked", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("not_before", Moment),
    Column("first_try_at", Moment),
    Column("last_error", Text, nullable=False),
    Column("channel", String(32), nullable=False),
    Column("ts", String(32), nullable=False),
    Column("posting", Integer, nullable=False),
    Column("posted_at", Moment),
    Column("shown", Integer, nullable=False),
    Column("tell_after", Moment),
    UniqueConstraint("client", "month"),
)

keepsakes = Table(
    "keepsakes",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

# The trail that shows tampering.  No foreign keys: a link outlives the ticket whose event it holds on to.
links = Table(
    "links",
    metadata,
    Column("position", serial, primary_key=True, autoincrement=False),
    Column("ticket", serial),
    Column("seq", Integer),
    Column("receipt", serial),
    Column("salt", LargeBinary),
    Column("words", LargeBinary),
    Column("leaf", LargeBinary, nullable=False),
    Column("link", LargeBinary, nullable=False),
    UniqueConstraint("ticket", "seq"),
)

receipts = Table(
    "receipts",
    metadata,
    Column("id", serial, primary_key=True, autoincrement=True),
    Column("deed", String(32), nullable=False, index=True),
    Column("what", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", Text, nullable=False),
    Column("counts", json_value, nullable=False),
    Column("removed", json_value, nullable=False),
    sqlite_autoincrement=True,
)

# What still stands in Slack of what is erased here.
remains = Table(
    "remains",
    metadata,
    Column("id", serial, primary_key=True, autoincrement=True),
    Column("channel", String(32)),
    Column("ts", String(32)),
    Column("slack_file", String(32)),
    Column("attempts", Integer, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("last_error", Text, nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_remains_not_before", remains.c.not_before)

# Messages in Slack that name several tickets and are not owed by the outbox.
overviews = Table(
    "overviews",
    metadata,
    Column("channel", String(32), primary_key=True),
    Column("ts", String(32), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("first", serial, nullable=False),
    Column("last", serial, nullable=False),
)
