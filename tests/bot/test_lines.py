"""What the thread reads: every kind of event can be drawn, and nothing in it is alive."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot import lines
from bot.notices import News, tell_leads
from bot.style import Style
from desk.actor import Actor
from desk.answer import Answer
from desk.breach import BreachReason
from desk.budget import Proposal, Purpose
from desk.event import Kind
from desk.priority import Priority
from desk.satisfaction import Opinion
from desk.status import Status
from desk.worked import Work
from sandbox.checker import check_message
from tests import hostile

STYLE = Style("HD", ZoneInfo("Europe/Amsterdam"))
LIVE = re.compile(r"<(?:[@#!]|https?:|mailto:)")
NASTY = "<!channel> <@U1> <http://evil.example|bank.com> `x` \u202e"


def test_every_kind_of_event_has_a_line(ticket_of, at):
    ticket = all_that_can_happen(ticket_of, at, NASTY)
    assert {event.kind for event in ticket.history} == set(Kind)
    for event in ticket.history:
        post = lines.draw(ticket, event, STYLE)
        check_message(post.text, post.blocks)
        assert not LIVE.search(post.text)
        assert "mrkdwn" not in json.dumps(post.blocks) or event.kind is Kind.WARNED


def live_in(post):
    """All that Slack would bring to life: what stands in angle brackets in markup, and links."""
    found = [*re.findall(r"<[^<>]*>", post.text)]
    waiting = [*post.blocks]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, dict):
            waiting += part.values()
            if part.get("type") == "mrkdwn":
                found += [*re.findall(r"<[^<>]*>", part["text"]), part.get("verbatim")]
            elif part.get("type") in ("link", "user", "usergroup", "channel", "broadcast", "emoji", "date"):
                found.append(str(part))
            elif part.get("type") == "plain_text" and part.get("emoji"):
                found.append("emoji")
    return sorted(map(str, found))


def batter(ticket_of, at, seed, count):
    """Hostile words in everything that happens: nothing comes alive that does not with plain words."""
    calm = all_that_can_happen(ticket_of, at, "x")
    expected = [live_in(lines.draw(calm, event, STYLE)) for event in calm.history]
    for words in hostile.words(seed, count):
        ticket = all_that_can_happen(ticket_of, at, words)
        for event, alive in zip(ticket.history, expected, strict=True):
            post = lines.draw(ticket, event, STYLE)
            assert live_in(post) == alive, (event.kind, words)
            assert len(post.text) <= 4000
            assert len(post.blocks) <= 50


def test_no_words_come_alive_in_any_line(ticket_of, at):
    batter(ticket_of, at, seed=1, count=60)


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_a_hundred_thousand_lines_stay_still(ticket_of, at):
    batter(ticket_of, at, seed=2, count=2000)  # each in fifty lines


def all_that_can_happen(ticket_of, at, words):
    """A ticket to which everything happened, each with these words of somebody's."""
    bob, lena = Actor.agent("U0BOB", words), Actor.lead("U0LENA", words)
    anna, desk = Actor.customer("anna@bakery.example", words), Actor.system("sweep")
    ticket = ticket_of(text=words, subject=words, name=words, detail={"files": [words]})
    now = at("mon 10:00")
    ticket.customer_wrote(words, by=anna, at=now, files=[words])
    ticket.customer_wrote(words, by=anna, at=now, copied=[words], reply_to=words, sensitive=words)
    ticket.look_at(ticket.version, by=bob, at=now)
    ticket.pass_on(words, by=bob, at=now)
    ticket.collect(1, by=desk, at=now, reason=words)
    ticket.machine_wrote(words, by=anna, at=now)
    ticket.quarantine(words, by=Actor.customer("m@x.example", words), at=now, reason=words)
    ticket.accept(ticket.version, by=bob, at=now)
    ticket.quarantine(words, by=Actor.customer("m@x.example", words), at=now, reason=words)
    ticket.dismiss(ticket.version, by=bob, at=now)
    ticket.take(by=bob, at=now)
    ticket.assign("U0LENA", words, by=bob, at=now)
    ticket.reply(words, by=bob, at=now)
    ticket.mailed(ticket.version, recipients=[words], by=desk, at=now)
    ticket.reply(words, by=bob, at=now)
    ticket.take_back(ticket.version, by=bob, at=now)
    ticket.note(words, by=bob, at=now, key="slack:1")
    ticket.edit_note("slack:1", words, by=bob, at=now, edited="2")
    ticket.delete_note("slack:1", by=bob, at=now)
    ticket.miss_files(1, words, by=desk, at=now)
    ticket.prioritise(Priority.URGENT, by=bob, at=now, reclassified=True)
    ticket.warn("recovery", 100, cycle=1, by=desk, at=now, due=now)
    ticket.explain_breach(ticket.version, BreachReason.OTHER, by=bob, at=now)
    ticket.supersede("recovery", 75, cycle=1, by=desk, at=now)
    ticket.ask(words, by=bob, at=now)
    ticket.mail_delayed(ticket.version - 1, words, by=desk, at=now)
    ticket.mail_failed(ticket.version - 2, words, certain=False, by=desk, at=now)
    ticket.resend(ticket.version - 3, by=bob, at=now)
    ticket.snooze(now + timedelta(hours=1), by=bob, at=now)
    ticket.wake(by=desk, at=now + timedelta(hours=1))
    ticket.extend(by=bob, at=now)
    ticket.remind(by=desk, at=now, asked=1)
    ticket.bounced(words, by=desk, at=now, hard=True)
    _money(ticket, bob, anna, now, words)
    ticket.resolve(words, by=bob, at=now)
    ticket.rate(ticket.version, Opinion.NOT_GOOD, words, by=anna, at=now, evidence={"via": "mail"})
    ticket.reopen(by=bob, at=now)
    other = ticket_of(text=words, subject=words, name=words)
    other.number = 41
    ticket.resembles([41], by=desk, at=now)
    ticket.join(other, by=bob, at=now)
    ticket.cancel_as_duplicate(other, text=words, by=bob, at=now)
    other.resolve(words, by=bob, at=now)
    ticket.solved_elsewhere(41, other.history[-1], at=now)
    ticket.close(by=lena, at=now)
    ticket.export(by=bob, at=now)
    ticket.erase([1], left="", by=desk, at=now)
    return ticket


def _money(ticket, bob, anna, now, words):
    """Everything that can happen to a budget, and hours beyond it."""
    ticket.prioritise(Priority.IMPROVEMENT, by=bob, at=now)
    asked = Proposal(
        purpose=Purpose.BUDGET, scope=words, minutes=60, rate=Decimal(125), until=now.date(),
        expires_at=now + timedelta(days=1), to=anna.key, approvers=frozenset({anna.key}),
    )  # fmt: skip
    evidence = {"via": "mail", "sender": words}
    ticket.propose(asked, by=bob, at=now)
    ticket.withdraw(by=bob, at=now)
    ticket.propose(asked, by=bob, at=now)
    ticket.decline(2, by=anna, at=now, evidence=evidence)
    ticket.propose(asked, by=bob, at=now)
    wrote = next(event.seq for event in ticket.history if event.kind is Kind.CUSTOMER_WROTE)
    ticket.doubt(3, words, by=anna, at=now, evidence=evidence | {"of": wrote})
    ticket.clarify(ticket.version, Answer.UNCLEAR, by=bob, at=now)
    ticket.doubt(3, words, by=anna, at=now, evidence=evidence | {"of": wrote + 1})
    ticket.approve(3, by=anna, at=now, evidence=evidence)
    ticket.schedule(now.date(), by=bob, at=now)
    work = Work(minutes=50, on=now.date(), begins=now)
    ticket.log_time(work, words, rate=Decimal(125), by=bob, at=now)
    ticket.correct_time(
        ticket.version - 1, replace(work, minutes=90), words, rate=Decimal(125), by=bob, at=now
    )


def test_a_mail_of_ten_thousand_characters_says_what_is_missing(ticket_of, at):
    ticket = ticket_of()
    anna = Actor.customer("anna@bakery.example")
    ticket.customer_wrote("x" * 10_000, by=anna, at=at("mon 10:00"))
    post = lines.draw(ticket, ticket.history[-1], STYLE)
    check_message(post.text, post.blocks)
    assert "1,300 more characters are not shown here." in json.dumps(post.blocks)


@pytest.mark.parametrize(("status", "loud"), [(Status.RESOLVED, True), (Status.WAITING_FOR_CUSTOMER, False)])
def test_the_channel_hears_of_a_ticket_that_is_open_again(ticket_of, at, status, loud):
    ticket = ticket_of(status)
    ticket.reopen(by=Actor.agent("U0BOB", "Bob"), at=at("mon 10:00"))
    assert lines.draw(ticket, ticket.history[-1], STYLE).broadcast is loud


def test_nobody_else_is_called_when_an_agent_reopens_what_is_theirs(ticket_of, at):
    bob = Actor.agent("U0BOB", "Bob")
    ticket = ticket_of(Status.IN_PROGRESS)
    ticket.resolve("Done", by=bob, at=at("mon 10:00"))
    ticket.reopen(by=bob, at=at("mon 11:00"))
    assert ticket.owner == "U0BOB"
    assert not lines.draw(ticket, ticket.history[-1], STYLE).broadcast


def test_a_mail_by_the_desk_itself_repeats_nothing_of_what_it_is_about(ticket_of, at):
    ticket = ticket_of(text="My secret")
    ticket.mailed(1, recipients=["anna@bakery.example"], by=Actor.system("mail"), at=at("mon 09:01"))
    drawn = json.dumps(lines.draw(ticket, ticket.history[-1], STYLE).blocks)
    assert "anna@bakery.example was mailed the confirmation" in drawn
    assert "secret" not in drawn


def test_a_name_with_markup_in_a_warning_to_leads_is_dead(ticket_of, at):
    ticket = ticket_of(subject=NASTY)
    ticket.warn("recovery", 100, cycle=1, by=Actor.system("s"), at=at("mon 10:00"), due=at("mon 17:00"))
    link = "https://acme.slack.com/archives/C1/p1"
    ticket.explain_breach(2, BreachReason.OTHER, by=Actor.lead("U0LENA", NASTY), at=at("mon 10:00"))
    post = tell_leads([News(ticket, ticket.event(2), link)], STYLE, mention="<!subteam^S1>")
    check_message(post.text, post.blocks)
    assert set(LIVE.findall(post.text)) == {"<!", "<https:"}
    assert post.text.count("<") == 2


def test_several_warnings_in_one_message_are_as_dead_and_fit(ticket_of, at):
    link, news = "https://acme.slack.com/archives/C1/p1", []
    for level in [75, 100] * 10:
        ticket = ticket_of(subject=NASTY * 40)
        ticket.warn("recovery", level, cycle=1, by=Actor.system("s"), at=at("mon 10:00"), due=at("mon 17:00"))
        news.append(News(ticket, ticket.event(2), link))
    post = tell_leads(news, STYLE, mention="<!subteam^S1>")
    check_message(post.text, post.blocks)
    assert post.text == "<!subteam^S1> 🔴 *10 promises overdue* · 🟠 *10 promises in danger*"
    drawn = [text for block in post.blocks if block["type"] == "section" for text in [block["text"]["text"]]]
    assert {found for text in drawn[1:] for found in LIVE.findall(text)} == {"<https:"}


@pytest.mark.parametrize(
    ("level", "said"),
    [
        (50, "🟠 *50 % used*: recovery is due Mon 30 Nov 17:00 · HD-42"),
        (100, "🔴 *Overdue*: recovery was due Mon 30 Nov 17:00 · HD-42"),
        (101, "🔴 *Overdue for 1 working day*: recovery was due Mon 30 Nov 17:00 · HD-42"),
        (103, "🔴 *Overdue for 3 working days*: recovery was due Mon 30 Nov 17:00 · HD-42"),
    ],
)
def test_a_warning_says_how_far_it_has_come(ticket_of, at, level, said):
    ticket = ticket_of()
    ticket.warn("recovery", level, cycle=1, by=Actor.system("s"), at=at("mon 10:00"), due=at("mon 17:00"))
    post = lines.draw(ticket, ticket.history[-1], STYLE)
    assert post.blocks[0]["text"]["text"] == said
    assert post.broadcast is (level >= 75)
