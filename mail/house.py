"""What decides, beside a mail itself, what becomes of it: how this desk is known and whom it serves."""

from collections.abc import Callable
from dataclasses import dataclass

from desk.priority import Priority


@dataclass(frozen=True, slots=True)
class Client:
    """The company a customer writes for.  language: its contract's, or None where that says nothing."""

    name: str
    language: str | None = None


@dataclass(frozen=True, kw_only=True)
class House:
    """The desk as mail knows it.

    addresses: its own, of every mailbox; loop_mark: what the loop header of our mails holds;
    trusted_authserv: the mail server whose Authentication-Results are believed; client_of: who has a
    contract, by address.
    """

    addresses: frozenset[str]
    prefix: str = "HD"
    loop_mark: str = ""
    language: str = "en"
    priority: Priority = Priority.MEDIUM
    trusted_authserv: str | None = None
    client_of: Callable[[str], Client | None] = lambda address: None

    def __post_init__(self) -> None:
        object.__setattr__(self, "addresses", frozenset(address.lower() for address in self.addresses))

    def client(self, address: str) -> Client:
        """The client that this customer writes for; without a contract, their mail domain."""
        return self.client_of(address) or Client(address.rpartition("@")[2])
