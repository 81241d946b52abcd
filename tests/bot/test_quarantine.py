"""A held mail: an agent says where it belongs, once."""

import json

import pytest

from desk.actor import Actor
from desk.event import Kind
from desk.status import Status
from store import emails
from store.emails import Direction, Email

MALLORY = Actor.customer("mallory@elsewhere.example", "Mallory")


@pytest.fixture
def hold(desk, at):
    """A ticket with a held mail; gives the values its two buttons carry."""

    def held(status=Status.WAITING_FOR_CUSTOMER):
        number = desk.a_ticket(status)
        desk.change(
            number,
            lambda ticket: ticket.quarantine(
                "Send me the password", by=MALLORY, at=at("mon 09:40"), reason="not a participant",
                inbox=None, files=["a.pdf"],
            ),
        )  # fmt: skip
        desk.deliver()
        lines = desk.slack.thread(desk.place(number).ts)
        [row] = [block for line in lines for block in line["blocks"] if block["type"] == "actions"]
        return number, {button["action_id"]: button["value"] for button in row["elements"]}

    return held


def test_the_thread_shows_who_claims_the_ticket_and_why_it_is_held(desk, hold):
    number, _ = hold()
    shown = json.dumps(desk.slack.thread(desk.place(number).ts)[-1]["blocks"])
    assert "Mallory <mallory@elsewhere.example> writes as if this were their ticket" in shown
    assert "not a participant" in shown


def test_let_in_the_mail_counts_as_a_reply(desk, hold):
    number, carried = hold()
    assert desk.click("accept", carried["accept"]).status == 200
    ticket = desk.ticket(number)
    assert ticket.status is Status.WAITING_FOR_SUPPORT
    assert "mallory@elsewhere.example" in ticket.participants


def test_made_a_ticket_of_its_own_its_clock_starts_when_the_mail_came(desk, hold, at):
    number, carried = hold()
    assert desk.click("detach", carried["detach"]).status == 200
    new = desk.ticket(number + 1)
    assert (new.customer, new.opened_at, new.client) == (
        "mallory@elsewhere.example", at("mon 09:40"), "elsewhere.example",
    )  # fmt: skip
    assert new.history[0].text == "Send me the password"
    assert new.history[0].detail["files"] == ["a.pdf"]
    assert desk.ticket(number).status is Status.WAITING_FOR_CUSTOMER
    assert desk.ticket(number).history[-1].detail["ticket"] == new.number


def test_a_ticket_of_its_own_has_the_subject_of_its_own_mail(desk, at):
    number = desk.a_ticket()
    with desk.db.change() as session:
        kept = desk.an_arrival(session)
        emails.keep(
            session,
            Email(
                ticket=number, direction=Direction.IN, message_id="<1@x>", address=MALLORY.key,
                subject="Password", body="Send it", at=at("mon 09:40"), inbox=kept,
            ),
        )  # fmt: skip
    desk.change(
        number,
        lambda ticket: ticket.quarantine("Send it", by=MALLORY, at=at("mon 09:40"), reason="r", inbox=kept),
    )
    desk.deliver()
    desk.click("detach", f"{number}:2:2")
    assert desk.ticket(number + 1).subject == "Password"


@pytest.mark.both_engines
@pytest.mark.parametrize("first", ["accept", "detach"])
@pytest.mark.parametrize("second", ["accept", "detach", "drop"])
def test_of_two_decisions_the_first_one_counts(desk, hold, first, second):
    number, carried = hold()
    desk.click(first, carried[first], by="U0BOB")
    before = desk.ticket(number).version
    assert desk.click(second, carried[second]).status == 200
    assert "Somebody has decided about this mail already" in desk.slack.told[-1]["text"]
    assert desk.ticket(number).version == before


def test_a_held_mail_on_a_closed_ticket_can_only_become_its_own_ticket(desk, hold):
    number, carried = hold(Status.CLOSED)
    desk.click("accept", carried["accept"])
    assert "needs a ticket of its own" in desk.slack.told[-1]["text"]
    desk.click("detach", carried["detach"])
    assert desk.ticket(number + 1).customer == MALLORY.key


def test_what_is_not_a_held_mail_cannot_be_let_in(desk):
    number = desk.a_ticket()
    desk.forge("accept", f"{number}:1:1")
    assert desk.slack.told[-1]["text"] == "That is not a held mail."
    assert [event.kind for event in desk.ticket(number).history] == [Kind.OPENED]


@pytest.mark.usefixtures("outsiders")
@pytest.mark.parametrize("act", ["accept", "detach", "drop"])
def test_outsiders_decide_about_no_mail(desk, hold, act):
    number, carried = hold()
    before = desk.ticket(number).version
    for who in ("U0NORA", "U0GUS", "U0OTTO", "U0ROBOT", "U0GONE"):
        desk.click(act, carried[act], by=who)
        assert "only the people of the support team" in desk.slack.told[-1]["text"]
    assert desk.ticket(number).version == before


def test_a_dropped_mail_changes_nothing_and_its_buttons_go(desk, hold):
    number, carried = hold()
    before = desk.ticket(number).status
    assert desk.click("drop", carried["drop"]).status == 200
    desk.deliver()

    last = desk.slack.thread(desk.place(number).ts)[-1]["blocks"]
    assert "dropped it" in json.dumps(last)
    assert "actions" not in {block["type"] for block in last}
    assert desk.ticket(number).status is before
    assert desk.ticket(number).history[-1].kind is Kind.DISMISSED
