"""More on a card: each entry works in each status that offers it, for agents and leads, and nobody else."""

import json
from dataclasses import replace

import pytest

from bot import app as bot_app
from bot.gate import NOT_YOURS
from bot.modals import OPENED_BY_MORE
from bot.more import ENTRIES
from bot.people import People
from bot.rights import right_to
from desk.delivery import Audience
from desk.event import Kind
from desk.status import Status
from sandbox.forms import options_of
from tests.bot.desk_at_work import AtOnce

ALICE, BOB, LENA, NORA = "U0ALICE", "U0BOB", "U0LENA", "U0NORA"
OPENS_NOTHING = "export"


@pytest.fixture
def database_url(one_engine):
    return one_engine


def offered(desk, number):
    """The entries of More on the card, by what they carry."""
    for block in desk.card(number)["blocks"]:
        for element in block.get("elements", []):
            if element.get("action_id") == "more":
                return [option["value"].split(":")[2] for option in options_of(element)]
    return []


def test_every_entry_has_a_listener_and_every_listener_an_entry():
    assert sorted(each.key for each in ENTRIES) == sorted(OPENED_BY_MORE)


@pytest.mark.parametrize("status", Status)
def test_each_status_offers_what_can_be_done_in_it_to_agents_and_leads_alone(desk, slack, status):
    number = desk.a_ticket(status, detail={"inbox": 4711})
    picture = f"{number}:{desk.ticket(number).version}"
    entries = offered(desk, number)
    assert entries == [each.key for each in ENTRIES if status in each.where]
    for entry in entries:
        for who in (ALICE, LENA):
            opened, told = len(slack.views), len(slack.told)
            assert desk.choose("more", f"{picture}:{entry}", by=who).status == 200
            desk.time.sleep(1)
            did = len(slack.views) - opened if entry != OPENS_NOTHING else len(slack.told) - told
            assert did == 1, (entry, who)
            if entry != OPENS_NOTHING:
                slack.close(who, everything=True)
        opened, before = len(slack.views), desk.ticket(number).version
        desk.forge("more", f"{picture}:{entry}", by=NORA)
        assert slack.told[-1]["text"] == NOT_YOURS
        assert (len(slack.views), desk.ticket(number).version) == (opened, before), entry


def test_every_entry_has_a_right():
    for entry in ENTRIES:
        action = {"action_id": "more", "selected_option": {"value": f"1:1:{entry.key}"}}
        right = right_to({"type": "block_actions", "actions": [action]})
        assert right is not None, entry.key
        assert right.final is (entry.key == "export")


def test_a_note_from_the_window_stands_in_the_thread_and_is_no_mail(desk, slack):
    number = desk.a_ticket(confirm=False)
    desk.choose("more", f"{number}:1:note")
    assert "The customer never sees it" in json.dumps(slack.views[-1])
    desk.submit({"text": "Ask the <!channel> about fuses"})
    desk.deliver()
    [line] = slack.thread(desk.place(number).ts)
    assert "Alice wrote a note" in json.dumps(line)
    event = desk.ticket(number).history[-1]
    assert (event.kind, event.text) == (Kind.NOTED, "Ask the <!channel> about fuses")
    assert desk.owed(Audience.CUSTOMER) == 0


def test_a_note_without_words_stays_in_its_window(desk):
    desk.choose("more", f"{desk.a_ticket()}:1:note")
    assert "Write something first" in desk.submit({"text": "  "}).body


def test_a_ticket_is_handed_to_a_colleague_who_is_called(desk, slack):
    number = desk.a_ticket()
    desk.choose("more", f"{number}:1:hand")
    desk.submit({"heir": BOB})
    assert desk.ticket(number).owner == BOB
    desk.deliver()
    [line] = slack.thread(desk.place(number).ts)
    assert {"type": "user", "user_id": BOB} in line["blocks"][0]["elements"][0]["elements"]
    assert "Alice handed it from nobody to" in json.dumps(line)


def test_nobody_chosen_gives_it_back(desk):
    number = desk.a_ticket()
    desk.click("take", f"{number}:1")
    desk.choose("more", f"{number}:2:hand")
    desk.submit({})
    assert desk.ticket(number).owner is None


def test_it_is_handed_to_nobody_who_is_not_of_the_desk(desk):
    number = desk.a_ticket()
    desk.choose("more", f"{number}:1:hand")
    assert "Choose one of the people of this desk" in desk.submit({"heir": NORA}).body
    assert desk.ticket(number).owner is None


def test_nobody_waits_for_the_database_while_slack_says_who_the_heir_is(desk):
    number = desk.a_ticket()
    desk.choose("more", f"{number}:1:hand")
    held: list[float] = []

    class Watched:
        """Slack, as somebody sees it who notes how long the database has been kept from others meanwhile."""

        def __getattr__(self, name):
            held.append(desk.db.held_for)
            return getattr(desk.read, name)

    people = People(Watched(), desk.people.rights, clock=desk.time.now)
    desk.app = bot_app.build(replace(desk.house, people=people), AtOnce())
    desk.submit({"heir": BOB})
    assert desk.ticket(number).owner == BOB
    assert set(held) == {0.0}
