"""The line to an IMAP server: encrypted, logged in, and cut where a command does not end."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from threading import Event, Timer

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from mail.account import Account
from mail.tokens import NoToken, Token
from mail.trust import authorities
from mail.waiting import within
from mail.xoauth2 import XOAuth2
from store.database import Unavailable

_CONNECT_SECONDS = 45

_WHOLE = 3
"""A command may take that many times what a server may be silent: one that drips is cut off as well."""

_LATER = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]")
"""RFC 5530: the server turns away whoever comes, and not for what they said."""


class Unreachable(Exception):
    """The mail server did not answer, hung up, or does not let us in.  Trying again may help."""


class NotLetIn(Unreachable):
    """The mail server answers, and wants another proof of who we are: the settings have to be mended."""


class Refused(Exception):
    """The mail server did not do what we asked, or nobody understands its answer; the line still stands."""


class Line:
    """Opened, encrypted as the account says, and logged in.

    seconds: how long the server may be silent.  renew_at: from when on the token that let us in is old.
    Raises NotLetIn, Unreachable."""

    def __init__(self, account: Account, *, seconds: float, context: ssl.SSLContext | None = None) -> None:
        self.renew_at: datetime | None = None
        self._whole = _WHOLE * seconds
        context = context or authorities()
        with _translated():
            opened = partial(_connected, account, seconds, context)
            self.client = within(self._whole, opened, late=IMAPClient.shutdown)
        try:
            self._encrypt(account, context)
            self._log_in(account)
            with self.asked():
                self.capabilities = frozenset(map(bytes.decode, self.client.capabilities()))
        except Refused as problem:
            self.close()
            raise Unreachable(str(problem)) from problem
        except Unreachable:
            self.close()
            raise

    @property
    def socket(self) -> socket.socket:
        """To look at, and never to read."""
        found: socket.socket = self.client.socket()
        return found

    @property
    def holds_more(self) -> bool:
        """Whether something came in one piece with what was read last."""
        connection = self.socket
        patience = connection.gettimeout()
        connection.settimeout(0)
        try:
            return bool(self.client._imap.file.peek(1))
        except (ssl.SSLWantReadError, BlockingIOError):
            return False
        finally:
            connection.settimeout(patience)

    @contextmanager
    def asked(self) -> Iterator[None]:
        """A command, which ends within its time.  Raises Unreachable or Refused."""
        late = Event()
        clock = Timer(self._whole, self._cut, args=(late,))
        clock.daemon = True
        clock.start()
        try:
            with _translated():
                yield
        except (Unreachable, Refused) as problem:
            if late.is_set():
                raise Unreachable(f"a command took longer than {self._whole:g} seconds") from problem
            raise
        finally:
            clock.cancel()

    def close(self) -> None:
        """Hang up, politely where the server still listens."""
        with suppress(Unreachable, Refused), self.asked():
            self.client.logout()
        with suppress(IMAPClientError, OSError):
            self.client.shutdown()

    def _encrypt(self, account: Account, context: ssl.SSLContext) -> None:
        if account.tls == "starttls":
            with self.asked():
                self.client.starttls(context)

    def _log_in(self, account: Account) -> None:
        """Prove who we are.  What the server says about it is told without the secret."""
        token = self._token(account)
        secret = token.value if token else account.password
        try:
            with self.asked():
                self._prove(account, token)
        except (Unreachable, Refused) as problem:
            if account.tokens:
                account.tokens.forget()
            words = str(problem).replace(secret or "\0", "***")
            is_about_us = isinstance(problem, Refused) and not any(code in words for code in _LATER)
            kind = NotLetIn if is_about_us else Unreachable
            raise kind(f"{account.host} does not let {account.user} in: {words}") from None

    def _token(self, account: Account) -> Token | None:
        if account.tokens is None:
            return None
        try:
            token = account.tokens.token()
        except Unavailable as problem:
            raise Unreachable(f"no token for {account.user}: {problem}") from problem
        except NoToken as problem:
            kind = NotLetIn if problem.mend else Unreachable
            raise kind(f"no token for {account.user}: {problem}") from None
        self.renew_at = token.renew_at
        return token

    def _prove(self, account: Account, token: Token | None) -> None:
        if token is None:
            self.client.login(account.user, account.password)
            return
        if not self.client.has_capability("AUTH=XOAUTH2"):
            raise Refused("it takes no tokens (XOAUTH2)")
        answer = XOAuth2(account.user, token.value)
        try:
            self.client.sasl_login("XOAUTH2", answer)
        except IMAPClientAbortError:
            raise
        except IMAPClientError as refusal:
            raise Refused(f"{refusal} {answer.refusal}".strip()) from None

    def _cut(self, late: Event) -> None:
        """Cut the line under a command that reads on and on, which is the only way to stop it."""
        late.set()
        with suppress(OSError), socket.socket(fileno=socket.dup(self.socket.fileno())) as same:
            same.shutdown(socket.SHUT_RDWR)


def _connected(account: Account, seconds: float, context: ssl.SSLContext) -> IMAPClient:
    client = IMAPClient(
        account.host,
        account.port,
        ssl=account.tls == "tls",
        ssl_context=context,
        timeout=SocketTimeout(min(seconds, _CONNECT_SECONDS), seconds),
    )
    # IMAPClient sends some commands in pieces, each of which would wait for an acknowledgement.
    client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.normalise_times = False  # else moments are naive, in the zone of this machine
    return client


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (IMAPClientAbortError, OSError) as problem:
        raise Unreachable(_words(problem)) from problem
    except (IMAPClientError, ValueError, LookupError, TypeError, AttributeError) as problem:
        if isinstance(problem.__context__, IMAPClientAbortError):  # IMAPClient calls it a LoginError
            raise Unreachable(_words(problem)) from problem
        # What lies behind the IMAPClientError is imaplib, which lets other errors out over odd answers.
        raise Refused(_words(problem)) from problem


def _words(problem: Exception) -> str:
    return str(problem) or type(problem).__name__
