"""What the world has after the storm, held against what people were told."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from functools import cached_property
from typing import Any

from sqlalchemy import and_, select

from desk.delivery import Audience
from desk.event import Kind
from sandbox.letters import Letter
from sandbox.messages import Message
from sandbox.server import Sandbox
from sandbox.visitor import buttons_of, text_of
from store import tables
from store.database import Database
from tests.storm.machines import Machines, heading, newsletter
from tests.storm.people import SUBJECT, Agents, Customers, customer, marker, subject
from tests.storm.standing import ASKED


@dataclass
class Verdict:
    """Finds what was lost, what is there twice, and what nobody said."""

    world: Sandbox
    db: Database
    customers: Customers
    agents: Agents
    machines: Machines

    def wrongs(self) -> list[str]:
        """Every promise that was broken, in words; [] when all were kept."""
        return [
            *self._of_tickets(),
            *self._of_cards(),
            *self._of_messages(),
            *self._of_mailboxes(),
            *self._of_machines(),
            *self._of_clicks(),
            *self._of_replies(),
        ]

    @cached_property
    def _channels(self) -> dict[str, list[Message]]:
        """What stands in each, threads and all."""
        return {each.name: each.messages for each in self.world.parts.workspace.channels.values()}

    @cached_property
    def _events(self) -> dict[str, list[Any]]:
        """What happened on tickets, by the address of the customer."""
        event, ticket = tables.events.c, tables.tickets.c
        columns = select(ticket.customer, event.kind, event.text)
        found: defaultdict[str, list[Any]] = defaultdict(list)
        with self.db.read() as session:
            for row in session.execute(columns.join(tables.tickets, ticket.number == event.ticket)):
                found[row.customer].append(row)
        return found

    def _times(self, n: int, words: str, *kinds: Kind) -> int:
        """How often customer n's tickets say that, in events of these kinds."""
        return sum(each.kind in kinds and words in each.text for each in self._events[customer(n)])

    def _inbox(self, address: str) -> list[Letter]:
        """What arrived there."""
        return [each for each in self.world.parts.mail.boxes.get(address, []) if each.way == "in"]

    @cached_property
    def unread(self) -> list[str]:
        """Mails over which the desk was killed so often that it gave up reading them, and which it therefore
        did not read: a ticket of its own says so and has the mail as it came, which is what is promised."""
        row, event = tables.inbox.c, tables.events.c
        told_of = and_(event.ticket == row.ticket, event.detail["inbox"].as_integer() == row.id)
        given_up = select(row.raw).join(tables.events, told_of).where(_IS_UNREAD)
        with self.db.read() as session:
            return [bytes(raw).decode() for raw in session.scalars(given_up)]

    def _unread_of(self, kind: str, whose: Sequence[int]) -> Counter[int]:
        """Whose mails of that kind have a ticket of their own, because they were not read."""
        return Counter(n for raw in self.unread for n in whose if marker(kind, n) in raw)

    @cached_property
    def _unread_answers(self) -> Counter[int]:
        return self._unread_of("answer", self.customers.answered)

    def _of_tickets(self) -> Iterator[str]:
        ticket, event = tables.tickets.c, tables.events.c
        unread = select(event.ticket).where(_IS_UNREAD)
        with self.db.read() as session:
            opened = Counter(session.scalars(select(ticket.subject).where(ticket.number.not_in(unread))))
        expected = Counter(subject(n) for n in self.customers.mailed)
        expected -= Counter(map(subject, self._unread_of("first", self.customers.mailed).elements()))
        expected += Counter(heading(n) for n in self.machines.listed)
        expected -= Counter(map(heading, self._unread_of("news", self.machines.listed).elements()))
        yield from _compared("tickets", expected, opened)
        for raw, times in Counter(self.unread).items():
            if times != 1:
                yield f"a mail that was not read has {times} tickets: {raw[:200]!r}"
        for n in self.customers.answered:
            times = self._times(n, marker("answer", n), Kind.CUSTOMER_WROTE) + self._unread_answers[n]
            if times != 1:
                yield f"the answer of customer {n} is on tickets {times} times"

    def _of_cards(self) -> Iterator[str]:
        roots = [vars(each) for each in self._channels["support"] if not each.is_reply]
        drawn = (text_of(each) for each in roots if buttons_of(each))
        there = Counter(name for text in drawn for name in set(SUBJECT.findall(text)))
        more = self._unread_answers + self._unread_of("away", self.machines.away)
        for n in self.customers.mailed:
            if there[subject(n)] != 1 + more[n]:
                yield f"customer {n} has {there[subject(n)]} cards"

    def _of_messages(self) -> Iterator[str]:
        """No delivery is told twice, whoever it was told to."""
        told: Counter[str] = Counter()
        for message in [*self._channels["support"], *self._channels["support-leads"]]:
            payload = (message.metadata or {}).get("event_payload", {})
            told.update(str(payload.get("token", "")).split())
        yield from (f"delivery {token} was told {times} times" for token, times in told.items() if times > 1)

    def _of_mailboxes(self) -> Iterator[str]:
        for n in self.customers.mailed:
            names = Counter(map(_name_of, self._inbox(customer(n))))
            yield from (
                f"customer {n} got {name} {times} times" for name, times in names.items() if times > 1
            )

    def _of_machines(self) -> Iterator[str]:
        """What they write is on record once, opens nothing where it is about a mail of ours, and is never
        answered."""
        for kind, whose, as_what in (
            ("away", self.machines.away, Kind.MACHINE_WROTE),
            ("returned", self.machines.returned, Kind.BOUNCED),
        ):
            unread = self._unread_of(kind, whose)
            for n in whose:
                times = self._times(n, marker(kind, n), as_what) + unread[n]
                if times != 1:
                    yield f"the mail of the machine of customer {n} ({kind}) is on record {times} times"
        nobody = {newsletter(n) for n in self.machines.listed}
        for address in self.world.parts.mail.boxes:
            if self._inbox(address) and (address in nobody or address.startswith("mailer-daemon@")):
                yield f"{address} got an answer"
        replied = {*self.agents.replied, *self.agents.unsure}
        for n in [*self.machines.away, *self.machines.returned]:
            most = 1 + (n in self.agents.taken) + (n in replied)
            got = len(self._inbox(customer(n)))
            if got > most:
                yield f"customer {n}, whose machine wrote, got {got} mails and not {most}"

    def _of_clicks(self) -> Iterator[str]:
        for n in self.agents.taken:
            times = self._times(n, "", Kind.TAKEN)
            if times != 1:
                yield f"the ticket of customer {n} was taken {times} times"

    def _of_replies(self) -> Iterator[str]:
        for n in [*self.agents.replied, *self.agents.unsure]:
            words = marker("reply", n)
            arrived = sum(words in letter.shown()["text"] for letter in self._inbox(customer(n)))
            written = self._times(n, words, Kind.REPLIED, Kind.ASKED)
            if arrived > 1:
                yield f"customer {n} got the reply {arrived} times"
            if written > 1:
                yield f"the reply to customer {n} is written {written} times"
            if n in self.agents.replied and not arrived and not self._is_asked_about(n):
                yield f"the reply to customer {n} is lost: it did not arrive, and nobody is asked about it"

    def _number(self, n: int) -> int:
        with self.db.read() as session:
            row = tables.tickets.c
            return int(session.scalars(select(row.number).where(row.customer == customer(n))).one())

    def _is_asked_about(self, n: int) -> bool:
        row = tables.outbox.c
        query = select(row.state).where(row.ticket == self._number(n), row.audience == Audience.CUSTOMER)
        with self.db.read() as session:
            return any(state in ASKED for state in session.scalars(query))


_IS_UNREAD = tables.events.c.detail["unreadable"].as_string().is_not(None)


def _name_of(letter: Letter) -> str:
    return str(BytesHeaderParser().parsebytes(letter.raw)["Message-ID"])


def _compared(what: str, expected: Counter[str], found: Counter[str]) -> Iterator[str]:
    for name in sorted((expected | found).keys()):
        if expected[name] != found[name]:
            yield f"{what}: {name!r} is there {found[name]} times and not {expected[name]}"
