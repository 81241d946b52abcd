"""The files that go along with a mail of ours, kept or fetched before it is worded."""

from desk.delivery import Audience
from desk.event import TAKES_FILES, Event
from desk.files import Named, named_in
from desk.ticket import Ticket
from mail.attachments import Attachment
from mail.message import Unsendable
from store import files, outbox
from store.database import Session


def enclosed(session: Session, ticket: Ticket, event: Event) -> list[Attachment]:
    """What goes along.  Raises Unsendable, naming the file that is not there."""
    named = named_in(event.detail) if event.kind in TAKES_FILES else []
    fetched = files.fetched(session, ticket.number, event.seq) if named else {}
    return [_file(session, ticket, event, file, fetched.get(place)) for place, file in enumerate(named)]


def _file(
    session: Session, ticket: Ticket, event: Event, named: Named, fetched: files.File | None
) -> Attachment:
    if "kept" in named:
        found = next(iter(files.of(session, ticket.number, [int(named["kept"])])), None)
        why = "is no longer kept"
    else:
        found = fetched
        became = outbox.became_of(session, ticket.number, event.seq, Audience.DESK)
        why = f"could not be fetched: {became[1]}" if became and became[1] else "could not be fetched"
    if found is None:
        raise Unsendable(f"its file “{named['name']}” {why}")
    return Attachment(found.name, found.content_type, found.content)
