"""Who does something to a ticket, and through which door."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from desk.errors import NotAllowed


class Role(StrEnum):
    """What somebody is to the desk."""

    CUSTOMER = "customer"
    AGENT = "agent"
    LEAD = "lead"
    SYSTEM = "system"
    OPERATOR = "operator"


class Door(StrEnum):
    """Through what an act came in."""

    BUTTON = "button"
    COMMAND = "command"
    THREAD = "thread"
    MAIL = "mail"
    LINK = "link"
    SCHEDULER = "scheduler"
    TERMINAL = "terminal"


STAFF = frozenset({Role.AGENT, Role.LEAD, Role.OPERATOR})
"""Who works tickets."""

LEADS = frozenset({Role.LEAD, Role.OPERATOR})
"""Who sees the whole desk in figures."""

RESOLVERS = STAFF | {Role.SYSTEM}
"""Who may resolve: people, and 72 hours of silence."""

CLOSERS = frozenset({Role.LEAD, Role.SYSTEM, Role.OPERATOR})
"""Who may close a ticket for good."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts.  key: a Slack user id, a mail address, or the name of a job; name: how people call them.

    Its repr has neither: it may end in a log."""

    role: Role
    key: str = field(repr=False)
    name: str = field(repr=False)
    door: Door

    @classmethod
    def customer(cls, address: str, name: str = "") -> Self:
        """The person behind a mail address, through their mail."""
        return cls(Role.CUSTOMER, address.lower(), name or address, Door.MAIL)

    @classmethod
    def by_link(cls, address: str) -> Self:
        """The person who got a link by mail, and used it."""
        return cls(Role.CUSTOMER, address.lower(), address, Door.LINK)

    @classmethod
    def agent(cls, key: str, name: str, *, door: Door = Door.BUTTON) -> Self:
        return cls(Role.AGENT, key, name, door)

    @classmethod
    def lead(cls, key: str, name: str, *, door: Door = Door.BUTTON) -> Self:
        return cls(Role.LEAD, key, name, door)

    @classmethod
    def operator(cls, name: str) -> Self:
        """Whoever sits at the desk's terminal, by the name the machine knows them by."""
        return cls(Role.OPERATOR, name, f"the operator ({name})", Door.TERMINAL)

    @classmethod
    def system(cls, job: str) -> Self:
        """The desk itself: the sweep, the intake, the outbox."""
        return cls(Role.SYSTEM, job, "the desk", Door.SCHEDULER)

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF

    def must_be(self, roles: frozenset[Role], deed: str) -> None:
        """Refuse anyone else.  deed: what they tried, as in "close a ticket".

        Raises NotAllowed."""
        if self.role not in roles:
            who = " or ".join(sorted(roles & {Role.AGENT, Role.LEAD}))
            raise NotAllowed(f"Only {'an' if who.startswith('a') else 'a'} {who} may {deed}.")
