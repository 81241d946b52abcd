"""The files of a mail that came in, read from the raw mail again: nobody keeps them a second time."""

from collections.abc import Callable, Sequence

from desk.files import Named
from mail.reading import InboundEmail, Unreadable
from store import inbox
from store.database import Database
from store.files import File

Read = Callable[[bytes], InboundEmail | Unreadable]


class Attached:
    """Gives the files of mails in the inbox.  read: understands a raw mail."""

    def __init__(self, db: Database, read: Read) -> None:
        self._db = db
        self._read = read

    def __call__(self, inbox_id: int, named: Sequence[Named]) -> list[File] | None:
        """These files of that mail, in that order; None where they are not in it (any more)."""
        with self._db.read() as session:
            raw = inbox.raw_of(session, inbox_id)
        mail = self._read(raw) if raw is not None else None
        if not isinstance(mail, InboundEmail):
            return None
        found = [_found(mail, file) for file in named]
        return [file for file in found if file] if all(found) else None


def _found(mail: InboundEmail, named: Named) -> File | None:
    part = int(named["part"])
    file = mail.attachments[part] if part < len(mail.attachments) else None
    if file is None or len(file.content) != named["bytes"]:
        return None  # another version of the desk reads this mail otherwise
    return File(file.name, file.content_type, file.content)
