"""Being away: what awaits whom, who takes it over, and who is told."""

import json

import pytest

from bot.gate import NOT_YOURS
from desk.actor import Actor
from desk.delivery import Audience
from desk.status import Status
from store import absences

ALICE, BOB = Actor.agent("U0ALICE", "Alice"), Actor.agent("U0BOB", "Bob")
SWEEP = Actor.system("sweep")


def taken(desk, by=ALICE):
    number = desk.a_ticket()
    desk.change(number, lambda ticket: ticket.take(by=by, at=desk.time.now()))
    return number


def away(desk):
    with desk.db.read() as session:
        return {who: each.until for who, each in absences.now_away(session, now=desk.time.now()).items()}


def use(desk, action, value, by="U0ALICE"):
    """Choose or click below the newest answer that only they see."""
    shown = [one for one in desk.slack.state()["ephemerals"] if one["only_for"] == by][-1]
    block = next(each["block_id"] for each in shown["blocks"] if each["type"] == "actions")
    return desk._gesture(lambda: desk.slack.click(by, shown, action, value, block))


def words_of(said):
    return json.dumps(said["blocks"], ensure_ascii=False)


@pytest.mark.parametrize(
    ("line", "until"),
    [
        ("away until friday", "fri 00:00"),
        ("afwezig tot vrijdag", "fri 00:00"),
        ("afwezig tot en met donderdag", "fri 00:00"),
        ("away tomorrow", "tue 00:00"),
        ("weg t/m 3 dec", "fri 00:00"),
    ],
)
def test_until_when_is_said_in_either_language(desk, at, line, until):
    desk.ask(line)
    assert away(desk) == {"U0ALICE": at(until)}


@pytest.mark.parametrize("line", ["away", "away until whenever", "away until today", "away until 2030-01-01"])
def test_no_day_to_come_back_on_is_refused_and_nothing_is_kept(desk, line):
    assert desk.ask(line)["text"]
    assert away(desk) == {}


def test_what_is_mine_is_shown_and_handed_to_whom_i_choose(desk, slack):
    mine, waits, bobs = taken(desk), taken(desk), taken(desk, BOB)
    desk.change(waits, lambda ticket: ticket.ask("Which one?", by=ALICE, at=desk.time.now()))
    desk.ask("away until wed", by="U0LENA")
    said = words_of(desk.ask("away until friday"))
    assert "*You are away until Fri 4 Dec.*" in said
    assert "*2 tickets* of yours wait meanwhile:" in said
    assert "Lena" in said
    assert "away until Wed 2 Dec" in said
    assert f"HD-{bobs}" not in said
    assert use(desk, "hand_over", "U0BOB").status == 200
    assert [desk.ticket(number).owner for number in (mine, waits, bobs)] == ["U0BOB"] * 3
    assert desk.ticket(waits).status is Status.WAITING_FOR_CUSTOMER
    assert "has 2 tickets of yours now." in slack.told[-1]["text"]


def test_or_it_is_nobodys_again(desk, slack):
    number = taken(desk)
    desk.ask("away until friday")
    assert use(desk, "give_back", "mine").status == 200
    assert desk.ticket(number).owner is None
    assert slack.told[-1]["text"] == "1 ticket of yours: nobody's again."
    desk.deliver()
    assert "it is nobody's now (was Alice's)" in json.dumps(slack.messages, ensure_ascii=False)


def test_the_leads_read_that_the_owner_is_away(desk, slack, at):
    number = taken(desk)
    desk.ask("away until friday")
    desk.change(
        number, lambda t: t.warn("recovery", 75, cycle=1, by=SWEEP, at=desk.time.now(), due=at("tue 10:00"))
    )
    desk.time.sleep(10)
    assert desk.owed(Audience.LEADS) == 1
    desk.deliver()
    assert "Alice, away until Fri 4 Dec 00:00" in json.dumps(slack.messages, ensure_ascii=False)


def test_back_ends_it_and_shows_what_is_mine(desk):
    number = taken(desk)
    desk.ask("away until friday")
    assert f"HD-{number}" in words_of(desk.ask("back"))
    assert away(desk) == {}
    assert desk.ask("terug")["text"] == "Je was niet afwezig."


@pytest.mark.usefixtures("outsiders")
def test_a_stranger_is_refused(desk):
    assert desk.ask("away until friday", by="U0GIL")["text"] == NOT_YOURS
    assert away(desk) == {}


def test_an_heir_may_be_called_anything(desk, slack):
    slack.sandbox.parts.workspace.people["U0BOB"].name = "Bob{ops}{0}"
    number = taken(desk)
    desk.ask("away until friday")
    assert use(desk, "hand_over", "U0BOB").status == 200
    assert desk.ticket(number).owner == "U0BOB"
    assert slack.told[-1]["text"] == "Bob{ops}{0} has 1 ticket of yours now."
