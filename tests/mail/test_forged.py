"""Forged references, seals, tags and Message-IDs from strangers: none gets in, whatever they are made of."""

from datetime import timedelta
from random import Random

import pytest

from desk.actor import Role
from desk.delivery import Audience
from desk.event import Kind
from desk.status import Status
from mail.seals import reply_address
from store.inbox import State
from tests.mail.mail_desk import ALICE, DESK, MailDesk, mail
from tests.mail.test_intake import IN_STATUS

SECRET = "a secret of the desk"
TICKETS = 12
"""Two in each status."""


class Forger:
    """Makes up mails of people who are on no ticket.  One in four has seen a mail of ours or a customer's."""

    def __init__(self, seed):
        self.dice = Random(seed)
        self.made = 0

    def letter(self):
        self.made += 1
        number = self.dice.randint(1, TICKETS)
        headers = self.dice.choice(self.WAYS)(self, number)
        dress = self.dice.choice([{}, {}, {"Reply_To": ALICE}, {"Cc": ALICE}, {"Sender": ALICE}])
        facts = {
            "sender": self.sender(),
            "message_id": f"forged-{self.made}@evil.example",
            "subject": "hello",
        }
        return mail(f"Let me in, {self.made}.\n", **facts | dress | headers)

    def sender(self):
        stranger = f"m{self.made % 997}@evil{self.made % 31}.example"
        names = [f"Mallory <{stranger}>", stranger, f'"{ALICE}" <{stranger}>', f"{ALICE}, {stranger}"]
        return self.dice.choice(names)

    def digits(self, length):
        return "".join(self.dice.choices("0123456789abcdef", k=length))

    def guessed_id(self, number):
        return {"In_Reply_To": f"<hd.{number}.{self.digits(32)}@desk.example>"}

    def guessed_old_id(self, number):
        chain = [f"<hd.{self.dice.randint(1, 99)}.{self.digits(32)}@desk.example>" for _ in range(5)]
        return {"References": " ".join(chain), "subject": f"Re: [HD-{number}] Printer"}

    def seal_of_another_desk(self, number):
        return {"to": reply_address(DESK, ticket=number, secret="guessed")}

    def guessed_seal(self, number):
        return {"Delivered_To": f"help+hd{number}.{self.digits(32)}@desk.example"}

    def moved_seal(self, number):
        sealed = reply_address(DESK, ticket=number, secret=SECRET)
        return {"to": sealed.replace(f"+hd{number}.", f"+hd{number + TICKETS}.")}

    def tag(self, number):
        return {
            "subject": self.dice.choice([f"[HD-{number}] x", f"Re: [hd-{number}]", f"AW: Re: [HD-{number}]"])
        }

    def own_looking(self, number):
        return {"message_id": f"hd.{number}.{self.digits(32)}@desk.example", "subject": f"[HD-{number}]"}

    def seen_id(self, number):
        return {"In_Reply_To": f"<ours-{number}@desk.example>"}

    def seen_seal(self, number):
        return {"to": reply_address(DESK, ticket=number, secret=SECRET)}

    def customers_id(self, number):
        return {"References": f"<a@b.example> <m1-{number}@customer.example>"}

    WAYS = (
        guessed_id, guessed_old_id, seal_of_another_desk, guessed_seal, moved_seal, guessed_id, guessed_seal,
        tag, own_looking, seen_id, seen_seal, customers_id,
    )  # fmt: skip


@pytest.fixture
def desk(db):
    desk = MailDesk(db, secret=SECRET)
    for number in range(1, TICKETS + 1):
        desk.arrives(mail(f"Fault {number}.\n", message_id=f"m1-{number}@customer.example"))
        desk.sent(f"ours-{number}@desk.example", number=number)
        status = list(Status)[number % len(Status)]
        desk.does(lambda ticket, status=status: IN_STATUS[status](ticket, desk.now), number)
    return desk


def standing(desk):
    """What no stranger may change, of every ticket that was there."""
    tickets = [desk.ticket(number) for number in range(1, TICKETS + 1)]
    return [
        (ticket.status, ticket.priority, ticket.owner, ticket.customer, ticket.participants, ticket.due_at)
        for ticket in tickets
    ]


def let_forge(desk, count, *, seed):
    """Let so many forged mails come in, a few each minute."""
    before, known = standing(desk), [len(desk.ticket(n).history) for n in range(1, TICKETS + 1)]
    forger = Forger(seed)
    letters = ((forger.letter(), desk.now + timedelta(seconds=20) * number) for number in range(count))
    fates = desk.pours(letters)

    assert standing(desk) == before
    for number, length in enumerate(known, 1):
        added = desk.ticket(number).history[length:]
        assert {event.kind for event in added} <= {Kind.QUARANTINED, Kind.COLLECTED}
        assert {event.by.role for event in added} <= {Role.CUSTOMER, Role.SYSTEM}
        assert {each.audience for event in added for each in event.deliveries} <= {Audience.AGENTS}
    assert {fate.state for fate in fates} <= {State.DONE, State.COLLECTED}
    on_known = [fate for fate in fates if fate.ticket and fate.ticket <= TICKETS]
    assert all(fate.remark.startswith(("quarantined on ", "collected on ")) for fate in on_known)
    assert len(on_known) > count / 10
    assert len(fates) - len(on_known) > count / 10


def test_no_forged_mail_gets_anybody_in(desk):
    let_forge(desk, 200, seed=5)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_of_twenty_thousand_forged_mails_none_gets_anybody_in(desk):
    let_forge(desk, 20_000, seed=6)
