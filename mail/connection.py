"""One connection to a mailbox over IMAP: what the desk asks of it, and what can go wrong with that."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from threading import Event
from typing import Any, Literal

from imapclient import SEEN, IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, IMAPClientReadOnlyError

_CONNECT_SECONDS = 45
_HEADER_BYTES = 65_536
_HEARTBEAT = 1.0
"""Seconds between two looks at the stop sign while the server is silent."""


class Unreachable(Exception):
    """The mail server did not answer, hung up, or does not let us in.  Trying again may help."""


class Refused(Exception):
    """The mail server did not do what we asked, or nobody understands its answer; the line still stands."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """Where a mailbox is and who may read it.  tls: from the first byte, after STARTTLS, or not at all."""

    host: str
    user: str
    password: str
    port: int = 993
    tls: Literal["tls", "starttls", "none"] = "tls"
    folder: str = "INBOX"

    @property
    def name(self) -> str:
        """What the desk calls this mailbox in its ledger."""
        return f"imap {self.user} {self.host} {self.folder}"[:255]

    def __repr__(self) -> str:
        return f"Account({self.name!r})"  # never the password


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a message before it is fetched: bytes, and when it reached the mailbox."""

    size: int
    arrived_at: datetime | None


class Connection:
    """Logged in, with the account's folder at hand.  Messages are named by UID.

    seconds: how long the server may take over one command.  Every method raises Unreachable or Refused.
    """

    def __init__(self, account: Account, *, seconds: float, context: ssl.SSLContext | None = None) -> None:
        if account.tls != "none":
            context = context or ssl.create_default_context()
        with _translated():
            self._client = IMAPClient(
                account.host,
                account.port,
                ssl=account.tls == "tls",
                ssl_context=context,
                timeout=SocketTimeout(min(seconds, _CONNECT_SECONDS), seconds),
            )
            # IMAPClient sends some commands in pieces, each of which would wait for an acknowledgement.
            self._client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client.normalise_times = False  # else moments are naive, in the zone of this machine
        self._folder = account.folder
        self._may_only_read = False
        try:
            with _translated():
                if account.tls == "starttls":
                    self._client.starttls(context)
                self._client.login(account.user, account.password)
                self._can_idle = bool(self._client.has_capability("IDLE"))
        except (Unreachable, Refused) as problem:
            self.close()
            raise Unreachable(f"{account.host} does not let {account.user} in: {problem}") from problem

    def select(self) -> int:
        """Look at the folder afresh; its UIDVALIDITY."""
        with _translated():
            try:
                selected = self._client.select_folder(self._folder, readonly=self._may_only_read)
            except IMAPClientReadOnlyError:
                self._may_only_read = True
                selected = self._client.select_folder(self._folder, readonly=True)
            return int(selected[b"UIDVALIDITY"])

    def uids_since(self, day: date) -> set[int]:
        """Messages that arrived on that day or later, by the server's calendar."""
        with _translated():
            return set(self._client.search(["SINCE", day]))

    def uids_from(self, uid: int) -> set[int]:
        """Messages with this UID or a higher one."""
        with _translated():
            return {found for found in self._client.search(["UID", f"{uid}:*"]) if found >= uid}

    def holds(self, message_id: str) -> bool:
        """Whether a message of that name, without brackets, is in the folder."""
        with _translated():
            return bool(self._client.search(["HEADER", "Message-ID", message_id]))

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

    def mark_seen(self, uid: int) -> None:
        """Show people that the desk has it, where that is allowed."""
        if self._may_only_read:
            return
        with _translated():
            self._client.add_flags([uid], [SEEN], silent=True)

    def wait(self, stop: Event, seconds: float) -> bool:
        """Wait until the server announces something (IDLE), at most so long, or until stop.

        False: this server cannot announce, and nothing was waited for."""
        if not self._can_idle:
            return False
        with _translated():
            self._client.idle()
            for _ in range(max(1, int(seconds / _HEARTBEAT))):
                if stop.is_set() or self._client.idle_check(timeout=_HEARTBEAT):
                    break
            self._client.idle_done()
        return True

    def close(self) -> None:
        """Hang up, politely where the server still listens."""
        with suppress(IMAPClientError, OSError):
            self._client.logout()
        with suppress(IMAPClientError, OSError):
            self._client.shutdown()

    def _bytes(self, uid: int, asked: str, answered: bytes) -> bytes | None:
        found = self._fetch(uid, asked)
        if found is None:
            return None
        if not isinstance(found.get(answered), bytes):
            raise Refused(f"no {answered.decode()} came back")
        return bytes(found[answered])

    def _fetch(self, uid: int, *asked: str) -> dict[bytes, Any] | None:
        with _translated():
            found = self._client.fetch([uid], asked).get(uid)
            return dict(found) if found is not None else None


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (IMAPClientAbortError, OSError) as problem:
        raise Unreachable(_words(problem)) from problem
    except (IMAPClientError, ValueError, LookupError, TypeError, AttributeError) as problem:
        # What lies behind the IMAPClientError is imaplib, which lets other errors out over odd answers.
        raise Refused(_words(problem)) from problem


def _words(problem: Exception) -> str:
    return str(problem) or type(problem).__name__
