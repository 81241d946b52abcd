"""What decides, beside a mail itself, what becomes of it: how this desk is known and whom it serves."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from desk.company import company_of
from desk.priority import Priority
from desk.ticket import Ticket
from mail.addresses import without_tag
from mail.showable import Rules

WRITTEN_TO = "desk"
"""Under which the event that opens a ticket names the address, where that is not the desk's first."""


@dataclass(frozen=True, slots=True)
class Client:
    """The company a customer writes for; "" where nobody knows one.  language: its contract's, or None where
    that says nothing."""

    name: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """One more address that the desk is known by.  language: of its mails where nothing else decides."""

    address: str
    language: str | None = None


@dataclass(frozen=True, kw_only=True)
class House:
    """The desk as mail knows it.

    addresses: its own, of every mailbox; others: those beside its first, with what is special about them;
    sources: whose mail a way in brings, where it is one address's; loop_mark: what the loop header of our
    mails holds; languages: those in which customers are answered who write in them;
    trusted_authserv: the mail server whose Authentication-Results are believed; client_of: who has a
    contract, by address; secret: seals our Message-IDs and reply addresses; agents: the agents' own mail
    addresses, which may forward; blocked: addresses and domains that are not heard; files: which of
    a mail's files are shown; alike_within: for how long a ticket may be repeated by the next; asks_opinion:
    whether mails ask if the customer was helped well.
    """

    addresses: frozenset[str]
    others: tuple[Known, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    prefix: str = "HD"
    loop_mark: str = ""
    language: str = "en"
    languages: frozenset[str] = frozenset({"nl", "en"})
    priority: Priority = Priority.MEDIUM
    trusted_authserv: str | None = None
    client_of: Callable[[str], Client | None] = lambda address: None
    secret: str = ""
    agents: frozenset[str] = frozenset()
    blocked: frozenset[str] = frozenset()
    files: Rules = field(default_factory=Rules)
    alike_within: timedelta = timedelta()
    asks_opinion: bool = True

    def __post_init__(self) -> None:
        for name in ("addresses", "agents", "blocked"):
            object.__setattr__(self, name, frozenset(each.lower() for each in getattr(self, name)))

    def client(self, address: str) -> Client:
        """The client that this customer writes for; without a contract, their company's mail domain."""
        return self.client_of(address) or Client(company_of(address))

    def owns(self, address: str) -> bool:
        """Whether that is an address of the desk, with or without a tag."""
        address = address.lower()
        return address in self.addresses or without_tag(address) in self.addresses

    def written_to(self, source: str, recipients: Iterable[str]) -> Known | None:
        """The address that a mail was written to; None for the desk's first.

        source: the way it came in, which knows best; recipients: of the envelope, then of the headers."""
        known = {other.address.lower(): other for other in self.others}
        named = (self.sources[source],) if source in self.sources else recipients
        ours = (address.lower() for address in named if address.lower() in self.addresses)
        return known.get(next(ours, ""))


def address_of(ticket: Ticket) -> str:
    """The address that the ticket's customer wrote to, in lower case; "" for the desk's first."""
    return str(ticket.history[0].detail.get(WRITTEN_TO) or "")
