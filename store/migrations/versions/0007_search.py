"""The index of full-text search, filled with what the tickets say so far."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

from desk.folding import words_of

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TOLD = ("opened", "customer_wrote", "replied", "asked", "resolved", "cancelled", "noted")
TOGETHER = 1_000
EVENTS = 1 << 20

FTS5 = (
    # What is cut into words here is what desk.folding leaves between blanks, in any script.
    "CREATE VIRTUAL TABLE texts_index USING fts5"
    "(words, content='texts', content_rowid='id', tokenize='ascii', prefix='2 3')",
    "CREATE TRIGGER texts_added AFTER INSERT ON texts BEGIN "
    "INSERT INTO texts_index (rowid, words) VALUES (new.id, new.words); END",
    "CREATE TRIGGER texts_gone AFTER DELETE ON texts BEGIN "
    "INSERT INTO texts_index (texts_index, rowid, words) VALUES ('delete', old.id, old.words); END",
)


def upgrade() -> None:
    texts = op.create_table(
        "texts",
        sa.Column("id", SERIAL, autoincrement=False, nullable=False),
        sa.Column("ticket", SERIAL, nullable=False),
        sa.Column("words", sa.Text().with_variant(TSVECTOR(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket"], ["tickets.number"], name="fk_texts_ticket_tickets", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_texts"),
    )
    op.create_index("ix_texts_ticket", "texts", ["ticket"], unique=False)
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in FTS5 if is_sqlite else ():
        op.execute(statement)
    fill(op.get_bind(), texts, is_sqlite)
    if not is_sqlite:
        op.create_index("ix_texts_words", "texts", ["words"], unique=False, postgresql_using="gin")


def fill(connection: sa.Connection, texts: sa.Table, is_sqlite: bool) -> None:
    number = 0
    while found := list(next_tickets(connection, number)):
        rows = [
            {"id": ticket * EVENTS + seq, "ticket": ticket, "words": written(words, is_sqlite)}
            for ticket, seq, said in told(connection, found)
            if (words := words_of(said))
        ]
        if rows:
            connection.execute(texts.insert(), rows)
        number = found[-1][0]


def next_tickets(connection: sa.Connection, number: int) -> Iterator[Any]:
    query = "SELECT number, subject, customer, customer_name, client FROM tickets WHERE number > :number"
    yield from connection.execute(
        sa.text(f"{query} ORDER BY number LIMIT :most"), {"number": number, "most": TOGETHER}
    )


def told(connection: sa.Connection, tickets: list[Any]) -> Iterator[tuple[int, int, str]]:
    subjects = {ticket.number: ticket.subject for ticket in tickets}
    for ticket in tickets:
        yield ticket.number, 0, f"{ticket.customer_name} {ticket.customer} {ticket.client}"
    columns = [sa.column(name, sa.Text()) for name in ("kind", "text")]
    sensitive = sa.column("detail", sa.JSON())["sensitive"].as_string().label("sensitive")
    query = (
        sa.select(sa.column("ticket", SERIAL), sa.column("seq", sa.Integer()), *columns, sensitive)
        .select_from(sa.table("events"))
        .where(sa.column("ticket").between(tickets[0].number, tickets[-1].number))
        .where(sa.column("kind").in_(TOLD))
    )
    for row in connection.execute(query):
        said = "" if row.sensitive else row.text
        yield row.ticket, row.seq, f"{subjects[row.ticket]}\n{said}" if row.kind == "opened" else said


def written(words: list[str], is_sqlite: bool) -> str:
    if is_sqlite:
        return " ".join(words)
    return " ".join(f"'{word}':{place}" for place, word in enumerate(words, start=1))
