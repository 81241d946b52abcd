"""What is done to a message in the mailbox once it is kept: nothing, the mark that it was seen, or a move."""

import logging
from collections.abc import Set
from dataclasses import dataclass
from typing import Literal

from mail.connection import Connection
from mail.line import Refused

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class After:
    """What is done, for people who look into the mailbox; the desk itself goes by its ledger.

    folder: where a message is moved to."""

    what: Literal["leave", "seen", "move"] = "seen"
    folder: str = ""


class Marking:
    """Does it, at most once for each message, and never before the message is kept."""

    def __init__(self, after: After, *, mailbox: str) -> None:
        self._after = after
        self._mailbox = mailbox
        self._owed: set[int] = set()
        self._refused: set[int] = set()
        self._has_folder = False

    def begin(self) -> None:
        """Another connection: the folder may have gone meanwhile."""
        self._has_folder = False

    def owe(self, uid: int) -> None:
        """This message is kept; what is owed to it survives a line that is cut."""
        self._owed.add(uid)

    def find(self, kept: Set[int]) -> None:
        """These lie in the folder although they were kept before: a move that was interrupted."""
        if self._after.what == "move":
            self._owed |= kept - self._refused

    def forget(self) -> None:
        """The numbers mean other messages now."""
        self._owed.clear()
        self._refused.clear()

    def settle(self, connection: Connection) -> None:
        """Do what is owed.  Raises Unreachable; what the server refuses is not asked again."""
        for uid in sorted(self._owed):
            try:
                self._mark(connection, uid)
            except Refused as problem:  # a mailbox that may only be read
                level = logging.WARNING if self._after.what == "move" else logging.DEBUG
                log.log(level, "%s: message %s stays as it is: %s", self._mailbox, uid, problem)
                self._refused.add(uid)
            self._owed.discard(uid)

    def _mark(self, connection: Connection, uid: int) -> None:
        if self._after.what == "seen":
            connection.mark_seen(uid)
        if self._after.what == "move":
            self._make_folder(connection)
            connection.move(uid, self._after.folder)

    def _make_folder(self, connection: Connection) -> None:
        if not self._has_folder and not connection.has_folder(self._after.folder):
            connection.make_folder(self._after.folder)
        self._has_folder = True
