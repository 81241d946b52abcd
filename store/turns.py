"""In what order deliveries take their turn.  An index keeps those that are still owed in that order, so that
the next ones are found among ten thousand as among ten."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, literal, or_

from desk.delivery import Audience, DeliveryState

S = DeliveryState
PENDING = (S.READY, S.SENDING, S.UNCERTAIN)
"""Where a delivery stands while it is still owed."""

GIVEN_UP = (S.DOUBTFUL, S.DEAD)
"""Where it stands when only a person can see to it."""

IN_A_THREAD = (Audience.AGENTS, Audience.FILES)
"""What needs a card to stand under."""

_LEADS, _TOLD, _NEW_CARD, _REPEATED, _MAIL, _FILE, _FILE_REPEATED = range(7)
_WITHOUT_CARD = 9
_RANKS = {
    Audience.LEADS: (_LEADS,),
    Audience.CARD: (_TOLD, _NEW_CARD, _REPEATED),
    Audience.AGENTS: (_TOLD, _REPEATED),
    Audience.CUSTOMER: (_MAIL,),
    Audience.FILES: (_FILE, _FILE_REPEATED),
    Audience.DESK: (_FILE, _FILE_REPEATED),
}
"""Those of one road stand beside each other, so that its courier looks at no others."""


def rank(row: Any) -> ColumnElement[int]:
    """What goes first where Slack's pace makes all of it wait: warnings to the leads, then what people wrote
    and did, then new cards, and last what is only told again.  What has no card to stand under has no turn.

    The index has the same words: to change them takes a migration."""
    is_file = one_of(row.audience, (Audience.FILES, Audience.DESK))
    is_new_card = and_(_is(row.audience, Audience.CARD), row.reference == literal("", literal_execute=True))
    return case(
        (row.cardless, _said(_WITHOUT_CARD)),
        (_is(row.audience, Audience.LEADS), _said(_LEADS)),
        (_is(row.audience, Audience.CUSTOMER), _said(_MAIL)),
        (is_file, case((row.repeated, _said(_FILE_REPEATED)), else_=_said(_FILE))),
        (row.repeated, _said(_REPEATED)),
        (is_new_card, _said(_NEW_CARD)),
        else_=_said(_TOLD),
    )


def is_owed(row: Any) -> ColumnElement[bool]:
    """Whether it is still owed: what the index is about."""
    return one_of(row.state, PENDING)


def is_given_up(row: Any) -> ColumnElement[bool]:
    """Whether only a person can see to it: there is an index of these, too."""
    return one_of(row.state, GIVEN_UP)


def owed(row: Any) -> ColumnElement[bool]:
    """All that is still owed, found by the index."""
    return and_(is_owed(row), rank(row) >= _said(_LEADS))


def in_order(row: Any, audiences: Sequence[Audience]) -> Sequence[ColumnElement[Any]]:
    """What `owed_to` finds, in the order in which it goes out: that of the index."""
    first, last = _span(audiences)
    return (row.not_before, row.id) if first == last else (rank(row), row.not_before, row.id)


def owed_to(row: Any, audiences: Sequence[Audience]) -> ColumnElement[bool]:
    """What is still owed to these and has a turn, found by the index."""
    first, last = _span(audiences)
    among = rank(row) == _said(first) if first == last else rank(row).between(_said(first), _said(last))
    return and_(is_owed(row), among, one_of(row.audience, audiences))


def without_card(row: Any) -> ColumnElement[bool]:
    """What is still owed and waits for the card that it is to stand under, found by the index."""
    return and_(is_owed(row), rank(row) == _said(_WITHOUT_CARD))


def one_of(column: ColumnElement[Any], values: Sequence[StrEnum]) -> ColumnElement[bool]:
    """Where in_ would have the statement's text made anew each time, and parameters would hide from both
    engines that the index is about these."""
    return or_(*(_is(column, each) for each in values))


def _span(audiences: Sequence[Audience]) -> tuple[int, int]:
    ranks = [each for audience in audiences for each in _RANKS[audience]]
    return min(ranks), max(ranks)


def _is(column: ColumnElement[Any], value: StrEnum) -> ColumnElement[bool]:
    return column == literal(value, column.type, literal_execute=True)


def _said(number: int) -> ColumnElement[int]:
    return literal(number, literal_execute=True)
