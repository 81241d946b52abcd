"""The deliveries still owed: claimed by one courier, proved when in doubt, given up only visibly."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from desk.delivery import Audience, Delivery, DeliveryState
from desk.errors import DeliveryFailed
from desk.event import HUMAN_MAILS
from desk.ticket import Ticket
from store import mapping, statements, tables, turns
from store.session import NEW_DELIVERY, Session

S = DeliveryState
DISCARDED = "discarded: "
"""With what the reason begins where a person let a delivery be that was given up."""

_SOON = timedelta(minutes=1)
"""What was never tried and is not due for longer than this was put off, and holds up nothing."""


@dataclass(frozen=True)
class Patience:
    """How often to try again: first after `first`, doubling up to `longest`, and no more after `give_up`.

    looks: how long to wait before each look for what may have arrived: Slack's history may lag."""

    first: timedelta
    longest: timedelta
    give_up: timedelta
    looks: tuple[timedelta, ...] = (timedelta(seconds=5), timedelta(seconds=25), timedelta(seconds=90))

    def wait(self, attempts: int) -> timedelta:
        """How long to wait after that many attempts (1 or more)."""
        return min(self.first * (1 << min(attempts - 1, 20)), self.longest)


@dataclass(frozen=True)
class Standing:
    """How many deliveries to one audience stand somewhere, and since when the first of them has waited."""

    many: int
    since: datetime


def owe_card(session: Session, ticket: Ticket) -> None:
    """Say that the ticket's card is stale: one row per ticket, however much happens.

    Decided by the database in one statement, since a sender may be at the same row at this moment; only a
    ticket that was opened in this transaction has no card yet."""
    if ticket.number in session.without_card:
        session.without_card.remove(ticket.number)
    elif found := session.first(statements.stale_card(), number=ticket.number, at=ticket.changed_at):
        if not found[0]:  # read under the row's lock: whoever posts it at this moment has not done so yet
            session.do(statements.card_missing(), {"number": ticket.number})
        return
    card = Delivery(audience=Audience.CARD, not_before=ticket.changed_at)
    session.later(NEW_DELIVERY, *mapping.rows_of_deliveries(ticket.number, None, [card]))


def owe_card_again(session: Session, number: int, *, at: datetime) -> None:
    """Say that the card of a ticket has to be drawn anew, though nothing happened to the ticket."""
    session.first(statements.stale_card(), number=number, at=at)


def owe_again(session: Session, number: int, seqs: Sequence[int], *, at: datetime) -> None:
    """Say that the messages about those events are stale: those that were posted are drawn anew."""
    row = tables.outbox.c
    at_rest = row.state == S.DONE
    session.execute(
        update(tables.outbox)
        .where(row.ticket == number, row.seq.in_(seqs), row.audience.in_((Audience.AGENTS, Audience.LEADS)))
        .where(or_(row.reference != "", ~at_rest))
        .values(statements.drawn_anew(at_rest, at))
    )


def together(session: Session, delivery: Delivery) -> Sequence[Delivery]:
    """All deliveries that one message carries, this one among them, in order."""
    row = tables.outbox.c
    return find(session, row.audience == delivery.audience, row.reference == delivery.reference)


def find(session: Session, *which: ColumnElement[bool]) -> list[Delivery]:
    """The deliveries that are like that, in order."""
    query = select(tables.outbox).where(*which).order_by(tables.outbox.c.id)
    return [mapping.delivery_of(row) for row in session.execute(query)]


def claim(
    session: Session,
    audiences: tuple[Audience, ...],
    *,
    now: datetime,
    lease: timedelta,
    beside: Sequence[Delivery] = (),
) -> Delivery | None:
    """Take the next delivery that is due; see claim_some."""
    claimed = claim_some(session, audiences, now=now, lease=lease, most=1, beside=beside)
    return claimed[0] if claimed else None


def claim_some(
    session: Session,
    audiences: tuple[Audience, ...],
    *,
    now: datetime,
    lease: timedelta,
    most: int,
    beside: Sequence[Delivery] = (),
) -> list[Delivery]:
    """Take the next deliveries that are due, for `lease`; the caller commits before it calls anyone.

    What is owed to one audience about one ticket goes in order, so there is one of them at the most; a thread
    waits for its card; leads first.  What a process began to send and never finished is in doubt.  Of what
    must not be repeated there is one, and it stands in front: whoever dies over all of them puts no more in
    doubt than the one call that was made, since the others are drawn or looked for again without harm.
    beside: what was just claimed, when others are to go out in the same call: they must be new."""
    facts = {"now": now, "soon": now + _SOON, "most": most}
    if beside:
        ids = {"beside": [each.id for each in beside]}
        found: Sequence[Sequence[Any]] = session.execute(statements.next_beside(audiences), facts | ids).all()
    else:
        found = session.every(statements.next_due(audiences), **facts)
    due = [mapping.delivery_of(row) for row in found]
    claimed = due if beside else _one_and_harmless(due)
    for delivery in claimed:
        _take(delivery, now, now + lease)
    session.do(statements.claimed(), *map(_marks, claimed))
    return claimed


def arrived(session: Session, delivery: Delivery, reference: str) -> bool:
    """Mark it done, or ready again where the card became stale meanwhile.  False: no longer ours to say."""
    its = {"its_id": delivery.id, "its_fence": delivery.fence, "revision_sent": delivery.revision}
    return session.first(statements.arrival(), **its, new_reference=reference) is not None


def rest(session: Session, delivery: Delivery, *, until: datetime) -> None:
    """What arrived is not drawn anew before that moment, however much happens."""
    row = tables.outbox.c
    mine = (row.id == delivery.id, row.fence == delivery.fence)
    session.execute(update(tables.outbox).where(*mine).values(not_before=until))


def put_back(session: Session, delivery: Delivery, reason: str, *, until: datetime) -> bool:
    """It surely did not arrive: try again then.  False: no longer ours to say."""
    return _settle(session, delivery, state=S.READY, not_before=until, last_error=reason)


def set_aside(session: Session, delivery: Delivery, reason: str, *, until: datetime) -> bool:
    """It was not tried, through no fault of its own: it keeps the attempts and the patience it had.

    False: no longer ours to say."""
    if delivery.state is S.UNCERTAIN:
        return doubt(session, delivery, reason, looked=delivery.looked, until=until)
    first_try = delivery.first_try_at if delivery.attempts > 1 else None
    return _settle(
        session,
        delivery,
        state=S.READY,
        attempts=delivery.attempts - 1,
        first_try_at=first_try,
        not_before=until,
        last_error=reason,
    )


def put_off(session: Session, delivery: Delivery, reason: str, *, until: datetime) -> bool:
    """It is not the hour for it: as new again then.  False: no longer ours to say."""
    return _settle(
        session, delivery, state=S.READY, attempts=0, first_try_at=None, not_before=until, last_error=reason
    )


def doubt(session: Session, delivery: Delivery, reason: str, *, looked: int, until: datetime) -> bool:
    """It may have arrived: look then.  looked: how often we did.  False: no longer ours to say."""
    return _settle(session, delivery, state=S.UNCERTAIN, looked=looked, not_before=until, last_error=reason)


def give_up(session: Session, delivery: Delivery, reason: str, *, certain: bool) -> bool:
    """Try no more.  certain: it did not arrive; else nobody can tell.  False: no longer ours to say."""
    return _settle(session, delivery, state=S.DEAD if certain else S.DOUBTFUL, last_error=reason)


def standing(session: Session) -> dict[tuple[Audience, DeliveryState], Standing]:
    """What stands where, in one look, without what arrived or was let be.

    What was tried before waits since then, also while it is not to be tried again yet."""
    row = tables.outbox.c
    since = func.min(func.coalesce(row.first_try_at, row.not_before, type_=row.not_before.type))
    given_up = and_(turns.is_given_up(row), ~row.last_error.startswith(DISCARDED))
    query = select(row.audience, row.state, func.count(), since).group_by(row.audience, row.state)
    found = [each for which in (turns.owed(row), given_up) for each in session.execute(query.where(which))]
    return {(audience, state): Standing(*known) for audience, state, *known in found}


def counts(session: Session) -> dict[tuple[Audience, DeliveryState], int]:
    """How many of them there are."""
    return {where: found.many for where, found in standing(session).items()}


def became_of(
    session: Session, number: int, seq: int, audience: Audience
) -> tuple[DeliveryState, str] | None:
    """What became of what was owed to that audience about an event, and what went wrong last."""
    row = tables.outbox.c
    query = select(row.state, row.last_error)
    found = session.execute(
        query.where(row.ticket == number, row.seq == seq, row.audience == audience)
    ).first()
    return (found.state, found.last_error) if found else None


def must_be_ours(session: Session, delivery: Delivery) -> None:
    """Hold the row of that delivery until the commit.  Raises DeliveryFailed where somebody has taken it over
    since it was claimed."""
    row = tables.outbox.c
    mine = select(row.id).where(row.id == delivery.id, row.fence == delivery.fence)
    if session.execute(mine.with_for_update()).first() is None:
        raise DeliveryFailed("somebody else has taken it over", permanent=False)


def oldest_due(session: Session, *, now: datetime) -> datetime | None:
    """Since when the most overdue delivery has been waiting; None when nothing is.

    What failed and is to be tried later is not overdue."""
    row = tables.outbox.c
    due = and_(turns.owed(row), row.not_before <= now)
    oldest: datetime | None = session.execute(select(func.min(row.not_before)).where(due)).scalar_one()
    return oldest


def unsent_words(session: Session, *, now: datetime) -> int:
    """How many mails with the words of people are due, or given up, and have not left."""
    row, event = tables.outbox.c, tables.events.c
    theirs = and_(event.ticket == row.ticket, event.seq == row.seq, event.kind.in_(HUMAN_MAILS))
    given_up = and_(turns.is_given_up(row), row.audience == Audience.CUSTOMER)
    given_up = and_(given_up, ~row.last_error.startswith(DISCARDED))
    query = select(func.count()).select_from(tables.outbox).join(tables.events, theirs)
    query = query.where(row.not_before <= now)
    undone = (turns.owed_to(row, (Audience.CUSTOMER,)), given_up)
    return sum(session.execute(query.where(which)).scalar_one() for which in undone)


def _one_and_harmless(due: Sequence[Delivery]) -> list[Delivery]:
    harmless = [each for each in due if each.state is not S.READY or each.reference]
    return [*[each for each in due if each not in harmless][:1], *harmless]


def _take(delivery: Delivery, now: datetime, until: datetime) -> None:
    abandoned, is_new = delivery.state is S.SENDING, delivery.state is S.READY
    delivery.fence += 1
    delivery.lease_until = until
    delivery.first_try_at = delivery.first_try_at or now
    if is_new:
        delivery.state = S.SENDING
        delivery.attempts += 1
    if abandoned:
        delivery.state, delivery.looked, delivery.not_before = S.UNCERTAIN, 0, now


def _marks(delivery: Delivery) -> dict[str, Any]:
    return {"its_id": delivery.id} | {f"new_{name}": getattr(delivery, name) for name in statements.MARKS}


def _settle(session: Session, delivery: Delivery, **values: object) -> bool:
    new = {f"new_{name}": value for name, value in values.items()}
    mine = session.first(statements.settled(*values), its_id=delivery.id, its_fence=delivery.fence, **new)
    return mine is not None
