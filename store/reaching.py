"""Keeps what is asked of the database to the desks that somebody is of."""

from sqlalchemy import ColumnElement, select

from desk.reach import Reach
from store import tables

_row = tables.tickets.c


def within(reach: Reach) -> list[ColumnElement[bool]]:
    """What a ticket must be like; nothing where everything is seen."""
    if reach.but_for:
        return [_row.desk.not_in(sorted(reach.desks))] if reach.desks else []
    return [_row.desk.in_(sorted(reach.desks))]


def about(ticket: ColumnElement[int], reach: Reach) -> list[ColumnElement[bool]]:
    """The same for whatever names a ticket by its number."""
    which = within(reach)
    return [ticket.in_(select(_row.number).where(*which))] if which else []
