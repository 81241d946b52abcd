"""App Home: what each person sees, in which order, and that nobody else sees anything."""

import json
from concurrent.futures import Executor, Future
from datetime import timedelta

import pytest
from sqlalchemy import event

from bot.gate import NOT_YOURS
from bot.home import Homes
from bot.strip import Strip
from desk.actor import Actor
from desk.delivery import Audience
from desk.errors import DeliveryHeld
from desk.priority import Priority
from desk.status import Status
from store import mailboxes, shelves, tickets
from store.courier import Courier

ALICE, BOB = Actor.agent("U0ALICE", "Alice"), Actor.agent("U0BOB", "Bob")
LENA = Actor.lead("U0LENA", "Lena")
POST, SWEEP = Actor.system("outbox"), Actor.system("sweep")
OUTSIDERS = ["U0NORA", "U0GUS", "U0GIL", "U0OTTO", "U0ODD"]
TITLES = ("Mine", "Unassigned", "Waiting for customer", "Due today")


def words_of(view):
    return json.dumps(view["blocks"], ensure_ascii=False)


def published(desk):
    return desk.slack.asked("views.publish")


def shelf_of(view, title):
    """The blocks below that heading, up to the next one."""
    blocks, found, inside = view["blocks"], [], False
    for block in blocks:
        if block["type"] == "header":
            inside = block["text"]["text"].partition(" (")[0] == title
        elif inside and block["type"] != "divider":
            found.append(block)
    return found


def numbers_on(view, title):
    """The numbers of the tickets on that shelf, in order."""
    entries = [block for block in shelf_of(view, title) if block["type"] == "rich_text"]
    return [int(said(entry).split()[0].removeprefix("HD-")) for entry in entries]


def words_in(entry):
    """The parts of a paragraph."""
    [part] = entry["elements"]
    return part["elements"]


def said(entry):
    """A paragraph as it is read."""
    return "".join(word["text"] for word in words_in(entry))


def taken(desk, by=ALICE, **facts):
    number = desk.a_ticket(**facts)
    desk.change(number, lambda ticket: ticket.take(by=by, at=desk.time.now()))
    return number


def asked(desk, at, by=ALICE):
    """A ticket whose question left at that moment."""
    number = taken(desk, by)
    desk.change(number, lambda ticket: ticket.ask("Which browser?", by=by, at=at))
    desk.change(
        number,
        lambda ticket: ticket.mailed(ticket.version, recipients=[ticket.customer], by=POST, at=at),
    )
    return number


# what an agent sees


@pytest.mark.both_engines
def test_an_agent_sees_the_four_lists_each_in_its_order(desk, at):
    low = taken(desk, priority=Priority.LOW)
    urgent = taken(desk, priority=Priority.URGENT)
    idea = taken(desk, priority=Priority.IMPROVEMENT)
    free = desk.a_ticket()
    free_and_urgent = desk.a_ticket(priority=Priority.URGENT)
    bobs_question, later, sooner = (
        asked(desk, at("mon 09:30"), BOB),
        asked(desk, at("mon 09:50")),
        asked(desk, at("mon 09:40")),
    )
    bobs = taken(desk, BOB, priority=Priority.HIGH)
    view = desk.open_home()
    assert numbers_on(view, "Mine") == [urgent, low, idea]
    assert numbers_on(view, "Unassigned") == [free_and_urgent, free]
    assert numbers_on(view, "Waiting for customer") == [sooner, later, bobs_question]
    assert numbers_on(view, "Due today") == [urgent, free_and_urgent, bobs]


def test_a_ticket_says_all_that_one_chooses_by(desk):
    number = taken(desk, priority=Priority.HIGH, subject="Blank <page>")
    desk.deliver()
    ts = desk.place(number).ts.replace(".", "")
    [entry] = shelf_of(desk.open_home(), "Mine")
    first, second, third = said(entry).split("\n")
    assert first == f"HD-{number}  Blank <page>"
    assert words_in(entry)[0]["url"] == f"{desk.slack.url}/archives/C0SUPPORT/p{ts}"
    assert second == "🟢 First response due Mon 30 Nov 17:00, 7 h left"
    assert third == "🔵 In progress · High · Anna de Boer, Bakery"


def test_a_ticket_without_a_card_yet_stands_there_without_a_link(desk):
    number = desk.a_ticket()
    [entry] = shelf_of(desk.open_home(), "Unassigned")
    assert said(entry).startswith(f"HD-{number}  Blank page")
    assert {word["type"] for word in words_in(entry)} == {"text"}


def test_what_waits_says_when_it_resolves_by_itself_and_whose_it_is(desk, at):
    asked(desk, at("mon 09:30"))
    asked(desk, at("mon 09:30"), BOB)
    mine, bobs = shelf_of(desk.open_home(), "Waiting for customer")
    assert "Resolves by itself Thu 3 Dec 09:30\n" in said(mine)
    assert "· yours ·" in said(mine)
    assert "· Bob ·" in said(bobs)


def test_a_question_that_has_not_left_yet_resolves_nothing(desk):
    desk.a_ticket(Status.WAITING_FOR_CUSTOMER)
    [entry] = shelf_of(desk.open_home(), "Waiting for customer")
    assert "Our question is on its way" in said(entry)
    assert "nobody's" in said(entry)


@pytest.mark.both_engines
def test_what_is_overdue_stands_first_and_says_by_how_much(desk, at):
    fresh = taken(desk, priority=Priority.HIGH)
    late = taken(desk, priority=Priority.URGENT)
    desk.change(fresh, lambda ticket: ticket.reply("We look.", by=ALICE, at=at("mon 10:00")))
    desk.change(fresh, lambda t: t.mailed(t.version, recipients=[t.customer], by=POST, at=at("mon 10:00")))
    desk.time.at = at("tue 11:00")
    view = desk.open_home()
    assert numbers_on(view, "Mine") == numbers_on(view, "Due today") == [late, fresh]
    first, second = shelf_of(view, "Mine")
    assert "🔴 Overdue by 2 h: first response was due Mon 30 Nov 17:00" in said(first)
    assert "🟢 Recovery due Tue 1 Dec 17:00, 6 h left" in said(second)


@pytest.mark.both_engines
def test_due_today_ends_at_midnight_on_the_desks_wall(desk, at):
    number = desk.a_ticket(priority=Priority.MEDIUM)
    assert numbers_on(desk.open_home(), "Due today") == []
    desk.time.at = at("tue 00:00")
    assert numbers_on(desk.open_home(), "Due today") == [number]


def test_where_there_is_nothing_it_says_so_kindly(desk):
    view = desk.open_home()
    for title in TITLES:
        [kind_words] = shelf_of(view, title)
        assert kind_words["type"] == "context", title
    assert "Nothing waits for you" in words_of(view)


# how much fits


@pytest.mark.both_engines
def test_three_hundred_tickets_fit_and_the_others_are_counted(desk, at):
    with desk.db.change() as session:
        for _ in range(75):
            desk.a_ticket_in(session, priority=Priority.URGENT)
            for status, owner in ((Status.IN_PROGRESS, ALICE), (Status.WAITING_FOR_CUSTOMER, BOB)):
                number = desk.a_ticket_in(session, status)
                tickets.get(session, number).assign(owner.key, owner.name, by=owner, at=at("mon 09:30"))
            desk.a_ticket_in(session)
            asleep = desk.a_ticket_in(session)
            tickets.get(session, asleep).snooze(at("wed 09:00"), by=ALICE, at=at("mon 09:30"))
    for who in ("U0ALICE", "U0LENA"):
        assert len(desk.open_home(who)["blocks"]) <= 100
    words = words_of(desk.open_home())
    assert "Mine (75)" in words
    assert "and 65 more: /ticket mine" in words
    assert "Unassigned (150)" in words
    assert "and 140 more: /ticket" in words
    assert "and 65 more that wait" in words
    assert "and 65 more, due later today" in words
    assert "Snoozed (75)" in words


@pytest.mark.parametrize(
    "words",
    [
        "<!channel> ",
        "&<>" * 30,
        "<https://evil.example|your bank> ",
        "<@U0LENA> ",
        "*bold* `code` :tada: ",
        "مرحبا بالعالم ",
        "😀",
    ],
)
def test_words_of_customers_are_shown_as_they_are_and_never_too_long(desk, words):
    written = words * (900 // len(words))
    desk.a_ticket(subject=written, name=written)
    view = desk.open_home()
    [entry] = shelf_of(view, "Unassigned")
    assert {word["type"] for word in words_in(entry)} == {"text"}
    assert said(entry).count("…") == 2
    assert words[:8] in said(entry).split("\n")[0]
    live = [text for block in view["blocks"] for text in markup_in(block)]
    assert not any(words[:8] in text for text in live)


def markup_in(part):
    """Every text in which Slack looks for markup."""
    if isinstance(part, list):
        return [text for each in part for text in markup_in(each)]
    if not isinstance(part, dict):
        return []
    return [part["text"]] if part.get("type") == "mrkdwn" else markup_in(list(part.values()))


def test_what_turns_the_reading_order_round_is_taken_out(desk):
    desk.a_ticket(subject="\u202egnp.exe", name="\u2067דנה\u2069\u200f")
    [entry] = shelf_of(desk.open_home(), "Unassigned")
    assert said(entry).startswith("HD-1  gnp.exe\n")
    assert said(entry).endswith("· דנה, Bakery")


def test_a_subject_of_nothing_but_what_cannot_be_seen_is_called_none(desk):
    desk.a_ticket(subject="\u200b\u2060")
    [entry] = shelf_of(desk.open_home(), "Unassigned")
    assert "(no subject)" in said(entry)


# what leads see


@pytest.mark.both_engines
def test_a_lead_sees_the_whole_desk_in_figures(desk, at):
    desk.a_ticket(priority=Priority.URGENT)
    desk.a_ticket()
    in_time, late = taken(desk), taken(desk)
    for number in (in_time, late):
        desk.change(number, lambda ticket: ticket.reply("We look.", by=ALICE, at=at("mon 10:00")))
        desk.change(number, lambda ticket: ticket.resolve("Done.", by=ALICE, at=at("mon 11:00")))
    for goal in ("first_response", "recovery"):
        desk.change(taken_again(desk, late, at), warned(goal, at))
    desk.change(late, lambda ticket: ticket.resolve("Done.", by=ALICE, at=at("mon 12:00")))
    desk.time.at = at("mon 13:00")
    words = words_of(desk.open_home("U0LENA"))
    assert "*🟠 Waiting for support*\\n2: 1 urgent, 1 medium" in words
    assert "*🔵 In progress*\\nNone" in words
    assert "4 came in, 2 resolved" in words
    assert "First response  ██████████            50 %: 1 of 2" in words
    assert "Recovery        ██████████            50 %: 1 of 2" in words
    assert "*Promises broken*\\n2: no reason given 2" in words
    assert "Mon 30 Nov  ████████████████████  4" in words
    assert "Fri 27 Nov                        0" in words
    assert all(title in words for title in TITLES)


def taken_again(desk, number, at):
    desk.change(number, lambda ticket: ticket.reopen(by=ALICE, at=at("mon 11:30")))
    return number


def warned(goal, at):
    return lambda t: t.warn(goal, 100, cycle=1, by=SWEEP, at=at("mon 11:40"), due=at("mon 11:40"))


def test_an_agent_sees_no_figures(desk):
    assert "The whole desk" not in words_of(desk.open_home())
    assert "The whole desk" in words_of(desk.open_home("U0LENA"))


def test_before_anything_is_decided_no_rate_is_made_up(desk):
    words = words_of(desk.open_home("U0LENA"))
    assert "Nothing answered yet" in words
    assert "Nothing resolved yet" in words


# who else comes


@pytest.mark.usefixtures("outsiders")
@pytest.mark.parametrize("who", OUTSIDERS)
def test_outsiders_read_whom_to_ask_and_nothing_else(desk, who):
    desk.a_ticket(subject="Secret")
    desk.troubles = ["Mail was last read 3 h ago"]
    header, refusal = desk.open_home(who)["blocks"]
    assert header["text"]["text"] == "Helpdesk"
    assert refusal["text"] == {"type": "plain_text", "text": NOT_YOURS, "emoji": False}


def test_who_left_the_channel_sees_nothing_when_they_look_again(desk, slack):
    desk.a_ticket(subject="Secret")
    assert "Secret" in words_of(desk.open_home())
    slack.fault("event.member_left_channel", never=True)
    slack.invite("#support", "Alice", there=False)
    desk.time.sleep(301)
    assert desk.refresh_home().status == 200
    assert "Secret" not in words_of(slack.homes["U0ALICE"])
    assert NOT_YOURS in words_of(slack.homes["U0ALICE"])


def test_an_event_of_another_workspace_publishes_nothing(desk):
    event = {"type": "app_home_opened", "user": "U0ALICE", "tab": "home"}
    assert desk.dispatch(desk.an_event(event, team_id="T0OTHER")).status == 403
    assert published(desk) == []


def test_no_other_button_works_on_a_home_for_those_who_may_not(desk):
    number = desk.a_ticket()
    desk.open_home("U0GUS")
    view = desk.slack.homes["U0GUS"] | {"private_metadata": f"{number}:1"}
    desk.click("take", f"{number}:1", by="U0GUS", view=view)
    assert desk.ticket(number).version == 1


# when it is drawn


def test_the_messages_tab_publishes_nothing(desk):
    assert desk.open_home(tab="messages") == {}


def test_opening_home_does_not_make_the_desk_forget_who_is_who(desk, slack):
    desk.open_home()
    desk.open_home()
    assert len(slack.asked("users.info")) == 1


def test_each_opening_and_each_refresh_publishes_once(desk):
    desk.open_home()
    desk.open_home()
    assert desk.refresh_home().status == 200
    assert [call["user_id"] for call in published(desk)] == ["U0ALICE"] * 3


def test_who_acts_sees_it_on_their_home_and_others_are_left_alone(desk, slack):
    number = desk.a_ticket()
    desk.open_home()
    desk.open_home("U0BOB")
    desk.click("take", f"{number}:1")
    assert numbers_on(slack.homes["U0ALICE"], "Mine") == [number]
    assert numbers_on(slack.homes["U0BOB"], "Unassigned") == [number]
    assert len(published(desk)) == 3


def test_who_never_opened_home_gets_none_for_acting(desk):
    number = desk.a_ticket()
    desk.click("take", f"{number}:1")
    assert published(desk) == []


@pytest.mark.both_engines
def test_a_home_drawn_elsewhere_meanwhile_is_drawn_again_from_what_is_true(desk, slack):
    desk.open_home()
    seen = slack.homes["U0ALICE"] | {"private_metadata": ""}
    number = desk.a_ticket()
    desk.open_home()
    assert desk.refresh_home(view=seen).status == 200
    assert [call.get("hash") for call in published(desk)[2:]] == [seen["hash"], None]
    assert numbers_on(slack.homes["U0ALICE"], "Unassigned") == [number]


class Later(Executor):
    """Does what is handed to it when it is told to."""

    def __init__(self):
        self.waiting = []

    def submit(self, fn, /, *args, **kwargs):
        done = Future()
        self.waiting.append(lambda: done.set_result(fn(*args, **kwargs)))
        return done

    def work(self):
        while self.waiting:
            self.waiting.pop(0)()


def test_what_comes_while_a_home_waits_to_be_drawn_is_drawn_together(desk, slack):
    threads = Later()
    homes = Homes(desk.house, threads)
    homes.opened("U0ALICE", seen="")
    number = desk.a_ticket()
    for _ in range(5):
        homes.acted("U0ALICE")
    assert published(desk) == []
    threads.work()
    assert len(published(desk)) == 2
    assert numbers_on(slack.homes["U0ALICE"], "Unassigned") == [number]


# what goes wrong


@pytest.mark.parametrize("error", ["not_enabled", "internal_error", "ratelimited"])
def test_a_click_counts_although_slack_takes_no_home(desk, slack, error):
    number = desk.a_ticket()
    desk.open_home()
    slack.fault("views.publish", error=error)
    assert desk.click("take", f"{number}:1").status == 200
    assert desk.ticket(number).owner == "U0ALICE"
    assert slack.told == []
    desk.open_home()
    assert numbers_on(slack.homes["U0ALICE"], "Mine") == [number]


def test_a_home_whose_answer_is_lost_is_not_published_twice(desk, slack):
    slack.fault("views.publish", drop="after")
    desk.open_home()
    assert len(published(desk)) == 1


@pytest.mark.both_engines
def test_without_the_database_home_stays_as_it_was(desk, slack):
    before = desk.open_home()
    desk.without_database().open_home()
    assert slack.homes["U0ALICE"] == before


def test_a_trouble_stands_above_everything(desk):
    desk.troubles = ["Mail was last read 40 min ago: <imap> says no"]
    first = desk.open_home()["blocks"][0]
    assert first["text"]["type"] == "plain_text"
    assert first["text"]["text"] == "🔴 Mail was last read 40 min ago: <imap> says no"


# what is a trouble


def strip(desk, *, sources=(), problem="", roads=None):
    return Strip(
        desk.db, sources, lambda: problem, roads or {}, desk.style.zone, desk.time.now, timedelta(minutes=6)
    )


def test_mail_that_is_brought_to_the_desk_is_never_stale(desk):
    assert strip(desk, problem="whatever").lines() == []


def test_a_mailbox_that_is_read_is_no_trouble_until_it_is_late(desk, at):
    with desk.db.change() as session:
        mailboxes.claim(session, "imap help", "us", now=at("mon 09:00"), lease=timedelta(minutes=5))
        mailboxes.read_completely(session, "imap help", up_to=at("mon 09:54"))
    assert strip(desk, sources=["imap help"]).lines() == []
    desk.time.at = at("mon 10:34")
    assert strip(desk, sources=["imap help"]).lines() == ["Mail was last read 40 min ago"]
    with_reason = strip(desk, sources=["imap help"], problem="imap says no")
    assert with_reason.lines() == ["Mail was last read 40 min ago: imap says no"]


def test_a_mailbox_that_was_never_read_is_a_trouble_once_something_is_wrong(desk):
    assert strip(desk, sources=["imap help"]).lines() == []
    assert strip(desk, sources=["imap help"], problem="no such host").lines() == [
        "Mail has never been read: no such host"
    ]


class Closed:
    """A sender whose road is closed, until it is opened."""

    patience = None

    def __init__(self):
        self.open = False

    def send(self, delivery):
        if not self.open:
            raise DeliveryHeld("mail.example cannot be reached", wait=timedelta(seconds=30))
        return "<1@desk.example>"

    def arrived(self, session, delivery, reference, *, at):
        pass


def test_a_road_that_stays_closed_is_a_trouble_until_something_gets_through(desk):
    sender = Closed()
    road = Courier(desk.db, {Audience.CUSTOMER: sender}, clock=desk.time.now)
    desk.a_ticket()
    road.deliver_due()
    assert strip(desk, roads={"mail": road}).lines() == []
    desk.time.sleep(60)
    road.deliver_due()
    assert strip(desk, roads={"mail": road}).lines() == [
        "Mail to customers waits since Mon 30 Nov 10:00: mail.example cannot be reached"
    ]
    sender.open = True
    desk.time.sleep(30)
    road.deliver_due()
    assert strip(desk, roads={"mail": road}).lines() == []


@pytest.mark.both_engines
def test_what_home_shows_is_what_was_loaded(desk):
    with desk.db.change() as session:
        for _ in range(30):
            desk.a_ticket_in(session)
    asked = []
    event.listen(desk.db.engine, "before_cursor_execute", lambda *sent: asked.append(sent[2]))
    with desk.db.read() as session:
        found = shelves.unassigned(session, limit=10)
    assert (len(found.tickets), found.total) == (10, 30)
    assert len(asked) == 3  # the ten, what happened to them, and how many there are


# pages


@pytest.mark.both_engines
def test_a_long_list_is_read_page_by_page(desk, at):
    with desk.db.change() as session:
        numbers = [desk.a_ticket_in(session) for _ in range(23)]
    desk.open_home()
    assert numbers_on(desk.turn_home("Unassigned:10"), "Unassigned") == numbers[10:20]
    assert numbers_on(desk.turn_home("Unassigned:20"), "Unassigned") == numbers[20:]
    desk.change(numbers[22], lambda ticket: ticket.take(by=ALICE, at=at("mon 10:00")))
    assert numbers_on(desk.turn_home("Unassigned:10", to="back"), "Unassigned") == numbers[10:20]
    assert numbers_on(desk.open_home(), "Unassigned") == numbers[:10]


def test_who_acts_stays_on_the_page_where_they_are(desk):
    with desk.db.change() as session:
        numbers = [desk.a_ticket_in(session) for _ in range(12)]
    desk.open_home()
    desk.turn_home("Unassigned:10")
    desk.click("take", f"{numbers[0]}:1")
    assert numbers_on(desk.slack.homes["U0ALICE"], "Unassigned") == [numbers[11]]
