"""One connection to a mailbox over IMAP: what the desk asks of it."""

import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from selectors import EVENT_READ, DefaultSelector
from threading import Event
from typing import Any

from imapclient import DELETED, SEEN
from imapclient.exceptions import IMAPClientReadOnlyError

from mail.account import Account
from mail.guards import header_lines
from mail.line import Line, Refused

_HEADER_BYTES = 65_536
_RESULTS = "BODY.PEEK[HEADER.FIELDS (AUTHENTICATION-RESULTS)]"
_HEARTBEAT = 1.0
"""Seconds between two looks at the stop sign while the server is silent."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a message before it is fetched: bytes, and when it reached the mailbox."""

    size: int
    arrived_at: datetime | None


@dataclass(frozen=True, slots=True)
class Glimpse:
    """A message by its header.  results: its topmost Authentication-Results."""

    arrived_at: datetime | None
    results: str | None


class Connection:
    """Logged in, with the account's folder at hand.  Messages are named by UID.

    seconds: how long the server may be silent.  Every method raises Unreachable or Refused.
    """

    def __init__(self, account: Account, *, seconds: float, context: ssl.SSLContext | None = None) -> None:
        self.line = Line(account, seconds=seconds, context=context)
        self.may_only_read = False
        self._announced = 0
        self._folder = account.folder
        self._client = self.line.client

    def select(self) -> int:
        """Look at the folder afresh; its UIDVALIDITY."""
        with self.line.asked():
            try:
                selected = self._client.select_folder(self._folder, readonly=self.may_only_read)
            except IMAPClientReadOnlyError:
                self.may_only_read = True
                selected = self._client.select_folder(self._folder, readonly=True)
            self._announced = self._announcements
            return int(selected[b"UIDVALIDITY"])

    def uids_since(self, day: date) -> set[int]:
        """Messages that arrived on that day or later, by the server's calendar."""
        with self.line.asked():
            return set(self._client.search(["SINCE", day]))

    def uids_from(self, uid: int) -> set[int]:
        """Messages with this UID or a higher one."""
        with self.line.asked():
            return {found for found in self._client.search(["UID", f"{uid}:*"]) if found >= uid}

    def holds(self, message_id: str) -> bool:
        """Whether a message of that name, without brackets, is in the folder."""
        with self.line.asked():
            return bool(self._client.search(["HEADER", "Message-ID", message_id]))

    def shows(self, header: str, value: str) -> bool:
        """Whether a message with that in a header is in the folder."""
        with self.line.asked():
            return bool(self._client.search(["HEADER", header, value]))

    def facts(self, uid: int) -> Facts | None:
        """Size and arrival; None when the message is gone."""
        found = self._fetch(uid, "RFC822.SIZE", "INTERNALDATE")
        if found is None:
            return None
        return Facts(int(found[b"RFC822.SIZE"]), found.get(b"INTERNALDATE"))

    def message(self, uid: int) -> bytes | None:
        """The whole message, not marked as read; None when it is gone."""
        return self._bytes(uid, "BODY.PEEK[]", b"BODY[]")

    def header(self, uid: int) -> bytes | None:
        """The first 64 kB of its header."""
        return self._bytes(uid, f"BODY.PEEK[HEADER]<0.{_HEADER_BYTES}>", b"BODY[HEADER]<0>")

    def latest(self, uids: Sequence[int]) -> list[Glimpse]:
        """When these arrived, and what our mail server says of their senders."""
        with self.line.asked():
            found = self._client.fetch(uids, ["INTERNALDATE", _RESULTS]).values() if uids else ()
        return [Glimpse(facts.get(b"INTERNALDATE"), _topmost(facts)) for facts in found]

    def folders(self) -> list[str]:
        """The names of all folders."""
        with self.line.asked():
            return [str(name) for _, _, name in self._client.list_folders()]

    def mark_seen(self, uid: int) -> None:
        """Show people that the desk has it, where that is allowed."""
        if self.may_only_read:
            return
        with self.line.asked():
            self._client.add_flags([uid], [SEEN], silent=True)

    def has_folder(self, folder: str) -> bool:
        with self.line.asked():
            return bool(self._client.folder_exists(folder))

    def move(self, uid: int, folder: str) -> None:
        """Move a message into a folder that there is; nothing happens to one that is gone."""
        with self.line.asked():
            if "MOVE" in self.line.capabilities:
                self._client.move([uid], folder)
                return
            self._client.copy([uid], folder)
            self._client.add_flags([uid], [DELETED], silent=True)
            if "UIDPLUS" in self.line.capabilities:  # else it would take along what others have marked
                self._client.uid_expunge([uid])

    def make_folder(self, folder: str) -> None:
        with self.line.asked():
            self._client.create_folder(folder)

    def wait(self, stop: Event, seconds: float) -> bool:
        """Wait until the server announces something (IDLE), at most so long, or until stop.

        False: this server cannot announce, and nothing was waited for.  What it said below the answer to
        something else, since the folder was opened, it does not say again (RFC 3501, 7.3.1)."""
        if "IDLE" not in self.line.capabilities:
            return False
        if self._announcements > self._announced:
            return True
        with self.line.asked():
            self._client.idle()
            called = self.line.holds_more
        if not called:
            self._listen(stop, seconds)
        with self.line.asked():
            self._client.idle_done()
        return True

    @property
    def _announcements(self) -> int:
        """How often it has said how many messages there are since the folder was opened."""
        return len(self._client._imap.untagged_responses.get("EXISTS", ()))

    def close(self) -> None:
        """Hang up, politely where the server still listens."""
        self.line.close()

    def _listen(self, stop: Event, seconds: float) -> None:
        """Only whether something comes: IMAPClient's own idle_check takes half a line for a fault."""
        step = min(_HEARTBEAT, seconds)
        line = self.line.socket
        with DefaultSelector() as ear:
            ear.register(line, EVENT_READ)
            for _ in range(ceil(seconds / step)):
                decrypted = line.pending() if isinstance(line, ssl.SSLSocket) else 0
                if stop.is_set() or decrypted or ear.select(step):
                    return

    def _bytes(self, uid: int, asked: str, answered: bytes) -> bytes | None:
        found = self._fetch(uid, asked)
        if found is None:
            return None
        if not isinstance(found.get(answered), bytes):
            raise Refused(f"no {answered.decode()} came back")
        return bytes(found[answered])

    def _fetch(self, uid: int, *asked: str) -> Mapping[bytes, Any] | None:
        with self.line.asked():
            found = self._client.fetch([uid], asked).get(uid)
            return dict(found) if found is not None else None


def _topmost(facts: Mapping[bytes, Any]) -> str | None:
    raw = next((value for key, value in facts.items() if key.startswith(b"BODY[")), None)
    lines = header_lines(raw) if isinstance(raw, bytes) else []
    return lines[0][1] if lines else None
