"""Looks among the mails that the mail server keeps as sent: one that lies there has left."""

import logging
import ssl
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

from desk.errors import DeliveryHeld
from mail.account import Account
from mail.connection import Connection
from mail.line import Refused, Unreachable
from mail.message import MARK_HEADER

log = logging.getLogger(__name__)

_LATER = timedelta(seconds=30)

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
            return self._look(lambda folder: folder.holds(message_id))
        except (Unreachable, Refused) as problem:
            log.warning("the folder %s cannot be looked at: %s", self._account.folder, problem)
            return False

    def shows(self, *names: str) -> bool:
        """Whether a mail with one of these names or marks lies there.

        Raises DeliveryHeld where nobody can look now."""
        try:
            return self._look(lambda folder: any(map(partial(_is_there, folder), names)))
        except (Unreachable, Refused) as problem:
            raise DeliveryHeld(f"cannot look among the mails that left: {problem}", wait=_LATER) from problem

    def _look(self, asked: Callable[[Connection], bool]) -> bool:
        connection = Connection(self._account, seconds=_SECONDS, context=self._context)
        try:
            connection.select()
            return asked(connection)
        finally:
            connection.close()


def _is_there(folder: Connection, name: str) -> bool:
    return folder.holds(name) if "@" in name else folder.shows(MARK_HEADER, name)
