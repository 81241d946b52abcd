"""A mail of an agent's takes along what was fetched for it, and does not leave without it."""

from datetime import timedelta

import pytest

from desk.delivery import Audience
from desk.event import Kind
from desk.status import Status
from store import files, outbox, undelivered
from store.files import File
from tests.mail.mailing_desk import SANNE

OFFER = File("offer.pdf", "application/pdf", b"%PDF offer")
NAMED = {"name": "offer.pdf", "slack_file": "F1", "bytes": 10}


def claimed(session, house):
    """What is to be fetched next."""
    delivery = outbox.claim(session, (Audience.DESK,), now=house.now, lease=timedelta(minutes=1))
    assert delivery is not None
    return delivery


def fetch(house):
    with house.db.change() as session:
        delivery = claimed(session, house)
        place = (delivery.ticket_number, delivery.seq, 0)
        for _ in range(2):  # a second time nothing happens
            files.keep_fetched(session, *place, OFFER, at=house.now)
        assert outbox.arrived(session, delivery, "")


def fail(house, why):
    with house.db.change() as session:
        assert outbox.give_up(session, claimed(session, house), why, certain=True)


@pytest.fixture
def number(house):
    """A ticket of which Sanne has written with a file."""
    number = house.opens(confirm=False)
    house.change(number, "reply", "See the offer.", files=[NAMED])
    return number


def test_a_mail_waits_for_its_files_and_takes_them_along(house, number):
    house.courier.deliver_due()
    assert house.post.mails == []
    fetch(house)
    house.courier.deliver_due()
    [part] = house.post.last().iter_attachments()
    assert (part.get_filename(), part.get_content()) == ("offer.pdf", OFFER.content)
    assert house.kinds(number) == [Kind.OPENED, Kind.REPLIED, Kind.SENT]


def test_what_is_written_after_it_does_not_overtake_it(house, number):
    house.change(number, "reply", "One more thing.")
    house.courier.deliver_due()
    assert house.post.mails == []
    fetch(house)
    house.courier.deliver_due()
    assert len(house.post.mails) == 2
    assert "One more thing." in house.post.text()


def test_without_its_file_it_is_held_the_agent_is_told_and_may_try_again(house, number):
    fail(house, "it was deleted in Slack")
    house.courier.deliver_due()
    assert house.post.mails == []
    failed = house.ticket(number).history[-1]
    assert failed.kind is Kind.MAIL_FAILED
    assert "its file “offer.pdf” could not be fetched: it was deleted in Slack" in failed.text

    with house.db.change() as session:
        undelivered.send_again(session, number, failed.detail["of"], by=SANNE, at=house.now)
    house.courier.deliver_due()
    assert house.post.mails == []
    fetch(house)
    house.courier.deliver_due()
    assert len(house.post.mails) == 1
    assert house.kinds(number)[-3:] == [Kind.MAIL_FAILED, Kind.RESENT, Kind.SENT]


def test_a_question_that_never_left_waits_for_nobody(house):
    number = house.opens(confirm=False)
    house.change(number, "ask", "Is this it?", files=[NAMED])
    fail(house, "it was deleted in Slack")
    house.courier.deliver_due()
    assert house.ticket(number).status is Status.WAITING_FOR_SUPPORT


def test_a_solution_takes_its_files_along(house):
    number = house.opens(confirm=False)
    house.change(number, "resolve", "Repaired, see the report.", files=[NAMED])
    fetch(house)
    house.courier.deliver_due()
    assert [part.get_filename() for part in house.post.last().iter_attachments()] == ["offer.pdf"]
