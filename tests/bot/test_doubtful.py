"""A mail of which nobody can tell whether it left: the thread asks, and one answer counts."""

import json
from datetime import timedelta

import pytest

from desk.actor import Actor
from desk.delivery import Audience, DeliveryState
from desk.event import Kind
from desk.status import Status
from store import outbox, tickets, undelivered


@pytest.fixture
def doubt(desk, at):
    """A ticket whose question may have arrived; its number and the values that the two buttons carry."""
    number = desk.a_ticket(Status.IN_PROGRESS)
    sanne, now = Actor.agent("U0ANNA", "Anna"), at("mon 10:00")
    desk.change(number, lambda ticket: ticket.ask("Which colour?", by=sanne, at=now))
    with desk.db.change() as session:
        ticket = tickets.get(session, number)
        while mail := outbox.claim(session, (Audience.CUSTOMER,), now=now, lease=timedelta(minutes=1)):
            if mail.seq == ticket.version:
                outbox.give_up(session, mail, "no answer", certain=False)
                ticket.mail_failed(mail.seq, "no answer", certain=False, by=Actor.system("outbox"), at=now)
                break
            outbox.arrived(session, mail, "x")
    desk.deliver()
    return number, mail.id, buttons(desk, number)


def buttons(desk, number):
    shown = desk.slack.thread(desk.place(number).ts)
    rows = [block for line in shown for block in line["blocks"] if block["type"] == "actions"]
    return {each["action_id"]: each["value"] for row in rows for each in row["elements"]}


def test_the_thread_asks_and_says_afterwards_who_answered(desk, doubt):
    number, _, carried = doubt
    assert set(carried) == {"send_again", "it_arrived"}
    assert desk.click("it_arrived", carried["it_arrived"]).status == 200
    desk.deliver()

    assert buttons(desk, number) == {}
    assert "knows that it arrived" in json.dumps(desk.slack.thread(desk.place(number).ts))
    assert desk.ticket(number).history[-1].kind is Kind.SENT


def test_sent_again_it_is_owed_again(desk, doubt):
    number, mail, carried = doubt
    assert desk.click("send_again", carried["send_again"]).status == 200
    desk.deliver()

    with desk.db.read() as session:
        assert undelivered.get(session, mail).state is DeliveryState.READY
    assert "has it sent again" in json.dumps(desk.slack.thread(desk.place(number).ts))


@pytest.mark.both_engines
@pytest.mark.parametrize("first", ["send_again", "it_arrived"])
@pytest.mark.parametrize("second", ["send_again", "it_arrived"])
def test_of_two_answers_the_first_one_counts(desk, doubt, first, second):
    number, _, carried = doubt
    desk.click(first, carried[first], by="U0BOB")
    before = desk.ticket(number).version
    assert desk.click(second, carried[second]).status == 200
    assert "look at the thread" in desk.slack.told[-1]["text"]
    assert desk.ticket(number).version == before


def test_a_mail_that_is_not_in_doubt_cannot_be_sent_again(desk):
    number = desk.a_ticket()
    desk.forge("send_again", f"{number}:1:1")
    assert "not given up" in desk.slack.told[-1]["text"]
    assert [event.kind for event in desk.ticket(number).history] == [Kind.OPENED]


@pytest.mark.usefixtures("outsiders")
@pytest.mark.parametrize("act", ["send_again", "it_arrived"])
def test_outsiders_say_nothing_about_mails(desk, doubt, act):
    number, _, carried = doubt
    before = desk.ticket(number).version
    desk.click(act, carried[act], by="U0GUS")
    assert "only the people of the support team" in desk.slack.told[-1]["text"]
    assert desk.ticket(number).version == before
