"""What the world has after the storm, held against what people were told."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from slack_sdk import WebClient
from sqlalchemy import and_, select

from desk.delivery import Audience
from desk.event import Kind
from sandbox.director import Json
from sandbox.server import Sandbox
from sandbox.visitor import Visitor, buttons_of, text_of
from store import tables, tickets
from store.database import Database
from tests.storm.people import Agents, Customers, customer, marker, subject
from tests.storm.standing import ASKED


@dataclass
class Verdict:
    """Finds what was lost, what is there twice, and what nobody said."""

    world: Sandbox
    db: Database
    customers: Customers
    agents: Agents

    def wrongs(self) -> list[str]:
        """Every promise that was broken, in words; [] when all were kept."""
        visitor = Visitor(self.world.url)
        return [
            *self._of_tickets(),
            *self._of_cards(visitor),
            *self._of_messages(visitor),
            *self._of_mailboxes(),
            *self._of_clicks(),
            *self._of_replies(),
        ]

    @cached_property
    def _mailboxes(self) -> dict[str, list[Json]]:
        """What arrived, by address: asked of the world once."""
        boxes = Visitor(self.world.url).state()["mailboxes"]
        return {name: [each for each in box if each["way"] == "in"] for name, box in boxes.items()}

    def _inbox(self, n: int) -> list[Json]:
        return self._mailboxes.get(customer(n), [])

    @cached_property
    def unread(self) -> list[str]:
        """Mails over which the desk was killed so often that it gave up reading them, and which it therefore
        did not read: a ticket of its own says so and has the mail as it came, which is what is promised."""
        row, event = tables.inbox.c, tables.events.c
        told_of = and_(event.ticket == row.ticket, event.detail["inbox"].as_integer() == row.id)
        given_up = select(row.raw).join(tables.events, told_of)
        given_up = given_up.where(event.detail["unreadable"].as_string().is_not(None))
        with self.db.read() as session:
            return [bytes(raw).decode() for raw in session.scalars(given_up)]

    @cached_property
    def _unread_answers(self) -> Counter[int]:
        """Customers whose answer has a ticket of its own."""
        found = [n for n in self.customers.answered for raw in self.unread if marker("answer", n) in raw]
        return Counter(found)

    def _of_tickets(self) -> Iterator[str]:
        row, event = tables.tickets.c, tables.events.c
        with self.db.read() as session:
            opened = Counter(session.scalars(select(row.subject)).all())
            wrote = session.scalars(select(event.text).where(event.kind == Kind.CUSTOMER_WROTE)).all()
        expected = Counter(subject(n) for n in [*self.customers.mailed, *set(self._unread_answers)])
        yield from _compared("tickets", expected, opened)
        for n in self.customers.answered:
            times = sum(marker("answer", n) in text for text in wrote) + self._unread_answers[n]
            if times != 1:
                yield f"the answer of customer {n} is on tickets {times} times"

    def _of_cards(self, visitor: Visitor) -> Iterator[str]:
        drawn = [text_of(each) for each in visitor.channel("#support") if buttons_of(each)]
        for n in self.customers.mailed:
            times = sum(subject(n) in text for text in drawn)
            if times != 1 + (n in self._unread_answers):
                yield f"customer {n} has {times} cards"

    def _of_messages(self, visitor: Visitor) -> Iterator[str]:
        """No delivery is told twice, whoever it was told to."""
        slack = WebClient(self.world.bot_token, base_url=self.world.api_url)
        told: Counter[str] = Counter()
        for root in [*visitor.channel("#support"), *visitor.channel("#support-leads")]:
            found = slack.conversations_replies(
                channel=root["channel"], ts=root["ts"], limit=200, include_all_metadata=True
            )
            for message in found["messages"]:
                payload = (message.get("metadata") or {}).get("event_payload", {})
                told.update(str(payload.get("token", "")).split())
        yield from (f"delivery {token} was told {times} times" for token, times in told.items() if times > 1)

    def _of_mailboxes(self) -> Iterator[str]:
        for n in self.customers.mailed:
            names = Counter(letter["message_id"] for letter in self._inbox(n))
            yield from (
                f"customer {n} got {name} {times} times" for name, times in names.items() if times > 1
            )

    def _of_clicks(self) -> Iterator[str]:
        with self.db.read() as session:
            for n in self.agents.taken:
                ticket = tickets.get(session, self._number(n))
                times = sum(event.kind is Kind.TAKEN for event in ticket.history)
                if times != 1:
                    yield f"the ticket of customer {n} was taken {times} times"

    def _of_replies(self) -> Iterator[str]:
        for n in [*self.agents.replied, *self.agents.unsure]:
            words = marker("reply", n)
            arrived = sum(words in letter["text"] for letter in self._inbox(n))
            written = self._written(n, words)
            if arrived > 1:
                yield f"customer {n} got the reply {arrived} times"
            if written > 1:
                yield f"the reply to customer {n} is written {written} times"
            if n in self.agents.replied and not arrived and not self._is_asked_about(n):
                yield f"the reply to customer {n} is lost: it did not arrive, and nobody is asked about it"

    def _number(self, n: int) -> int:
        with self.db.read() as session:
            return session.scalars(
                select(tables.tickets.c.number).where(tables.tickets.c.customer == customer(n))
            ).one()

    def _written(self, n: int, words: str) -> int:
        event = tables.events.c
        query = select(event.text).where(
            event.ticket == self._number(n), event.kind.in_((Kind.REPLIED, Kind.ASKED))
        )
        with self.db.read() as session:
            return sum(words in text for text in session.scalars(query))

    def _is_asked_about(self, n: int) -> bool:
        row = tables.outbox.c
        query = select(row.state).where(row.ticket == self._number(n), row.audience == Audience.CUSTOMER)
        with self.db.read() as session:
            return any(state in ASKED for state in session.scalars(query))


def _compared(what: str, expected: Counter[str], found: Counter[str]) -> Iterator[str]:
    for name in sorted((expected | found).keys()):
        if expected[name] != found[name]:
            yield f"{what}: {name!r} is there {found[name]} times and not {expected[name]}"
