"""Hands a mail to the mail server step by step, so that it is always known how far it came."""

import logging
import re
import smtplib
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from socket import getaddrinfo, socket
from typing import Literal

from desk.errors import DeliveryFailed, DeliveryHeld, DeliveryUncertain
from mail.dialling import LookUp, line_to
from mail.tokens import NoToken, Tokens
from mail.trust import authorities
from mail.xoauth2 import XOAuth2
from store import meters
from store.database import Unavailable
from store.points import Point, reached

log = logging.getLogger(__name__)

_WHOLE = 45.0
"""Seconds for all steps together, below the lease of the outbox: then another may think that we died."""

_FAREWELL = 2.0
"""Seconds for the last word, after everything that matters has been said."""

_SHORTLY = timedelta(seconds=20)
"""A server that restarts is back by then."""

AFTER_MENDING = timedelta(minutes=5)
"""Somebody must mend the settings or the server first."""

_MUST_LOG_IN = frozenset({530, 534, 535, 538})
"""RFC 4954: the server wants a login, another one, or encryption first."""

_NOT_FROM = frozenset({501, 550, 551, 553, 554, 555})
"""What servers answer to a sender they do not want; 552 is the size of the mail."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """The mail server that mails leave through.

    hello: the name we introduce ourselves with; None asks the machine, which may ask DNS.  context: whom we
    trust, the system's authorities where it is None.  tokens: where the server wants OAuth 2.0 (XOAUTH2)
    instead of the password.  timeout: seconds for one step.  look_up: finds the addresses of a name."""

    host: str
    port: int = 25
    tls: Literal["starttls", "tls", "none"] = "none"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tokens: Tokens | None = field(default=None, repr=False)
    hello: str | None = None
    context: ssl.SSLContext | None = None
    timeout: float = 15.0
    look_up: LookUp = field(default=getaddrinfo, repr=False)


class SenderRefused(DeliveryFailed):
    """The server does not take mail from this envelope sender; it has not seen the mail itself."""


def hand_over(
    raw: bytes,
    server: Server,
    *,
    sender: str,
    recipient: str,
    copy: str = "",
    monotonic: Callable[[], float] = time.monotonic,
) -> None:
    """Return once the server has taken the mail.  sender: of the envelope, "" for the null sender; copy: who
    gets it too, if the server does not mind.

    Raises DeliveryHeld when the server serves nobody now, DeliveryFailed when it surely did not take this
    mail, and DeliveryUncertain when it fell silent after the final dot (RFC 1047)."""
    until = monotonic() + _WHOLE
    step = _Step(server.timeout, lambda: until - monotonic())
    with meters.SMTP_SEND.time(), _counted(), session(server, step) as smtp:
        _Handover(smtp, step).make(raw, sender, recipient, copy)


@contextmanager
def _counted() -> Iterator[None]:
    answer = "2xx"
    try:
        yield
    except DeliveryHeld:
        answer = "not let in"
        raise
    except DeliveryUncertain:
        answer = "lost"
        raise
    except DeliveryFailed as failure:
        answer = "5xx" if failure.permanent else "4xx" if failure.wait is None else "no answer"
        raise
    finally:
        meters.SMTP_RESULT.labels(answer).inc()


@dataclass(frozen=True)
class _Step:
    """What one step may take.  left: seconds until all of them must be over."""

    timeout: float
    left: Callable[[], float] = lambda: _WHOLE

    def begin(self, smtp: smtplib.SMTP) -> None:
        """Give the next step what is left of the time.  Raises TimeoutError when nothing is."""
        left = self.left()
        if left <= 0:
            raise TimeoutError("it took too long")
        if smtp.sock:
            smtp.sock.settimeout(min(self.timeout, left))


@contextmanager
def session(server: Server, step: _Step | None = None) -> Iterator[smtplib.SMTP]:
    """Connected, encrypted as asked, logged in; left politely at the end.  Raises DeliveryHeld, whose wait is
    AFTER_MENDING where the settings or the server have to be mended first."""
    where = f"the mail server {server.host}:{server.port}"
    context, step = server.context or authorities(), step or _Step(server.timeout)
    try:
        smtp = _connected(server, context, step)
    except (OSError, smtplib.SMTPException) as error:
        raise DeliveryHeld(f"{where} cannot be reached: {_said(error)}", wait=_SHORTLY) from error
    try:
        _log_in(smtp, server, context, where, step)
        yield smtp
    finally:
        _leave(smtp)


def _connected(server: Server, context: ssl.SSLContext, step: _Step) -> smtplib.SMTP:
    class Plain(smtplib.SMTP):
        def _get_socket(self, host: str, port: int, timeout: float) -> socket:
            line = line_to(host, port, timeout=step.timeout, left=step.left, look_up=server.look_up)
            line.settimeout(timeout)
            return line

    class Encrypted(smtplib.SMTP_SSL, Plain):
        """Encrypts what that connects."""

    if server.tls == "tls":
        return Encrypted(server.host, server.port, server.hello, timeout=server.timeout, context=context)
    return Plain(server.host, server.port, server.hello, timeout=server.timeout)


def _log_in(smtp: smtplib.SMTP, server: Server, context: ssl.SSLContext, where: str, step: _Step) -> None:
    try:
        step.begin(smtp)
        smtp.ehlo_or_helo_if_needed()
        if server.tls == "starttls":
            step.begin(smtp)
            smtp.starttls(context=context)  # raises where it is not offered: there is no way back to plain
            smtp.ehlo_or_helo_if_needed()
        if server.user:
            step.begin(smtp)
            _prove(smtp, server, server.user, where, step)
    except smtplib.SMTPServerDisconnected as error:
        raise DeliveryHeld(f"{where} hung up: {_said(error)}", wait=_SHORTLY) from error
    except (OSError, smtplib.SMTPException) as error:
        raise DeliveryHeld(f"{where} cannot be used: {_said(error)}", wait=AFTER_MENDING) from error


def _prove(smtp: smtplib.SMTP, server: Server, user: str, where: str, step: _Step) -> None:
    """Say who we are.  Raises DeliveryHeld, without the secret, where that is not enough."""
    try:
        secret = server.tokens.token(within=step.left()).value if server.tokens else server.password or ""
    except Unavailable as problem:
        raise DeliveryHeld(f"no token for {user}: {problem}", wait=_SHORTLY) from problem
    except NoToken as problem:
        wait = AFTER_MENDING if problem.mend else _SHORTLY
        raise DeliveryHeld(f"no token for {user}: {problem}", wait=wait) from None
    answer = XOAuth2(user, secret)
    step.begin(smtp)
    try:
        smtp.auth("XOAUTH2", answer) if server.tokens else smtp.login(user, secret)
    except smtplib.SMTPAuthenticationError as refusal:
        if server.tokens:
            server.tokens.forget()
        words = f"{_said(refusal)} {answer.refusal}".strip().replace(secret or "\0", "***")
        wait = AFTER_MENDING if refusal.smtp_code >= 500 else _SHORTLY
        raise DeliveryHeld(f"{where} does not let {user} in: {words}", wait=wait) from None


@dataclass(frozen=True)
class _Handover:
    """One mail on its way through an open session."""

    smtp: smtplib.SMTP
    step: _Step

    def make(self, raw: bytes, sender: str, recipient: str, copy: str) -> None:
        reached(Point.SMTP_OPEN)
        try:
            self._announce(raw, sender, recipient)
            self._announce_copy(copy)
            reached(Point.SMTP_ANNOUNCED)
            self._open()
            self.step.begin(self.smtp)
            self.smtp.send(_stuffed(raw))
            reached(Point.SMTP_WRITTEN)
            self.step.begin(self.smtp)
        except (OSError, smtplib.SMTPException) as error:
            self.smtp.close()  # in the middle of a mail even a farewell would be part of it
            reason = f"the mail server hung up before it had the whole mail: {_said(error)}"
            raise DeliveryFailed(reason, permanent=False, wait=_SHORTLY) from error
        _expect(self._end(), "the mail")
        reached(Point.SMTP_TAKEN)

    def _announce(self, raw: bytes, sender: str, recipient: str) -> None:
        size = [f"SIZE={len(raw)}"] if self.smtp.has_extn("size") else []
        self.step.begin(self.smtp)
        code, words = self.smtp.mail(sender, size)
        if code in _NOT_FROM:
            raise SenderRefused(str(_refusal(code, words, "the sender")), permanent=True)
        _expect((code, words), "the sender")
        self.step.begin(self.smtp)
        _expect(self.smtp.rcpt(recipient), f"the recipient {recipient}")

    def _announce_copy(self, copy: str) -> None:
        if copy:
            self.step.begin(self.smtp)
            code, words = self.smtp.rcpt(copy)
            if code >= 300:
                refusal = _refusal(code, words, f"the recipient {copy}")
                log.warning("no copy of this mail is kept: %s", refusal)

    def _open(self) -> None:
        self.step.begin(self.smtp)
        code, words = self.smtp.docmd("DATA")
        if code != 354:
            raise _refusal(code, words, "the mail")

    def _end(self) -> tuple[int, bytes]:
        """Write the final dot.  From here on a silence says nothing."""
        try:
            self.smtp.send(b".\r\n")
        except ConnectionError as error:  # the line was down already: this was never written
            reason = f"the mail server hung up before the end of the mail: {_said(error)}"
            raise DeliveryFailed(reason, permanent=False, wait=_SHORTLY) from error
        except (OSError, smtplib.SMTPException) as error:
            raise DeliveryUncertain(_SILENT.format(_said(error))) from error
        reached(Point.SMTP_ENDED)
        try:
            code, words = self.smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise DeliveryUncertain(_SILENT.format(_said(error))) from error
        if code < 200:
            raise DeliveryUncertain(_SILENT.format("it answered nonsense"))
        return code, words


_SILENT = "the mail server did not say whether it took the mail: {}"


def _stuffed(raw: bytes) -> bytes:
    """The mail as it goes over the line: only CRLF ends a line, and no line is the final dot (RFC 5321)."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", raw).removesuffix(b"\r\n")
    return re.sub(rb"(?m)^\.", b"..", lines) + b"\r\n"


def _expect(answer: tuple[int, bytes], what: str) -> None:
    if not 200 <= answer[0] < 300:
        raise _refusal(*answer, what)


def _refusal(code: int, words: bytes, what: str) -> DeliveryFailed | DeliveryHeld:
    reason = f"the mail server refused {what}: {code} {_line(words)}"
    if code in _MUST_LOG_IN:
        return DeliveryHeld(reason, wait=AFTER_MENDING)
    # 421: it shuts down and will be back soon; anything else temporary is worth real patience.
    return DeliveryFailed(reason, permanent=500 <= code < 600, wait=_SHORTLY if code == 421 else None)


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        return f"{error.smtp_code} {_line(words if isinstance(words, bytes) else str(words).encode())}"
    return str(error) or type(error).__name__


def _line(words: bytes) -> str:
    """What a server said, without what no database takes."""
    return " ".join(words.decode("utf-8", "replace").replace("\0", "").split())


def _leave(smtp: smtplib.SMTP) -> None:
    with suppress(OSError, smtplib.SMTPException):
        if smtp.sock:
            smtp.sock.settimeout(_FAREWELL)
        smtp.docmd("QUIT")
    smtp.close()
