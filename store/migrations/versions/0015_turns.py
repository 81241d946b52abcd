"""Deliveries in the order of their turns, and those that were given up: what arrived is in no index but its own."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_WAITS_FOR_A_CARD = """
    UPDATE outbox SET cardless = true
    WHERE audience IN ('agents', 'files') AND state IN ('ready', 'sending', 'uncertain')
        AND NOT EXISTS (SELECT 1 FROM cards WHERE cards.ticket = outbox.ticket)
"""
_RANK = """
    CASE WHEN cardless THEN 9 WHEN (audience = 'leads') THEN 0 WHEN (audience = 'customer') THEN 4
    WHEN (audience = 'files' OR audience = 'desk') THEN CASE WHEN repeated THEN 6 ELSE 5 END
    WHEN repeated THEN 3 WHEN (audience = 'card' AND reference = '') THEN 2 ELSE 1 END
"""
"""An index serves only a search in the same words: those of store.turns."""


def upgrade() -> None:
    op.add_column("outbox", sa.Column("cardless", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(_WAITS_FOR_A_CARD)
    op.drop_index("ix_outbox_state_audience", "outbox")
    _index("ix_outbox_owed", [sa.text(f"({_RANK})"), "not_before", "id"], "ready", "sending", "uncertain")
    _index("ix_outbox_given_up", ["audience"], "doubtful", "dead")


def _index(name: str, columns: list[str | sa.TextClause], *states: str) -> None:
    where = sa.text(" OR ".join(f"state = '{state}'" for state in states))
    op.create_index(name, "outbox", columns, sqlite_where=where, postgresql_where=where)
