"""When the thread of a card was last read again, and when that was last tried."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cards", sa.Column("read_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cards", sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True))
