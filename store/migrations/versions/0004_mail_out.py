"""Files that go along with a mail; where Outlook has a conversation; and that a copy of a mail was seen."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("emails", sa.Column("thread_index", sa.Text(), nullable=True))
    op.add_column("emails", sa.Column("proved_at", MOMENT, nullable=True))
    op.create_table(
        "files",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("ticket", SERIAL, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket"], ["tickets.number"], name="fk_files_ticket_tickets", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_files"),
    )
    op.create_index("ix_files_ticket", "files", ["ticket"], unique=False)
