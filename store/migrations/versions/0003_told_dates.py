"""Which dates a mail told the customer, so that the next one can say that they moved."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("emails", sa.Column("told_response", MOMENT, nullable=True))
    op.add_column("emails", sa.Column("told_recovery", MOMENT, nullable=True))
