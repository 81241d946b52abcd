"""Time and budgets in Slack: the windows, the card, the thread, the command, and the leads' Home."""

import json
from dataclasses import replace

import pytest

from bot import app as bot_app
from desk.actor import Actor
from desk.budget import Standing
from desk.event import Kind
from desk.priority import Priority
from desk.status import Status
from sandbox.visitor import buttons_of, text_of
from sla.policy import Contract, Policy
from tests.bot.desk_at_work import AtOnce

ANNA = Actor.customer("anna@bakery.example", "Anna de Boer")
SCOPE = "A second till, with its own printer."
FILLED = {"scope": SCOPE, "hours": "10", "rate": "125", "until": "2026-12-11", "language": "nl"}
WORK = {"span": "1h30", "what": "Wiring", "counts": "billable", "on": "2026-11-30"}


@pytest.fixture
def database_url(one_engine):
    return one_engine


@pytest.fixture
def wish(desk):
    """An improvement that waits for a budget."""
    return desk.a_ticket(priority=Priority.IMPROVEMENT)


def body_of(response):
    return json.loads(response.body) if response.body else {}


def words_of(view):
    return json.dumps(view["blocks"], ensure_ascii=False)


def clicks(desk, number, action, choice=""):
    carried = f"{number}:{desk.ticket(number).version}" + (f":{choice}" if choice else "")
    return desk.choose(action, carried) if choice else desk.click(action, carried)


def asks(desk, number, **changed):
    """Fill in the window, see the amount, send it."""
    desk.card(number)
    clicks(desk, number, "more", "budget")
    desk.submit(FILLED | changed)
    return desk.submit(FILLED | changed)


def approves(desk, number, round_=1):
    evidence = {"via": "mail", "sender": ANNA.key}
    desk.change(number, lambda t: t.approve(round_, by=ANNA, at=desk.time.now(), evidence=evidence))


def logs(desk, number, **changed):
    desk.card(number)
    clicks(desk, number, "more", "time")
    return desk.submit(WORK | changed)


def thread(desk, number):
    desk.deliver()
    return [m for m in desk.slack.messages if m.get("thread_ts") and m["thread_ts"] != m["ts"]]


def money_on(desk, number):
    """What the card says of money: its one paragraph."""
    drawn = desk.card(number)["blocks"]
    return next((b["text"]["text"] for b in drawn if b["type"] == "section" and "text" in b), "")


def test_the_amount_is_shown_before_anything_is_sent(desk, slack, wish):
    assert "No budget yet" in money_on(desk, wish)
    clicks(desk, wish, "budget")
    assert "To: anna@bakery.example" in words_of(slack.views[-1])
    desk.submit(FILLED)
    assert desk.ticket(wish).version == 1
    shown = slack.modal_of("U0ALICE")
    assert "10 h at €125.00 = €1,250.00 excl. VAT" in words_of(shown)
    assert SCOPE in words_of(shown)
    assert shown["submit"]["text"] == "Send"
    desk.submit(FILLED | {"hours": "12"})
    assert desk.ticket(wish).version == 1, "another amount has to be read first"
    assert "€1,500.00" in words_of(slack.modal_of("U0ALICE"))
    assert body_of(desk.submit(FILLED | {"hours": "12"})) == {}
    proposal = desk.ticket(wish).round(1).proposal
    assert (proposal.minutes, proposal.scope, proposal.language) == (720, SCOPE, "nl")
    assert "Waits for *anna@bakery.example* to approve the budget" in money_on(desk, wish)


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("hours", "soon", "not a span"),
        ("rate", "cheap", "not a rate"),
        ("scope", "intern: too much", "It says"),
    ],
)
def test_what_is_wrong_is_said_below_its_field(desk, wish, field, value, why):
    desk.card(wish)
    clicks(desk, wish, "budget")
    assert why in body_of(desk.submit(FILLED | {field: value}))["errors"][field]


def test_a_budget_goes_from_asked_to_planned_and_the_card_says_what_is_next(desk, slack, wish):
    asks(desk, wish)
    approves(desk, wish)
    assert "*Budget approved* (€1,250.00): 0 min of 10 h used (0 %)" in money_on(desk, wish)
    clicks(desk, wish, "budget")
    assert "errors" in body_of(desk.submit({"day": "2026-11-01"}))
    desk.submit({"day": "2026-12-04"})
    assert "planned for *Fri 4 Dec 2026*" in money_on(desk, wish)
    assert buttons_of(desk.card(wish))[:1] == ["take"]
    assert buttons_of(desk.card(wish)).count("budget") == 0
    said = "\n".join(map(text_of, thread(desk, wish)))
    for words in (
        "asks anna@bakery.example to approve",
        "by mail, approves",
        "planned it for Fri 4 Dec 2026",
    ):
        assert words in said


def test_eighty_percent_warns_once_and_at_a_hundred_the_card_says_stop(desk, slack, wish):
    asks(desk, wish)
    approves(desk, wish)
    logs(desk, wish, span="8h")
    logs(desk, wish, span="1h")
    assert "🟠" in money_on(desk, wish)
    logs(desk, wish, span="1h30")
    assert "🛑 *Stop*: 10 h 30 min of 10 h used (105 %)" in money_on(desk, wish)
    said = "\n".join(map(text_of, thread(desk, wish)))
    assert said.count("are used: time to think of the rest") == 1
    assert said.count("Ask for more before you go on") == 1
    clicks(desk, wish, "more_hours")
    assert slack.views[-1]["title"]["text"] == "Ask for more hours"


def test_what_was_asked_can_be_taken_back_and_asked_anew(desk, slack, wish):
    asks(desk, wish)
    desk.card(wish)
    clicks(desk, wish, "more", "budget")
    assert SCOPE in words_of(slack.views[-1])
    desk.submit({})
    assert desk.ticket(wish).round(1).standing(desk.time.now()) is Standing.WITHDRAWN
    assert "taken back" in money_on(desk, wish)
    asks(desk, wish, hours="5")
    assert desk.ticket(wish).round(2).proposal.minutes == 300


def test_emergency_work_is_asked_for_on_any_other_ticket(desk, slack):
    number = desk.a_ticket()
    assert money_on(desk, number) == ""
    asks(desk, number, hours="", rate="190")
    assert "as long as it takes, at €190.00 per hour" in money_on(desk, number)
    approves(desk, number)
    assert "Emergency work approved" in money_on(desk, number)
    logs(desk, number, counts="emergency")
    assert desk.ticket(number).budget.entries[0].rate == 190


def test_time_is_refused_in_words_below_what_is_wrong(desk, wish):
    assert "No budget is approved yet" in body_of(logs(desk, wish))["errors"]["counts"]
    assert "1h30, 90m" in body_of(logs(desk, wish, span="a while"))["errors"]["span"]
    assert "still to come" in body_of(logs(desk, wish, on="2026-12-01"))["errors"]["on"]
    assert "not there yet" in body_of(logs(desk, wish, on="2026-11-29"))["errors"]["on"]
    assert desk.ticket(wish).version == 1


def test_an_entry_can_be_corrected_and_struck_out(desk, slack):
    number = desk.a_ticket()
    logs(desk, number)
    [line] = [m for m in thread(desk, number) if "logged 1 h 30 min, billable" in text_of(m)]
    slack.click("U0ALICE", line, "correct_time")
    assert slack.views[-1]["title"]["text"] == "Correct time"
    desk.submit(WORK | {"span": "2h", "counts": "free"})
    said = "\n".join(map(text_of, thread(desk, number)))
    assert "logged 2 h, not billable, on Mon 30 Nov 2026 (corrected)" in said
    assert "corrected 1 h 30 min to 2 h, not billable" in said
    slack.click("U0BOB", line, "correct_time")
    desk.submit(WORK | {"span": "0"}, by="U0BOB")
    assert desk.ticket(number).budget.logged_minutes == 0


@pytest.mark.parametrize(
    ("words", "minutes", "what", "billable"),
    [
        ("time {} 1h30 Fixed the Till", 90, "Fixed the Till", True),
        ("tijd HD-{} 1 uur 30 minuten overleg", 90, "overleg", True),
        ("TIME {} 90m free helped out", 90, "helped out", False),
        ("time {} 1,5u", 90, "", True),
    ],
)
def test_time_is_logged_by_a_command(desk, words, minutes, what, billable):
    number = desk.a_ticket()
    said = desk.ask(words.format(number))
    assert f"1 h 30 min logged on HD-{number}" in said["text"]
    [entry] = desk.ticket(number).budget.entries
    assert (entry.work.minutes, entry.what, entry.work.billable) == (minutes, what, billable)


@pytest.mark.parametrize("words", ["time", "time 1", "time one 1h", "time 1 yesterday", "time 1 -1h"])
def test_a_command_that_is_not_understood_says_how_it_is_written(desk, words):
    desk.a_ticket()
    assert "1h30" in desk.ask(words)["text"]
    assert desk.ticket(1).version == 1


@pytest.mark.parametrize(
    ("action", "standing"),
    [
        ("client_yes", Standing.APPROVED),
        ("client_no", Standing.DECLINED),
        ("client_neither", Standing.DRAFTED),
    ],
)
def test_an_unclear_mail_is_shown_with_three_buttons(desk, slack, wish, action, standing):
    asks(desk, wish)
    evidence = {"via": "mail", "sender": ANNA.key, "of": 3}

    def answers(ticket):
        ticket.customer_wrote("Yes, but when?", by=ANNA, at=desk.time.now())
        ticket.doubt(1, "it is not a plain yes or no", by=ANNA, at=desk.time.now(), evidence=evidence)

    desk.change(wish, answers)
    [question] = [m for m in thread(desk, wish) if "client_yes" in buttons_of(m)]
    assert "Yes, but when?" in text_of(question)
    slack.click("U0ALICE", question, action)
    assert desk.ticket(wish).round(1).standing(desk.time.now()) is standing
    desk.deliver()
    assert buttons_of(slack.again(question)) == []
    assert "Alice" in text_of(slack.again(question))


def test_leads_see_budgets_that_run_out_and_what_waits_for_a_client(desk, wish):
    asks(desk, wish)
    approves(desk, wish)
    logs(desk, wish, span="9h")
    other = desk.a_ticket(priority=Priority.IMPROVEMENT)
    asks(desk, other)
    done = desk.a_ticket(Status.IN_PROGRESS, priority=Priority.IMPROVEMENT)
    asks(desk, done)
    desk.change(done, lambda t: t.resolve("Done.", by=Actor.agent("U0BOB", "Bob"), at=desk.time.now()))
    home = words_of(desk.open_home("U0LENA"))
    assert "*Budgets above 80 %* (1)" in home
    assert "9 h of 10 h used (90 %)" in home
    assert "*Waiting for the client's approval* (1)" in home
    assert "Budgets above" not in words_of(desk.open_home("U0ALICE"))


def test_a_resolved_ticket_still_takes_hours(desk):
    number = desk.a_ticket(Status.RESOLVED)
    desk.card(number)
    clicks(desk, number, "log_time")
    desk.submit(WORK)
    assert desk.ticket(number).history[-1].kind is Kind.TIME_LOGGED
    assert "⏱️ 1 h 30 min logged" in text_of(desk.card(number))


@pytest.mark.parametrize("changed", [{"until": "2026-12-18"}, {"to": "1"}])
def test_another_day_or_another_reader_has_to_be_read_first_too(desk, slack, changed):
    bosses = frozenset({"boss@bakery.example", "chef@bakery.example"})
    contract = Contract(name="Bakery", domains=frozenset({"bakery.example"}), approvers=bosses)
    policy = Policy(hours=desk.hours, contracts=(contract,))
    desk.app = bot_app.build(replace(desk.house, policy=policy), AtOnce())
    wish = desk.a_ticket(priority=Priority.IMPROVEMENT)
    desk.card(wish)
    clicks(desk, wish, "more", "budget")
    desk.submit(FILLED | {"to": "0"})
    desk.submit(FILLED | {"to": "0"} | changed)
    assert desk.ticket(wish).version == 1
    desk.submit(FILLED | {"to": "0"} | changed)
    assert desk.ticket(wish).version == 2
