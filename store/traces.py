"""Whatever beside the events holds somebody's words: mails, files, drafts, the index, deliveries."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from email.parser import BytesHeaderParser

from sqlalchemy import ColumnElement, Text, cast, delete, func, or_, select, update

from desk.delivery import Audience, DeliveryState
from desk.erasing import ERASED, Person, names
from desk.errors import DeskError
from desk.event import Kind
from store import remains, search, tables
from store.emails import Direction
from store.inbox import State
from store.session import Session
from store.turns import PENDING

_mail, _came, _owed, _event = tables.emails.c, tables.inbox.c, tables.outbox.c, tables.events.c
_TOGETHER = 200


class StillUnderWay(DeskError):
    """Something of a ticket is on its way to Slack or a mail server at this moment."""


def hold(session: Session, number: int, *, now: datetime, also_in_doubt: bool = False) -> None:
    """Let nobody begin to send anything of that ticket until the commit.

    also_in_doubt: what may have arrived counts as under way.  Raises StillUnderWay."""
    query = select(_owed.state, _owed.lease_until).where(_owed.ticket == number)
    for state, until in session.execute(query.with_for_update()).all():
        is_held = state == DeliveryState.SENDING and until is not None and until > now
        if is_held or (also_in_doubt and state in (DeliveryState.SENDING, DeliveryState.UNCERTAIN)):
            raise StillUnderWay(f"Something of ticket {number} is just being sent.")


def naming(session: Session, address: str) -> list[int]:
    """The tickets whose events or mails hold that address anywhere."""
    said = ((_event.by_key, _event.text, _event.detail), (_mail.address, _mail.subject, _mail.body))
    found: set[int] = set()
    for ticket, columns in (
        (_event.ticket, said[0]),
        (_mail.ticket, said[1]),
        (_owed.ticket, (_owed.last_error,)),
    ):
        query = select(ticket, *columns).where(or_(*(_holds(column, address) for column in columns)))
        rows = session.execute(query.execution_options(yield_per=_TOGETHER))
        found.update(row[0] for row in rows if names(list(row[1:]), address))
    return sorted(found)


def all_of(session: Session, number: int, person: Person, *, at: datetime) -> dict[str, int]:
    """Erase all mails, files, drafts and words of a ticket; how much that was."""
    of_ticket = _mail.ticket == number
    kept = set(session.scalars(select(_mail.inbox).where(of_ticket, _mail.inbox.is_not(None))))
    kept |= set(session.scalars(select(_came.id).where(_came.ticket == number)))
    counts = {
        "mails": _bare_mails(session, person, of_ticket),
        "raw_mails": empty(session, kept),
        "files": _gone(session, tables.files.c.ticket == number),
        "slack_files": _files_in_slack(session, number, at=at),
    }
    search.drop(session, number)
    session.execute(delete(tables.drafts).where(tables.drafts.c.ticket == number))
    _owe_no_mail(session, number)
    return counts


def some_of(session: Session, number: int, person: Person, *, at: datetime) -> dict[str, int]:
    """Erase that person's own mails from another's ticket, and their address from the rest of it; what was
    exported of it goes."""
    theirs = (_mail.ticket == number) & (func.lower(_mail.address) == person.address)
    kept = set(session.scalars(select(_mail.inbox).where(theirs, _mail.inbox.is_not(None))))
    counts = {"raw_mails": empty(session, kept)}
    counts["mails"] = _bare_mails(session, person, theirs)
    counts["slack_files"] = _files_in_slack(session, number, at=at, kind=Kind.EXPORTED)
    query = select(_mail.id, _mail.address, _mail.subject, _mail.body).where(_mail.ticket == number)
    for row in session.execute(query).all():
        texts = {name: getattr(row, name) for name in ("address", "subject", "body")}
        unnamed = {name: person.taken_out_of(text) for name, text in texts.items()}
        if unnamed != texts:
            session.execute(update(tables.emails).where(_mail.id == row.id).values(unnamed))
    its_errors = (_owed.ticket == number, _holds(_owed.last_error, person.address))
    session.execute(update(tables.outbox).where(*its_errors).values(last_error=""))
    return counts


def empty(session: Session, kept: Collection[int], remark: str = "erased") -> int:
    """Nothing is left of these mails in the inbox but that they came; how many there were."""
    collected = _came.state == State.COLLECTED
    which = _came.id.in_(sorted(kept))
    bare = {"raw": b"", "envelope": {}, "remark": remark}
    session.execute(update(tables.inbox).where(which, collected).values(state=State.DROPPED))
    done = session.execute(update(tables.inbox).where(which, _came.raw != b"").values(bare))
    return done.rowcount


def raws_naming(session: Session, address: str, after: int) -> tuple[list[int], list[int], int]:
    """Looks at some raw mails behind that one: those that are theirs, those of others that hold their
    address, and up to which mail it looked (0: there is no more).  What nobody has read yet is left alone."""
    query = select(_came.id, _came.raw, _came.envelope, _came.state).where(_came.id > after)
    rows = session.execute(query.order_by(_came.id).limit(_TOGETHER)).all()
    theirs: list[int] = []
    others: list[int] = []
    for row in rows:
        if row.state != State.NEW and (_are_in(row.raw, address) or names(row.envelope, address)):
            (theirs if _is_from(row.raw, row.envelope, address) else others).append(row.id)
    return theirs, others, rows[-1].id if rows else 0


def are_raws_naming(session: Session, address: str) -> bool:
    """Whether any mail in the inbox does."""
    after = 0
    while True:
        theirs, others, after = raws_naming(session, address, after)
        if theirs or others:
            return True
        if not after:
            return False


def is_blocked(session: Session, address: str) -> bool:
    """Whether that address is on the list of blocked senders."""
    query = select(tables.blocks.c.sender).where(tables.blocks.c.sender == address)
    return session.execute(query).first() is not None


def unread_of(session: Session, address: str) -> int:
    """How many mails of theirs nobody has read yet: those will be tickets."""
    rows = session.execute(select(_came.raw, _came.envelope).where(_came.state == State.NEW))
    return sum(_is_from(row.raw, row.envelope, address) for row in rows)


def unname_raws(session: Session, kept: Sequence[int], person: Person) -> int:
    """Take the address out of the raw mails of others."""
    query = select(_came.id, _came.raw, _came.envelope, _came.remark).where(_came.id.in_(kept))
    for row in session.execute(query).all():
        values = {
            "raw": person.taken_out_of(row.raw.decode("latin-1")).encode("latin-1"),
            "envelope": {name: _unnamed(fact, person) for name, fact in row.envelope.items()},
            "remark": person.taken_out_of(row.remark),
        }
        session.execute(update(tables.inbox).where(_came.id == row.id).values(values))
    return len(kept)


def unname_ours(session: Session, person: Person) -> None:
    """Take the address out of the bytes of mails that we sent to others."""
    ours = select(_mail.id).where(_mail.raw.is_not(None), _mail.raw != b"")
    for number in session.scalars(ours).all():
        raw = session.scalar(select(_mail.raw).where(_mail.id == number))
        if _are_in(raw, person.address):
            bare = person.taken_out_of(raw.decode("latin-1")).encode("latin-1")
            session.execute(update(tables.emails).where(_mail.id == number).values(raw=bare))


def unblock(session: Session, address: str) -> int:
    """Take the address off the list of blocked senders."""
    gone = delete(tables.blocks).where(tables.blocks.c.sender == address)
    return session.execute(gone).rowcount


def _holds(column: ColumnElement[object], address: str) -> ColumnElement[bool]:
    return func.lower(cast(column, Text)).contains(address, autoescape=True)


def _bare_mails(session: Session, person: Person, which: ColumnElement[bool]) -> int:
    bare = {"address": person.alias, "subject": ERASED, "body": "", "thread_index": None}
    ours = _mail.direction == Direction.OUT
    done = session.execute(update(tables.emails).where(which, ~ours).values(bare | {"message_id": ""}))
    sent = session.execute(update(tables.emails).where(which, ours).values(bare | {"raw": None}))
    return done.rowcount + sent.rowcount


def _gone(session: Session, which: ColumnElement[bool]) -> int:
    return session.execute(delete(tables.files).where(which)).rowcount


def _files_in_slack(session: Session, number: int, *, at: datetime, kind: Kind | None = None) -> int:
    """kind: of the events whose files go; None for all."""
    upload = tables.uploads.c
    delivered = select(_owed.id).where(_owed.ticket == number)
    if kind:
        of_kind = select(_event.seq).where(_event.ticket == number, _event.kind == kind)
        delivered = delivered.where(_owed.seq.in_(of_kind))
    its = upload.delivery.in_(delivered)
    slack_files = session.scalars(select(upload.slack_file).where(its)).all()
    session.execute(delete(tables.uploads).where(its))
    return remains.owe_files(session, slack_files, at=at)


def _owe_no_mail(session: Session, number: int) -> None:
    mine = (_owed.ticket == number, _owed.state.in_(PENDING))
    mails = _owed.audience.in_((Audience.CUSTOMER, Audience.DESK))
    ended = {"state": DeliveryState.DEAD, "lease_until": None, "fence": _owed.fence + 1}
    session.execute(update(tables.outbox).where(*mine, mails).values(ended))
    session.execute(update(tables.outbox).where(_owed.ticket == number).values(last_error=""))


def _are_in(raw: bytes, address: str) -> bool:
    return address.encode() in raw.lower() and names(raw.decode("latin-1"), address)


def _is_from(raw: bytes, envelope: dict[str, object], address: str) -> bool:
    """Whether the mail says that it is theirs, or its server did."""
    headers = BytesHeaderParser().parsebytes(raw)
    said: Iterator[str] = (str(value) for name in _WRITERS for value in headers.get_all(name) or ())
    return names([*said, str(envelope.get("sender") or "")], address)


_WRITERS = ("From", "Sender", "Reply-To", "Return-Path")


def _unnamed(fact: object, person: Person) -> object:
    if isinstance(fact, list):
        return [_unnamed(each, person) for each in fact]
    return person.taken_out_of(fact) if isinstance(fact, str) else fact
