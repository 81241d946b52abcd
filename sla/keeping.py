"""The database as a desk with promises needs it: beside each ticket it keeps what they come to."""

from collections.abc import Callable

from sla import clock as clocks
from sla import sealing
from sla.policy import Policy
from store.database import ANSWERS_WITHIN, Database


def database_of(
    url: str,
    policy: Policy,
    *,
    on_commit: Callable[[], None] = lambda: None,
    answers_within: float = ANSWERS_WITHIN,
) -> Database:
    """The database at that address, which works out by that policy when a ticket next needs a look."""
    return Database(
        url,
        attention=lambda ticket: clocks.attention(ticket, policy),
        due=lambda ticket: clocks.due(ticket, policy),
        seal=lambda ticket, fresh: sealing.seal(ticket, fresh, policy),
        on_commit=on_commit,
        answers_within=answers_within,
    )
