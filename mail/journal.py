"""Looks among the mails that the mail server keeps as sent: one that lies there has left."""

import logging
import ssl
from dataclasses import replace

from mail.account import Account
from mail.connection import Connection
from mail.line import Refused, Unreachable

log = logging.getLogger(__name__)

_SECONDS = 15.0
"""For one command; looking has to be over well within the lease of the outbox."""


class SentFolder:
    """A folder of a mailbox over IMAP.  folder: what it is called there; context: whom we trust."""

    def __init__(self, account: Account, folder: str, *, context: ssl.SSLContext | None = None) -> None:
        self._account = replace(account, folder=folder)
        self._context = context

    def holds(self, message_id: str) -> bool:
        """Whether the mail of that name lies there; False also where nobody can look now."""
        try:
            connection = Connection(self._account, seconds=_SECONDS, context=self._context)
            try:
                connection.select()
                return connection.holds(message_id)
            finally:
                connection.close()
        except (Unreachable, Refused) as problem:
            log.warning("the folder %s cannot be looked at: %s", self._account.folder, problem)
            return False
