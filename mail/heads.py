"""The headers of a mail that say who wrote to whom and when, for whoever wants to see all of it."""

from mail.guards import header_lines
from mail.headers import headers_of
from store import inbox
from store.database import Database

_TOLD = ("From", "Sender", "Reply-To", "To", "Cc", "Date", "Subject", "Message-ID")

_LOOKED_AT = 64 * 1024
"""Bytes from its beginning."""


class Heads:
    """Gives them for mails in the inbox."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def __call__(self, inbox_id: int) -> list[tuple[str, str]]:
        """Name and value of each that is there, in a fixed order; none where the mail is no longer kept."""
        with self._db.read() as session:
            raw = inbox.beginning_of(session, inbox_id, _LOOKED_AT)
        headers = headers_of(header_lines(raw))
        return [(name, value) for name in _TOLD for value in headers.all(name.lower())]
