"""Customers and agents in the storm.  They remember what they were told was taken, and nothing else."""

import random
import re
import smtplib
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage, Message
from email.utils import format_datetime

from sandbox.director import Json, NotPossibleHere
from sandbox.visitor import Unanswered, Visitor
from tests.storm.clockwork import Patience
from tests.storm.replicas import Replica

DESK = "help@desk.example"
_BEGAN = datetime(2026, 11, 30, 9, tzinfo=UTC)


def customer(n: int) -> str:
    """The address of customer n."""
    return f"klant{n}@bedrijf{n}.example"


def subject(n: int) -> str:
    return f"Storm {n:05d} in the shop"


SUBJECT = re.compile(r"Storm \d{5} in the shop")


def marker(kind: str, n: int) -> str:
    """Words that nobody else says."""
    return f"{kind}-{n:05d}-said-once"


@dataclass
class Customers:
    """Mail servers of customers: they hand in one mail until they hear 250, as mail servers do.

    is_owed: whether the desk still has a mail from this address, or one to it, on its hands.  offered, taken:
    told of each customer whose first mail is handed in, and was taken.  mailed, answered: the customers whose
    first mail, and whose answer, the desk took; handed_in: those of them whose server handed it in."""

    replicas: Sequence[Replica]
    desk_address: str
    random: random.Random
    moves: Callable[[], int]
    is_owed: Callable[[str], bool]
    offered: Callable[[str], object] = str
    taken: Callable[[str], object] = str
    mailed: list[int] = field(default_factory=list)
    handed_in: list[int] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)

    def write(self, n: int) -> None:
        """Customer n writes for the first time."""
        mail = self._mail(n, f"storm-{n}@bedrijf{n}.example", subject(n), marker("first", n))
        self.offered(customer(n))
        self.hand_in(customer(n), mail)
        self.taken(customer(n))
        self.handed_in.append(n)
        self.mailed.append(n)

    def post(self, n: int, visitor: Visitor) -> None:
        """Customer n writes for the first time, into the mailbox that the desk reads."""
        visitor.mail(customer(n), subject=subject(n), text=marker("first", n))
        self.mailed.append(n)

    def answer(self, n: int, visitor: Visitor) -> None:
        """Customer n answers the confirmation, if it comes."""
        confirmation = self.confirmation(n, visitor)
        if confirmation is None:
            return
        words = marker("answer", n)
        mail = self._mail(n, f"answer-{n}@bedrijf{n}.example", f"Re: {confirmation['subject']}", words)
        mail["In-Reply-To"] = mail["References"] = confirmation["message_id"]
        self.hand_in(customer(n), mail)
        self.answered.append(n)

    def confirmation(self, n: int, visitor: Visitor) -> Json | None:
        """The first mail that customer n gets, once it is there; None where none comes: one in doubt is not
        repeated."""
        patience, owed = Patience(self.moves, every=0.5), True
        while not (letters := visitor.inbox(customer(n))):
            if not owed:
                return None
            owed = self.is_owed(customer(n))
            patience.spend(f"customer {n} waits for a confirmation")
        return letters[0]

    def _mail(self, n: int, name: str, title: str, text: str) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = customer(n), self.desk_address, title
        mail["Message-ID"] = f"<{name}>"
        mail["Date"] = format_datetime(_BEGAN + timedelta(seconds=n))
        mail.set_content(f"The till in shop {n} does nothing. {text}\n")
        return mail

    def hand_in(self, sender: str, mail: Message) -> None:
        """Until some process of the desk says that it is kept.  sender: whom SMTP names as that."""
        patience, raw = Patience(self.moves), mail.as_bytes()
        while True:
            port = self.random.choice(self.replicas).mail_port
            try:
                with smtplib.SMTP("127.0.0.1", port, timeout=10) as server:
                    server.sendmail(sender, [self.desk_address], raw)
                    return
            except (OSError, smtplib.SMTPException) as problem:
                patience.spend(f"a mail of <{sender}> cannot be handed in: {problem!r}")


@dataclass
class Agents:
    """Alice clicks and writes.

    card_of: where the card of that customer stands, once it is there.  taken, replied: customers whose ticket
    she was told she took, and whom she was told she has answered."""

    visitor: Visitor
    moves: Callable[[], int]
    card_of: Callable[[str], Json | None]
    taken: list[int] = field(default_factory=list)
    replied: list[int] = field(default_factory=list)
    unsure: list[int] = field(default_factory=list)

    def sees(self, n: int) -> bool:
        """Whether the card of customer n is there."""
        return self.card_of(customer(n)) is not None

    def take(self, n: int) -> None:
        """Click *Take it* on the card of customer n, and again while Slack shows an error, or the desk says
        to her alone that nothing was changed."""
        self._until_taken(n, lambda: self._click(n))
        self.taken.append(n)

    def reply(self, n: int, *, then: str = "keep", added: Sequence[tuple[str, bytes]] = ()) -> None:
        """Answer customer n.  When Slack shows an error after *Send*, she does not know, and leaves it."""
        written: dict[str, object] = {"text": marker("reply", n), "then": then}
        written |= {"added": list(added)} if added else {}
        self._until_taken(n, lambda: self._write(n, written))
        try:
            outcome = self.visitor.submit("Alice")["outcome"]  # she has looked at it
        except (Unanswered, NotPossibleHere):
            outcome = "unanswered"
        if outcome == "cleared":
            self.replied.append(n)
        else:
            self.unsure.append(n)
            self._close()

    def note(self, n: int) -> None:
        """Write a note on the ticket of customer n, and again while Slack shows an error.

        It says its words twice: where a page of PostgreSQL's log ends in one, the other is whole."""
        words = marker("note", n)

        def write() -> None:
            self._close()
            self.visitor.choose("Alice", self._card(n), "more", "Write a note")
            self.visitor.submit("Alice", {"text": f"{words}, and once more: {words}"})

        self._until_taken(n, write)

    def _click(self, n: int) -> None:
        before = self._refusals()
        self.visitor.click("Alice", self._card(n), "take")
        if self._refusals() > before:
            raise Unanswered("the desk says that nothing was changed, or that something else came first")

    def _refusals(self) -> int:
        told = self.visitor.ephemerals("Alice")
        return sum("nothing was changed" in each["text"] or "click again" in each["text"] for each in told)

    def _write(self, n: int, values: dict[str, object]) -> None:
        """In a fresh window, up to the look at the mail as it will leave: nothing of it counts before."""
        self._close()
        self.visitor.click("Alice", self._card(n), "reply")
        outcome = self.visitor.submit("Alice", values)["outcome"]
        if outcome != "pushed":
            raise Unanswered(f"the window says {outcome}")

    def _close(self) -> None:
        with suppress(NotPossibleHere):
            self.visitor.close("Alice", everything=True)

    def _card(self, n: int) -> Json:
        patience = Patience(self.moves, every=0.2)
        while not (card := self.card_of(customer(n))):
            patience.spend(f"customer {n} has no card")
        return card

    def _until_taken(self, n: int, act: Callable[[], object]) -> None:
        patience, problems = Patience(self.moves), Counter[str]()
        while True:
            try:
                act()
                return
            except (Unanswered, NotPossibleHere) as problem:
                problems[str(problem)] += 1
                patience.spend(f"what she does for customer {n} is never taken: {problems}")
            if problems.total() > _TRIES:
                raise AssertionError(f"what she does for customer {n} is refused for ever: {problems}")


_TRIES = 200
"""After so many she does not try again: something else than a storm is in her way."""
