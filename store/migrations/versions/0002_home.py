"""What App Home asks for: when a ticket is next due, and the indexes its lists and counts go by."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tickets", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    # Both are beginnings of the new ones.
    op.drop_index("ix_tickets_owner", "tickets")
    op.drop_index("ix_tickets_status", "tickets")
    op.create_index("ix_tickets_status_due_at", "tickets", ["status", "due_at"], unique=False)
    op.create_index("ix_tickets_owner_status_due_at", "tickets", ["owner", "status", "due_at"], unique=False)
    op.create_index("ix_events_kind_at", "events", ["kind", "at"], unique=False)
