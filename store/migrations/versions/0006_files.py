"""How far the files of a mail are on their way into a thread; which file was fetched for which mail."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "uploads",
        sa.Column("delivery", serial, nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("slack_file", sa.String(32), nullable=False),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery"], ["outbox.id"], name="fk_uploads_delivery_outbox", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("delivery", "part", name="pk_uploads"),
    )
    op.add_column("files", sa.Column("seq", sa.Integer(), nullable=True))
    op.add_column("files", sa.Column("place", sa.Integer(), nullable=True))
    op.create_index("uq_files_fetched", "files", ["ticket", "seq", "place"], unique=True)
