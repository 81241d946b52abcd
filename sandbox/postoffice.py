"""The customers' mail server: takes what the desk sends, or refuses and drops it at the step it was told."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session, syntax

from sandbox.clock import Clock
from sandbox.faults import Fault, Faults
from sandbox.gates import Gate
from sandbox.journal import Journal

LARGEST = 40 * 1024 * 1024

Take = Callable[[Envelope], Awaitable[None]]


class PostOffice:
    """Speaks SMTP in the sandbox's event loop; `take` gets each mail that is taken.

    size_limit: bytes, announced and enforced.  greylist_seconds: how long the first try of each sender for
    each recipient is put off, by the sandbox's clock; 0 is never.  swallowed: addresses whose mail is taken
    and never seen again."""

    def __init__(self, clock: Clock, journal: Journal, faults: Faults, take: Take) -> None:
        self._clock, self._journal, self._faults, self._take = clock, journal, faults, take
        self._first_tries: dict[tuple[str, str], datetime] = {}
        self.gate = Gate(self._serve)
        self.size_limit = LARGEST
        self.greylist_seconds = 0.0
        self.swallowed: frozenset[str] = frozenset()

    async def _serve(self, listener: socket.socket) -> asyncio.Server:
        return await asyncio.get_running_loop().create_server(lambda: _Postman(self), sock=listener)

    # The steps, in the order of a connection.  handle_* are aiosmtpd's hooks.

    async def greet(self, postman: "_Postman", greeting: str) -> str:
        return await self._spoiled("smtp.connect", postman) or greeting

    async def handle_MAIL(
        self, server: "_Postman", session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = await self._spoiled("smtp.mail", server)
        if refusal:
            return refusal
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: "_Postman", session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = await self._spoiled("smtp.rcpt", server, address)
        refusal = refusal or self._put_off(envelope.mail_from or "", address)
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: "_Postman", session: Session, envelope: Envelope) -> str:
        fault = await self._met("smtp.data")
        if fault is not None and fault.drop == "before":
            return self._hang_up(server, "not taken")
        if fault is not None and fault.status and not fault.effect:
            return _answer(fault)
        envelope.rcpt_tos = [each for each in envelope.rcpt_tos if each.lower() not in self.swallowed]
        await self._take(envelope)
        outcome = _outcome(fault)
        self._journal.note(
            "mail",
            "received",
            stage="smtp.data",
            outcome=outcome,
            sender=envelope.mail_from,
            to=list(envelope.rcpt_tos),
            bytes=len(envelope.original_content or b""),
        )
        if fault is not None and fault.drop == "after":
            return self._hang_up(server, outcome)
        return _answer(fault) if fault is not None and fault.status else "250 OK"

    def refused(self, postman: "_Postman", answer: str) -> None:
        """Every refusal goes through here, aiosmtpd's own too."""
        self._journal.note("mail", "refused", **postman.about(), outcome="refused", answer=answer)

    def left(self, postman: "_Postman") -> None:
        """The client hung up in the middle of a mail."""
        self._journal.note("mail", "dropped", **postman.about(), outcome="the client hung up")

    async def _spoiled(self, step: str, postman: "_Postman", recipient: str = "") -> str:
        """The answer this step was told to give, or nothing."""
        fault = await self._met(step, recipient)
        if fault is None:
            return ""
        if fault.drop:
            return self._hang_up(postman, "not taken")
        return _answer(fault) if fault.status else ""

    async def _met(self, step: str, recipient: str = "") -> Fault | None:
        fault = self._faults.meet(step, recipient)
        if fault is not None:
            self._journal.note("fault", step, status=fault.status, drop=fault.drop, hang=fault.hang)
            await asyncio.sleep(fault.hang)
        return fault

    def _put_off(self, sender: str, recipient: str) -> str:
        if self.greylist_seconds <= 0:
            return ""
        now = self._clock.now()
        first = self._first_tries.setdefault((sender.lower(), recipient.lower()), now)
        left = first + timedelta(seconds=self.greylist_seconds) - now
        return (
            f"451 4.7.1 Greylisted, try again in {left.total_seconds():.0f} s" if left > timedelta() else ""
        )

    def _hang_up(self, postman: "_Postman", outcome: str) -> str:
        self._journal.note("mail", "dropped", **postman.about(), outcome=outcome)
        postman.hang_up()
        return "421 gone"


class _Postman(SMTP):
    """One connection.  It knows the step it is at, so that what becomes of a mail can be told."""

    def __init__(self, office: PostOffice) -> None:
        super().__init__(
            office,
            data_size_limit=office.size_limit,
            enable_SMTPUTF8=True,
            hostname="mail.sandbox.example",
            ident="Sandbox",
        )
        self._office = office
        self._stage, self._said, self._hung_up = "smtp.connect", "", False

    def about(self) -> dict[str, Any]:
        """The step, and whom it is about."""
        named = self._said.partition("<")[2].partition(">")[0]
        known = self.envelope or Envelope()
        return {
            "stage": self._stage,
            "sender": named if self._stage == "smtp.mail" else known.mail_from or "",
            "to": [named] if self._stage == "smtp.rcpt" else list(known.rcpt_tos),
        }

    def connection_made(self, transport: Any) -> None:
        self._office.gate.callers.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._office.gate.callers.discard(self)
        if self._stage == "smtp.data" and not self._hung_up:
            self._office.left(self)
        super().connection_lost(error)

    @syntax("MAIL FROM: <address>", extended=" [SP <mail-parameters>]")
    async def smtp_MAIL(self, arg: str | None) -> None:
        self._begin("smtp.mail", arg)
        await super().smtp_MAIL(arg)
        self._stage = ""

    @syntax("RCPT TO: <address>", extended=" [SP <mail-parameters>]")
    async def smtp_RCPT(self, arg: str | None) -> None:
        self._begin("smtp.rcpt", arg)
        await super().smtp_RCPT(arg)
        self._stage = ""

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:
        self._begin("smtp.data", arg)
        await super().smtp_DATA(arg)
        self._stage = ""

    async def push(self, status: Any) -> None:
        """Answer; a refusal is told of, and after a 421 or a refused greeting the line is closed."""
        is_greeting, words = self._stage == "smtp.connect", _text(status)
        if is_greeting:
            words = await self._office.greet(self, words)
        if self._hung_up:
            return
        if words[:1] in ("4", "5"):
            self._office.refused(self, words)
        await super().push(words)
        if words.startswith("421") or (is_greeting and words[:1] in ("4", "5")):
            self.hang_up(politely=True)
        if is_greeting:
            self._stage = ""

    def hang_up(self, politely: bool = False) -> None:
        """At once, or after what was written has left."""
        self._hung_up = True
        transport: Any = self.transport
        if transport is not None:
            transport.close() if politely else transport.abort()

    def _begin(self, stage: str, said: str | None) -> None:
        self._stage, self._said = stage, said or ""


def _text(status: Any) -> str:
    return status.decode("utf-8", "replace") if isinstance(status, bytes) else str(status)


def _answer(fault: Fault) -> str:
    return f"{fault.status} {fault.error or 'the sandbox was told to refuse'}"


def _outcome(fault: Fault | None) -> str:
    if fault is not None and fault.drop == "after":
        return "taken, and nothing was answered"
    return f"taken, and answered {fault.status}" if fault is not None and fault.status else "taken"
