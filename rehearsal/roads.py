"""The two roads out of the desk: what would call Slack or speak SMTP is written down instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from typing import Any

from bot.blocks import Post
from bot.filewire import Address as FileAddress
from bot.filewire import FileWire, Shared
from bot.wire import Wire
from desk.delivery import Audience, Delivery
from desk.errors import DeliveryHeld, DeliveryPutOff, DeliveryShut
from desk.event import Kind
from mail.smtp import Server
from rehearsal import flat
from rehearsal.diary import Diary
from rehearsal.scenario import Road
from store.cards import Place
from store.database import Session
from store.sender import Gatherer, Sender

Clock = Callable[[], datetime]


class Outages:
    """What is out of order until when."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[Road, datetime] = {}

    def begin(self, road: Road, until: datetime) -> None:
        """Out of order from now on; a longer one that goes on already stays."""
        self._until[road] = max(until, self._until.get(road, until))

    def of(self, road: Road) -> bool:
        """Whether that is out of order now."""
        return road in self._until and self._clock() < self._until[road]

    def must_serve(self, road: Road) -> None:
        """Raise DeliveryHeld, up to the end of the outage, where there is one."""
        if self.of(road):
            wait = self._until[road] - self._clock()
            raise DeliveryHeld(f"{road.value} is out of order", wait=wait)

    def ended(self) -> list[Road]:
        """Those that ended by now, each once."""
        over = [road for road, until in self._until.items() if until <= self._clock()]
        for road in over:
            del self._until[road]
        return over

    def next_end(self) -> datetime | None:
        """When the next one ends."""
        return min(self._until.values(), default=None)


class Underway:
    """Which deliveries are being sent at this moment."""

    def __init__(self) -> None:
        self.deliveries: Sequence[Delivery] = ()


class WrittenWire(Wire):
    """Slack's side of the wire: every message is written down and gets a ts."""

    def __init__(self, diary: Diary, underway: Underway, outages: Outages, clock: Clock) -> None:
        self._diary = diary
        self._underway = underway
        self._outages = outages
        self._clock = clock
        self._posted = 0

    def post(self, channel: str, post: Post, *, token: str, thread: str | None = None, mark: str = "") -> str:
        """Write the message down, and return its ts."""
        self._outages.must_serve(Road.SLACK)
        self._posted += 1
        ts = f"{int(self._clock().timestamp())}.{self._posted:06}"
        told = [each for each in self._underway.deliveries if each.token in token.split()]
        self._write(told, post, ts, "posted")
        return ts

    def update(self, place: Place, post: Post) -> str:
        """Write down that it is drawn anew."""
        self._outages.must_serve(Road.SLACK)
        self._write(self._underway.deliveries, post, place.ts, "updated")
        return place.ts

    def find(
        self, channel: str, token: str, *, since: datetime, thread: str | None = None, widely: bool = False
    ) -> str | None:
        """Nothing is ever in doubt here."""
        return None

    def _write(self, told: Sequence[Delivery], post: Post, ts: str, deed: str) -> None:
        said = "\n".join(flat.lines_of(post.blocks))
        for delivery in told:
            facts: dict[str, Any] = {"change": deed, "headline": post.text, "text": said, "message": ts}
            kind = _KINDS[delivery.audience]
            if delivery.audience is Audience.CARD:
                facts |= self._diary.as_known(delivery.ticket_number) | {
                    "facts": flat.facts_of(post.blocks),
                    "controls": flat.controls_of(post.blocks),
                }
            else:
                facts |= self._about(delivery) | {"broadcast": post.broadcast}
            self._diary.write(kind, delivery.ticket_number, **facts)

    def _about(self, delivery: Delivery) -> dict[str, Any]:
        what, at, detail = self._diary.event(delivery.ticket_number, delivery.seq or 0)
        facts: dict[str, Any] = {"event": str(what), "happened_at": at}
        if what is Kind.WARNED:
            due = datetime.fromisoformat(detail["due"]).astimezone(UTC)
            facts |= {"goal": detail["goal"], "cycle": detail["cycle"], "level": detail["level"], "due": due}
        return facts


class WrittenFiles(FileWire):
    """What takes files: which ones are shown is written down."""

    def __init__(self, diary: Diary, underway: Underway, outages: Outages) -> None:
        self._diary = diary
        self._underway = underway
        self._outages = outages
        self._taken = 0

    def address(self, name: str, size: int) -> FileAddress:
        """One more file."""
        self._outages.must_serve(Road.SLACK)
        self._taken += 1
        return FileAddress("", f"F{self._taken:06}")

    def send(self, address: FileAddress, content: bytes) -> None:
        """Nobody keeps them."""

    def share(self, files: Sequence[Shared], place: Place, words: str) -> None:
        """Write down what is shown."""
        self._outages.must_serve(Road.SLACK)
        for delivery in self._underway.deliveries:
            names = [file.title for file in files]
            self._diary.write("files", delivery.ticket_number, headline=words, names=names)

    def are_shown(self, slack_files: Sequence[str], place: Place, *, since: datetime) -> bool:
        """Nothing is ever in doubt here."""
        return False


_KINDS = {Audience.CARD: "card", Audience.AGENTS: "thread", Audience.LEADS: "leads"}


class WrittenMail:
    """The mail server: every mail is written down as the customer would read it."""

    def __init__(self, diary: Diary, underway: Underway, outages: Outages) -> None:
        self._diary = diary
        self._underway = underway
        self._outages = outages

    def __call__(self, raw: bytes, server: Server, *, sender: str, recipient: str, copy: str) -> None:
        """Take the mail."""
        self._outages.must_serve(Road.SMTP)
        mail = message_from_bytes(raw)
        plain = next(part for part in mail.walk() if part.get_content_type() == "text/plain")
        body = plain.get_payload(decode=True)
        for delivery in self._underway.deliveries:
            what, at, _ = self._diary.event(delivery.ticket_number, delivery.seq or 0)
            self._diary.write(
                "mail",
                delivery.ticket_number,
                to=recipient,
                subject=str(make_header(decode_header(mail["Subject"]))),
                event=str(what),
                automatic="Auto-Submitted" in mail,
                text=body.decode(errors="replace").replace("\r\n", "\n") if isinstance(body, bytes) else "",
                message_id=str(mail["Message-ID"]),
                in_reply_to=str(mail["In-Reply-To"]) if "In-Reply-To" in mail else None,
                happened_at=at,
            )


class Witness:
    """A sender of the desk, of which the road knows what it is about."""

    def __init__(self, sender: Sender, underway: Underway) -> None:
        self._sender = sender
        self._underway = underway
        self.patience = sender.patience

    def send(self, delivery: Delivery) -> str:
        self._underway.deliveries = (delivery,)
        return self._sender.send(delivery)

    def prove(self, delivery: Delivery) -> str | None:
        return self._sender.prove(delivery)

    def arrived(self, session: Session, delivery: Delivery, reference: str, *, at: datetime) -> None:
        self._sender.arrived(session, delivery, reference, at=at)

    def gave_up(
        self, session: Session, delivery: Delivery, reason: str, *, certain: bool, at: datetime
    ) -> None:
        self._sender.gave_up(session, delivery, reason, certain=certain, at=at)


class GatheringWitness(Witness):
    """The same for a sender that tells several things in one message."""

    def __init__(self, sender: Gatherer, underway: Underway) -> None:
        super().__init__(sender, underway)
        self._gatherer = sender
        self.most = sender.most

    def send_all(self, deliveries: Sequence[Delivery]) -> Mapping[int, str | DeliveryPutOff | DeliveryShut]:
        self._underway.deliveries = deliveries
        return self._gatherer.send_all(deliveries)


def witnessed(senders: Mapping[Audience, Sender], underway: Underway) -> dict[Audience, Sender]:
    """Each of them with a witness."""
    return {
        audience: GatheringWitness(sender, underway)
        if isinstance(sender, Gatherer)
        else Witness(sender, underway)
        for audience, sender in senders.items()
    }
