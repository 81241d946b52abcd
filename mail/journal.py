"""Looks among the mails that the mail server keeps as sent: one that lies there has left."""

import logging
from dataclasses import replace

from mail.connection import Account, Connection, Refused, Unreachable

log = logging.getLogger(__name__)

_SECONDS = 15.0
"""For one command; looking has to be over well within the lease of the outbox."""


class SentFolder:
    """A folder of a mailbox over IMAP.  folder: what it is called there."""

    def __init__(self, account: Account, folder: str) -> None:
        self._account = replace(account, folder=folder)

    def holds(self, message_id: str) -> bool:
        """Whether the mail of that name lies there; False also where nobody can look now."""
        try:
            connection = Connection(self._account, seconds=_SECONDS)
            try:
                connection.select()
                return connection.holds(message_id)
            finally:
                connection.close()
        except (Unreachable, Refused) as problem:
            log.warning("the folder %s cannot be looked at: %s", self._account.folder, problem)
            return False
