"""What decides, beside a mail itself, what becomes of it: how this desk is known and whom it serves."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from desk.company import company_of
from desk.priority import Priority
from desk.ticket import Ticket
from mail.addresses import without_tag
from mail.showable import Rules
from mail.sorting import Rule, Seen, rule_for

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
    whether mails ask if the customer was helped well; desks: what each desk beside the first gets.
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
    desks: tuple[Rule, ...] = ()

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
        return known.get(self.address_written_to(source, recipients))

    def address_written_to(self, source: str, recipients: Iterable[str]) -> str:
        """That address itself, in lower case, also the first; "" where none of ours is named."""
        named = (self.sources[source],) if source in self.sources else recipients
        return next((each.lower() for each in named if each.lower() in self.addresses), "")

    def desk_for(self, seen: Seen, before: str | None) -> str:
        """The desk that gets a new ticket.  before: that of the ticket it follows, if it is there still."""
        if before is not None and before in {"", *(rule.desk for rule in self.desks)}:
            return before
        rule = rule_for(seen, self.desks)
        return rule.desk if rule else ""

    def usual_language(self, desk: str, known: Known | None) -> str:
        """Of mails where nothing else decides."""
        own = next((rule.language for rule in self.desks if rule.desk == desk), None)
        return (known.language if known else None) or own or self.language


def address_of(ticket: Ticket) -> str:
    """The address that the ticket's customer wrote to, in lower case; "" for the desk's first."""
    return str(ticket.history[0].detail.get(WRITTEN_TO) or "")
