"""What an event owes where files belong to it: the thread gets them, or a mail waits for them."""

import pytest

from desk.actor import Actor
from desk.delivery import Audience
from desk.errors import NotAllowed
from desk.files import named_in, size_of
from desk.ticket import Ticket

ANNA, TOM = Actor.customer("anna@bakery.example", "Anna"), Actor.agent("U1", "Tom")
SHOWN = {"name": "offer.pdf", "part": 0, "bytes": 1000}
LEFT_OUT = {"name": "setup.exe", "part": 1, "bytes": 10, "left_out": "it could run on your computer"}
OF_SLACK = {"name": "log.txt", "slack_file": "F1", "bytes": 3}
KEPT = {"name": "log.txt", "kept": 7}


def opened(at, **detail):
    return Ticket.open(by=ANNA, at=at("mon 09:00"), subject="Oven", text="It is cold.", detail=detail)


def owed(ticket):
    """By the newest event."""
    return {delivery.audience for delivery in ticket.history[-1].deliveries}


@pytest.mark.parametrize(
    ("detail", "gets_files"),
    [
        ({"inbox": 1, "files": [SHOWN, LEFT_OUT]}, True),
        ({"inbox": 1, "files": [LEFT_OUT]}, False),
        ({"inbox": 1, "files": [SHOWN], "sensitive": "a code to log in with"}, False),
        ({"inbox": 1, "files": ["offer.pdf"]}, False),
        ({}, False),
    ],
)
def test_the_thread_is_owed_the_files_that_it_may_show(at, detail, gets_files):
    ticket = opened(at, **detail)
    assert (Audience.FILES in owed(ticket)) is gets_files
    ticket.customer_wrote("More.", by=ANNA, at=at("mon 09:05"), **detail)
    assert (Audience.FILES in owed(ticket)) is gets_files


def test_the_files_of_a_held_mail_are_shown_once_somebody_lets_it_in(at):
    ticket, stranger = opened(at), Actor.customer("m@x.example", "M")
    ticket.quarantine("Hi", by=stranger, at=at("mon 09:05"), reason="unproved", inbox=5, files=[SHOWN])
    assert owed(ticket) == {Audience.AGENTS}
    ticket.accept(ticket.version, by=TOM, at=at("mon 09:10"))
    assert owed(ticket) == {Audience.AGENTS, Audience.FILES}
    assert ticket.history[-1].detail["inbox"] == 5


@pytest.mark.parametrize("act", ["reply", "ask", "resolve"])
@pytest.mark.parametrize(
    ("files", "waits"), [([], False), ([KEPT], False), ([OF_SLACK], True), ([KEPT, OF_SLACK], True)]
)
def test_a_mail_waits_for_files_that_are_not_kept_yet(at, act, files, waits):
    ticket = opened(at)
    getattr(ticket, act)("See the file.", by=TOM, at=at("mon 10:00"), files=files)
    assert Audience.CUSTOMER in owed(ticket)
    assert (Audience.DESK in owed(ticket)) is waits
    assert named_in(ticket.history[-1].detail) == files


def test_files_have_a_size_together_as_far_as_it_is_known():
    assert size_of([SHOWN, KEPT, OF_SLACK]) == 1003


def test_an_outsider_changes_no_note(at):
    ticket = opened(at)
    ticket.note("Called.", by=TOM, at=at("mon 10:00"), key="slack:1")
    for change in (
        lambda: ticket.edit_note("slack:1", "Never.", by=ANNA, at=at("mon 10:01"), edited="2"),
        lambda: ticket.delete_note("slack:1", by=ANNA, at=at("mon 10:01")),
    ):
        with pytest.raises(NotAllowed, match="Only an agent"):
            change()


def test_a_note_that_nobody_wrote_can_be_neither_edited_nor_taken_back(at):
    ticket = opened(at)
    assert not ticket.edit_note("slack:1", "Hm", by=TOM, at=at("mon 10:01"), edited="2")
    assert not ticket.delete_note("slack:1", by=TOM, at=at("mon 10:01"))


def test_a_note_that_was_taken_back_is_not_edited_any_more(at):
    ticket = opened(at)
    ticket.note("Called.", by=TOM, at=at("mon 10:00"), key="slack:1")
    note = ticket.history[-1]
    ticket.delete_note("slack:1", by=TOM, at=at("mon 10:01"))
    assert not ticket.edit_note("slack:1", "Hm", by=TOM, at=at("mon 10:02"), edited="2")
    assert ticket.note_as_it_is(note) is None
