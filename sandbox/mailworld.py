"""The mail world: the server that takes the desk's mail, the customers' mailboxes, and what they send."""

import asyncio
import itertools
import smtplib
import socket
from email.utils import getaddresses
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.journal import Journal
from sandbox.letters import Draft, Letter, write
from sandbox.refused import NotPossible

LARGEST = 40 * 1024 * 1024


class MailWorld:
    """Mailboxes by address.  The server runs in the sandbox's event loop."""

    def __init__(self, clock: Clock, journal: Journal, faults: Faults) -> None:
        self._clock, self._journal, self._faults = clock, journal, faults
        self._numbers = itertools.count(1)
        self._connections: set[_Postman] = set()
        self._server: asyncio.Server | None = None
        self.boxes: dict[str, list[Letter]] = {}
        self.version = 0
        self.deliver_to: tuple[str, int] | None = None

    async def start(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Postman(self, self._connections), sock=listener)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            for connection in list(self._connections):
                connection.hang_up()
            await self._server.wait_closed()

    def keep(self, address: str, way: str, sender: str, recipients: list[str], raw: bytes) -> Letter:
        number = f"m{next(self._numbers)}"
        letter = Letter(number, way, self._clock.now(), sender, tuple(recipients), raw)
        self.boxes.setdefault(address.lower(), []).append(letter)
        self.version += 1
        return letter

    def find(self, letter_id: str) -> Letter:
        for letter in itertools.chain.from_iterable(self.boxes.values()):
            if letter.id == letter_id:
                return letter
        raise NotPossible(f"there is no mail {letter_id}")

    async def send(self, draft: Draft) -> Letter:
        """Send as a customer to the desk's own mail server; copies go to the customers in Cc."""
        if self.deliver_to is None:
            raise NotPossible("the desk's mail server is not known yet: set deliver_mail_to")
        mail = write(draft, at=self._clock.now())
        raw = mail.as_bytes()
        copies = [address for _, address in getaddresses(list(draft.cc))]
        try:
            await asyncio.to_thread(_hand_over, self.deliver_to, draft.sender, [draft.to], raw)
        except (OSError, smtplib.SMTPException) as wrong:
            self._journal.note("mail", "refused", sender=draft.sender, why=str(wrong))
            raise NotPossible(f"the desk's mail server did not take it: {wrong}") from wrong
        self._journal.note("mail", "sent", sender=draft.sender, to=draft.to, subject=draft.subject)
        for address in copies:
            self.keep(address, "in", draft.sender, [draft.to, *copies], raw)
        return self.keep(draft.sender, "out", draft.sender, [draft.to, *copies], raw)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """aiosmtpd's hook: a mail of the desk has arrived."""
        fault = self._faults.meet("smtp")
        if fault is not None and fault.hang:
            await asyncio.sleep(fault.hang)
        if fault is not None and fault.status and not fault.effect:
            self._journal.note("fault", "smtp", status=fault.status)
            return f"{fault.status} {fault.error or 'the sandbox was told to refuse'}"
        if fault is not None and fault.drop == "before":
            return _hang_up(server)
        self._take(envelope)
        if fault is not None and fault.drop == "after":
            return _hang_up(server)
        return f"{fault.status} told to fail" if fault is not None and fault.status else "250 OK"

    def _take(self, envelope: Envelope) -> None:
        raw = envelope.original_content or b""
        recipients = [str(one) for one in envelope.rcpt_tos]
        self._journal.note("mail", "received", sender=envelope.mail_from, to=recipients, bytes=len(raw))
        for address in recipients:
            self.keep(address, "in", envelope.mail_from or "", recipients, raw)


class _Postman(SMTP):
    """One SMTP connection, known to its world so that it can be closed."""

    def __init__(self, world: MailWorld, known: "set[_Postman]") -> None:
        super().__init__(
            world,
            data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
            hostname="mail.sandbox.example",
            ident="Sandbox",
        )
        self._known = known

    def connection_made(self, transport: Any) -> None:
        self._known.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._known.discard(self)
        super().connection_lost(error)

    def hang_up(self) -> None:
        transport: Any = self.transport
        if transport is not None:
            transport.abort()


def _hang_up(server: Any) -> str:
    server.hang_up()
    return "421 gone"


def _hand_over(server: tuple[str, int], sender: str, recipients: list[str], raw: bytes) -> None:
    with smtplib.SMTP(*server, timeout=10) as connection:
        connection.sendmail(sender, recipients, raw)
