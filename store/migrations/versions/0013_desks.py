"""Which of several desks a ticket is of; those from before are the first desk's."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tickets", sa.Column("desk", sa.String(40), nullable=False, server_default=""))
