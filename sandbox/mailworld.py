"""The mail world: what lies in the mailboxes, and what customers and machines send to the desk."""

import asyncio
import itertools
import smtplib
import socket
from collections.abc import Coroutine
from email import policy
from email.utils import format_datetime, getaddresses
from typing import TYPE_CHECKING, Any, Literal

from aiosmtpd.smtp import Envelope

from sandbox.absences import Absences
from sandbox.automatic import absence, bounce, mailer_daemon, out_of_office
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.journal import Journal
from sandbox.letters import Draft, Letter, write
from sandbox.postoffice import PostOffice
from sandbox.refused import Json, NotPossible

if TYPE_CHECKING:
    from sandbox.imap import Imap

Way = Literal["smtp", "imap"]


class MailWorld:
    """Mailboxes by address.  Everything runs in the sandbox's event loop.

    deliver_by: how mail comes to the desk, over SMTP to `deliver_to` or into its mailbox, read by IMAP."""

    def __init__(self, clock: Clock, journal: Journal, faults: Faults, *, desk_address: str) -> None:
        self._clock, self._journal, self._desk_address = clock, journal, desk_address
        self._numbers = itertools.count(1)
        self._under_way: set[asyncio.Task[None]] = set()
        self.office = PostOffice(clock, journal, faults, self._take)
        self.imap: Imap | None = None
        self.absences = Absences(clock)
        self.boxes: dict[str, list[Letter]] = {}
        self.version = 0
        self.deliver_to: tuple[str, int] | None = None
        self._deliver_by: Way = "smtp"

    async def start(self, smtp: socket.socket, imap: socket.socket | None = None) -> None:
        await self.office.gate.open(smtp)
        if self.imap is not None:
            await self.imap.gate.open(imap)

    async def stop(self) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self.office.gate.shut()
        if self.imap is not None:
            await self.imap.gate.shut()

    @property
    def deliver_by(self) -> Way:
        return self._deliver_by

    @deliver_by.setter
    def deliver_by(self, way: Way) -> None:
        if way not in ("smtp", "imap"):
            raise NotPossible(f"mail comes to the desk by smtp or imap, not by {way}")
        if way == "imap":
            self.mailboxes()
        self._deliver_by = way

    def mailboxes(self) -> "Imap":
        if self.imap is None:
            raise NotPossible("this sandbox has no IMAP server: start it as Sandbox(imap=True)")
        return self.imap

    def shown(self) -> Json:
        """The servers, how they are set, and who is away."""
        imap = self.imap
        return {
            "smtp": {"address": self.office.gate.address, "open": self.office.gate.is_open},
            "imap": imap and {"address": imap.gate.address, "open": imap.gate.is_open},
            "deliver_mail_to": self.deliver_to,
            "deliver_mail_by": self.deliver_by,
            "mail_size_limit": self.office.size_limit,
            "greylist_seconds": self.office.greylist_seconds,
            "away": self.absences.shown(),
        }

    async def keep(self, address: str, way: str, sender: str, recipients: list[str], raw: bytes) -> Letter:
        number = f"m{next(self._numbers)}"
        letter = Letter(number, way, self._clock.now(), sender, tuple(recipients), raw)
        self.boxes.setdefault(address.lower(), []).append(letter)
        self.version += 1
        if self.imap is not None:
            await self.imap.put(address, letter)
        return letter

    def find(self, letter_id: str) -> Letter:
        return self._place_of(letter_id)[1]

    async def remove(self, letter_id: str) -> None:
        """Delete a mail, as its owner does with a mail program."""
        address, letter = self._place_of(letter_id)
        self.boxes[address].remove(letter)
        self.version += 1
        if self.imap is not None:
            await self.imap.remove(letter)

    async def recreate(self, address: str) -> int:
        """Make the mailbox anew, as after a restore: every mail has another UID; gives its UIDVALIDITY."""
        return await self.mailboxes().recreate(address, self.boxes.get(address.lower(), []))

    async def send(self, draft: Draft) -> Letter:
        """Send as a customer to the desk; copies go to the customers in Cc."""
        raw = write(draft, at=self._clock.now()).as_bytes()
        copies = [address for _, address in getaddresses(list(draft.cc))]
        await self._bring_to_desk(draft.sender, draft.to, raw, draft.subject)
        for address in copies:
            await self.keep(address, "in", draft.sender, [draft.to, *copies], raw)
        return await self.keep(draft.sender, "out", draft.sender, [draft.to, *copies], raw)

    async def out_of_office(self, letter_id: str, text: str, language: str) -> Letter:
        """Answer one letter by machine, whatever it is."""
        address, letter = self._place_of(letter_id)
        away = absence(address, text, language)
        return await self._send_automatic(out_of_office(_received(letter), address, away))

    async def bounce(self, letter_id: str, status: str, reason: str) -> Letter:
        """Tell the desk that this mail of its could not be delivered after all."""
        address, letter = self._place_of(letter_id)
        report = bounce(_received(letter), address, status=status, reason=reason, at=self._clock.now())
        raw = report.as_bytes(policy=policy.SMTP)
        await self._bring_to_desk("", letter.sender, raw, str(report["Subject"]))
        return await self.keep(mailer_daemon(address), "out", "", [letter.sender], raw)

    async def _take(self, envelope: Envelope) -> None:
        """A mail of the desk has arrived."""
        raw, sender = envelope.original_content or b"", envelope.mail_from or ""
        recipients = [str(one) for one in envelope.rcpt_tos]
        for address in recipients:
            letter = await self.keep(address, "in", sender, recipients, raw)
            answer = self.absences.answer_to(letter, address)
            if answer is not None:
                self._begin(self._answer(answer))

    async def _answer(self, draft: Draft) -> None:
        try:
            await self._send_automatic(draft)
        except NotPossible:
            return  # it stands in the journal; nobody is there to read it

    async def _send_automatic(self, draft: Draft) -> Letter:
        """With the null sender, so that nobody answers that (RFC 3834)."""
        raw = write(draft, at=self._clock.now()).as_bytes()
        await self._bring_to_desk("", draft.to, raw, draft.subject)
        return await self.keep(draft.sender, "out", "", [draft.to], raw)

    async def _bring_to_desk(self, sender: str, to: str, raw: bytes, subject: str) -> None:
        about = {"sender": sender, "to": to, "subject": subject, "by": self.deliver_by}
        if self.deliver_by == "imap":
            delivered = _delivered(raw, sender, self._desk_address, format_datetime(self._clock.now()))
            await self.keep(self._desk_address, "in", sender, [to], delivered)
        else:
            await self._hand_over(sender, to, raw, about)
        self._journal.note("mail", "sent", **about, stage="desk", outcome="taken")

    async def _hand_over(self, sender: str, to: str, raw: bytes, about: Json) -> None:
        if self.deliver_to is None:
            raise NotPossible("the desk's mail server is not known yet: set deliver_mail_to")
        try:
            await asyncio.to_thread(_speak_smtp, self.deliver_to, sender, to, raw)
        except (OSError, smtplib.SMTPException) as wrong:
            self._journal.note("mail", "refused", **about, stage="desk", outcome="refused", why=str(wrong))
            raise NotPossible(f"the desk's mail server did not take it: {wrong}") from wrong

    def _place_of(self, letter_id: str) -> tuple[str, Letter]:
        for address, box in self.boxes.items():
            for letter in box:
                if letter.id == letter_id:
                    return address, letter
        raise NotPossible(f"there is no mail {letter_id}")

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)


def _received(letter: Letter) -> Letter:
    if letter.way != "in":
        raise NotPossible(f"{letter.id} was sent from that mailbox and not received")
    return letter


def _delivered(raw: bytes, sender: str, address: str, when: str) -> bytes:
    """With what a mail server writes on top when it puts a mail into a mailbox."""
    trace = (
        f"Return-Path: <{sender}>\r\nDelivered-To: {address}\r\n"
        f"Received: by mail.sandbox.example with ESMTP;\r\n\t{when}\r\n"
    )
    return trace.encode() + raw


def _speak_smtp(server: tuple[str, int], sender: str, recipient: str, raw: bytes) -> None:
    with smtplib.SMTP(*server, timeout=10) as connection:
        connection.sendmail(sender, [recipient], raw)
