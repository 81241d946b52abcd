"""What decides, beside a mail itself, what becomes of it: how this desk is known and whom it serves."""

from collections.abc import Callable
from dataclasses import dataclass

from desk.company import company_of
from desk.priority import Priority
from mail.addresses import without_tag


@dataclass(frozen=True, slots=True)
class Client:
    """The company a customer writes for; "" where nobody knows one.  language: its contract's, or None where
    that says nothing."""

    name: str
    language: str | None = None


@dataclass(frozen=True, kw_only=True)
class House:
    """The desk as mail knows it.

    addresses: its own, of every mailbox; loop_mark: what the loop header of our mails holds;
    trusted_authserv: the mail server whose Authentication-Results are believed; client_of: who has a
    contract, by address; secret: seals our Message-IDs and reply addresses; agents: the agents' own mail
    addresses, which may forward; blocked: addresses and domains that are not heard.
    """

    addresses: frozenset[str]
    prefix: str = "HD"
    loop_mark: str = ""
    language: str = "en"
    priority: Priority = Priority.MEDIUM
    trusted_authserv: str | None = None
    client_of: Callable[[str], Client | None] = lambda address: None
    secret: str = ""
    agents: frozenset[str] = frozenset()
    blocked: frozenset[str] = frozenset()

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
