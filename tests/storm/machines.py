"""What machines write to the desk in the storm: absences, reports that a mail came back, newsletters."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage, Message
from email.utils import format_datetime

from sandbox import automatic
from sandbox.director import Json
from sandbox.letters import Letter, write
from sandbox.visitor import Visitor
from tests.storm.people import Customers, customer, marker

_WRITTEN = datetime(2026, 11, 30, 9, tzinfo=UTC)


def newsletter(n: int) -> str:
    """The address that list n writes from."""
    return f"nieuws@lijst{n}.example"


def heading(n: int) -> str:
    """The subject of what list n writes."""
    return f"News {n:05d} for every shop"


@dataclass
class Machines:
    """Hand in as customers' servers do.  away, returned: the customers whose machine the desk took a mail
    from; listed: the lists of which it took one."""

    customers: Customers
    visitor: Visitor
    away: list[int] = field(default_factory=list)
    returned: list[int] = field(default_factory=list)
    listed: list[int] = field(default_factory=list)

    @property
    def mailed(self) -> int:
        """How many mails were taken."""
        return len(self.away) + len(self.returned) + len(self.listed)

    def write(self, n: int) -> None:
        """One of the three kinds, each in its turn."""
        (self.answer_as_away, self.report, self.publish)[n % 3](n)

    def answer_as_away(self, n: int) -> None:
        """The mailbox of customer n answers the confirmation, if it comes."""
        letter = self._confirmation(n)
        if letter is not None:
            absence = automatic.absence(customer(n), marker("away", n))
            mail = write(automatic.out_of_office(letter, customer(n), absence), at=_WRITTEN)
            self.customers.hand_in("", mail)
            self.away.append(n)

    def report(self, n: int) -> None:
        """The mail server of customer n has taken the confirmation, and says that it came to nobody."""
        letter = self._confirmation(n)
        if letter is not None:
            self.customers.hand_in("", _report(letter, n))
            self.returned.append(n)

    def publish(self, n: int) -> None:
        """A newsletter comes."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = newsletter(n), self.customers.desk_address, heading(n)
        mail["Message-ID"], mail["Date"] = f"<news-{n}@lijst{n}.example>", format_datetime(_WRITTEN)
        mail["List-Id"], mail["Precedence"] = f"News <news.lijst{n}.example>", "bulk"
        mail.set_content(f"Everything is cheaper. {marker('news', n)}\n")
        self.customers.hand_in(newsletter(n), mail)
        self.listed.append(n)

    def _confirmation(self, n: int) -> Letter | None:
        found = self.customers.confirmation(n, self.visitor)
        return _as_received(found, self.visitor.raw(found)) if found else None


def _as_received(letter: Json, raw: bytes) -> Letter:
    return Letter(letter["id"], "in", _WRITTEN, letter["envelope_from"], tuple(letter["envelope_to"]), raw)


def _report(letter: Letter, n: int) -> Message:
    return automatic.bounce(letter, customer(n), status="5.1.1", reason=marker("returned", n), at=_WRITTEN)
