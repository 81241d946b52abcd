"""Every mail to the letter, as it was looked at and found good, and what no mail may ever hold.

After a change that is meant: REWRITE_GOLDEN=1 ./run test tests/mail/test_golden.py; read what differs."""

import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.actor import Actor
from desk.answer import Answer
from desk.breach import BreachReason
from desk.budget import Proposal, Purpose
from desk.errors import DeskError
from desk.event import OWED_TO
from desk.priority import Priority
from desk.satisfaction import Opinion
from desk.ticket import Ticket
from desk.withdrawal import taken_back
from desk.worked import Work
from mail.letterhead import Brand, Letterhead
from mail.madeup import WORDS
from mail.notifications import Promises, Templates, compose
from mail.preview import KINDS, compose_one
from mail.specimen import REPORT, compose_report
from sla.calendar import Calendar
from sla.hours import BusinessHours
from sla.policy import Policy
from tests.whole import examples

GOLDEN = Path(__file__).parent / "golden"
FRIDAY = datetime(2026, 11, 27, 15, 30, tzinfo=UTC)
"""Friday 27 November 2026, 16:30 in Amsterdam."""

TEMPLATES = Templates()
POLICY = Policy(hours=BusinessHours(Calendar()))
LETTERHEAD = Letterhead(
    name="Helpdesk",
    address="help@desk.example",
    zone=ZoneInfo("Europe/Amsterdam"),
    brand=Brand(
        signature="**Example BV** · [example.com](https://example.com)",
        address_line="Keizersgracht 1, Amsterdam",
        logo="https://example.com/logo.png",
        colour="#1a5fb4",
    ),
)


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_reads_as_it_did_when_it_was_found_good(kind, language):
    _, mail = compose_one(
        KINDS[kind], language, letterhead=LETTERHEAD, templates=TEMPLATES, policy=POLICY, now=FRIDAY
    )
    for part, words in (("txt", f"Subject: {mail.subject}\n\n{mail.text}"), ("html", mail.html)):
        file = GOLDEN / f"{kind}.{language}.{part}"
        if os.environ.get("REWRITE_GOLDEN"):
            file.write_text(words, "utf-8")
        assert words == file.read_text("utf-8")


@pytest.mark.parametrize("language", WORDS)
def test_the_month_that_clients_get_reads_as_it_did_when_it_was_found_good(language):
    mail, file = compose_report(language, letterhead=LETTERHEAD, templates=TEMPLATES, now=FRIDAY)
    parts = {"txt": f"Subject: {mail.subject}\n\n{mail.text}".encode(), "html": mail.html.encode()}
    for part, content in (parts | {"csv": file.content}).items():
        kept = GOLDEN / f"{REPORT}.{language}.{part}"
        if os.environ.get("REWRITE_GOLDEN"):
            kept.write_bytes(content)
        assert content == kept.read_bytes()


def test_every_kind_of_event_that_customers_are_mailed_about_can_be_looked_at():
    owed = {
        kind.value.removesuffix("_asked") for kind, audiences in OWED_TO.items() if "customer" in audiences
    }
    assert owed == {name.partition("-")[0] for name in KINDS}
    kept = {f"{kind}.{language}.{part}" for kind in KINDS for language in WORDS for part in ("txt", "html")}
    kept |= {f"{REPORT}.{language}.{part}" for language in WORDS for part in ("txt", "html", "csv")}
    assert {file.name for file in GOLDEN.iterdir()} == kept


SECRET = "zqxj9"
"""What is written in every place that customers must not see."""

JAN = Actor.customer("jan@bakkerij.example", "Jan Jansen")
SANNE = Actor.agent(f"U0{SECRET}", "Sanne de Wit")
TOM = Actor.agent(f"U1{SECRET}", f"Tom {SECRET}")
EVE = Actor.customer(f"{SECRET}@elsewhere.example", f"Eve {SECRET}")
DESK = Actor.system(f"job {SECRET}")
BOSS = f"boss@{SECRET}.example"


def _let_in(ticket, at):
    ticket.quarantine(f"{SECRET}", by=EVE, at=at, reason=SECRET, inbox=SECRET, files=[SECRET])
    ticket.accept(ticket.version, by=TOM, at=at)


def _drop(ticket, at):
    ticket.quarantine(f"{SECRET}", by=EVE, at=at, reason=SECRET)
    ticket.dismiss(ticket.version, by=TOM, at=at)


def _breach(ticket, at):
    ticket.warn("recovery", 100, cycle=ticket.version, by=DESK, at=at, due=at)
    ticket.explain_breach(ticket.version, BreachReason.OTHER, by=TOM, at=at)


def _works(ticket, at):
    hour = Work(minutes=60, on=at.date(), begins=at, billable=False)
    ticket.log_time(hour, SECRET, rate=Decimal(125), by=TOM, at=at)
    ticket.correct_time(ticket.version, hour, f"{SECRET} again", rate=Decimal(125), by=TOM, at=at)


def _asks_about_money(ticket, at):
    """A round, an answer that nobody can judge, and what an agent made of it."""
    asked = Proposal(
        purpose=Purpose.EMERGENCY, scope="Work", minutes=None, rate=Decimal(125), until=at.date(),
        expires_at=at + timedelta(days=1), to=JAN.key, approvers=frozenset({JAN.key, BOSS}),
    )  # fmt: skip
    ticket.propose(asked, by=SANNE, at=at)
    said = {"via": "mail", "sender": BOSS, "of": 1, "inbox": SECRET, "message_id": SECRET}
    ticket.doubt(len(ticket.budget.rounds), f"it is unclear: {SECRET}", by=EVE, at=at, evidence=said)
    ticket.clarify(ticket.version, Answer.UNCLEAR, by=TOM, at=at)
    ticket.withdraw(by=TOM, at=at)


def _rates(ticket, at):
    """A comment on how it was solved is for the desk; the ticket goes on afterwards."""
    ticket.resolve("Done.", by=SANNE, at=at)
    said = {"via": "mail", "inbox": SECRET}
    ticket.rate(ticket.version, Opinion.NOT_GOOD, f"{SECRET}, says the boss", by=EVE, at=at, evidence=said)
    ticket.reopen(by=SANNE, at=at)


def _sleeps(ticket, at):
    ticket.snooze(at + timedelta(hours=1), by=TOM, at=at)
    ticket.wake(by=DESK, at=at + timedelta(hours=1))


def _cancels_and_takes_back(ticket, at):
    """Neither the reason that was taken back nor who did it."""
    ticket.cancel(f"They never pay: {SECRET}", by=TOM, at=at)
    ticket.take_back(ticket.version, by=TOM, at=at)


def _duplicate_of_a_stranger(ticket, at):
    """The other's number is told, and nothing of what it says."""
    other = Ticket.open(by=JAN, at=at, subject=f"{SECRET} ends", text=SECRET, client=SECRET, desk=SECRET)
    other.number = 7
    other.note(SECRET, by=TOM, at=at)
    ticket.resembles([7], by=DESK, at=at)
    ticket.cancel_as_duplicate(other, by=SANNE, at=at)
    ticket.reopen(by=SANNE, at=at)


def _hidden(ticket, at):
    ticket.customer_wrote(
        f"Code {SECRET}", by=JAN, at=at, key=f"{SECRET}:{ticket.version}", sensitive=f"a code {SECRET}"
    )
    ticket.look_at(ticket.version, by=TOM, at=at)


INTERNAL = {
    "a round about money that nobody understood": _asks_about_money,
    "what a customer says of it": _rates,
    "a snooze": _sleeps,
    "a reason that was taken back": _cancels_and_takes_back,
    "a duplicate of another": _duplicate_of_a_stranger,
    "a code": _hidden,
    "an export": lambda t, at: t.export(f"{SECRET}.zip", by=TOM, at=at),
    "a note from a window": lambda t, at: t.write_note(SECRET, by=TOM, at=at),
    "a note that was edited and taken back": lambda t, at: (
        t.note(SECRET, by=TOM, at=at, key=f"slack:{t.version}", ts=SECRET),
        t.edit_note(f"slack:{t.version - 1}", f"{SECRET} more", by=TOM, at=at, edited="2"),
        t.delete_note(f"slack:{t.version - 2}", by=TOM, at=at),
    ),
    "given back": lambda t, at: t.release(by=TOM, at=at),
    "too many mails": lambda t, at: t.collect(t.version, by=DESK, at=at, reason=SECRET),
    "files that got lost": lambda t, at: t.miss_files(1, SECRET, by=DESK, at=at),
    "a note": lambda t, at: t.note(f"intern: {SECRET}", by=TOM, at=at, files=[{"name": SECRET}]),
    "a held mail": lambda t, at: t.quarantine(SECRET, by=EVE, at=at, reason=SECRET),
    "a held mail let in": _let_in,
    "a held mail dropped": _drop,
    "a machine's answer": lambda t, at: t.machine_wrote(SECRET, by=EVE, at=at, automatic=SECRET),
    "a bounce": lambda t, at: t.bounced(SECRET, by=DESK, at=at, hard=False, key=f"{SECRET}{t.version}"),
    "a delay": lambda t, at: t.mail_delayed(1, SECRET, by=DESK, at=at),
    "a failure": lambda t, at: t.mail_failed(1, SECRET, certain=False, by=DESK, at=at),
    "a colleague": lambda t, at: t.assign(TOM.key, TOM.name, by=TOM, at=at),
    "a priority": lambda t, at: t.prioritise(
        Priority.HIGH if t.priority is not Priority.HIGH else Priority.LOW, by=TOM, at=at
    ),
    "a breach": _breach,
    "hours": _works,
    "facts of a mail": lambda t, at: t.customer_wrote(
        "And?", by=JAN, at=at, key=f"{SECRET}:{t.version}", inbox=SECRET, files=[{"name": SECRET}]
    ),
}
"""Ways in which something is written down that is nobody's business but the desk's."""


@settings(max_examples=examples(120))
@given(
    st.lists(st.sampled_from(sorted(INTERNAL)), max_size=8),
    st.sampled_from(sorted(KINDS)),
    st.sampled_from(sorted(WORDS)),
)
def test_nothing_internal_ever_shows_in_any_mail(acts, kind, language):
    ticket = Ticket.open(
        by=JAN, at=FRIDAY - timedelta(days=5), subject="Printer", text="It is broken.", language=language,
        client=SECRET, desk=SECRET, key=SECRET, detail={"inbox": SECRET, "files": [SECRET]},
    )  # fmt: skip
    ticket.number = 42
    for number, act in enumerate(acts):
        with suppress(DeskError):
            INTERNAL[act](ticket, FRIDAY - timedelta(days=4, minutes=-number))
    try:
        KINDS[kind].course(ticket, WORDS[language], FRIDAY)
    except DeskError:
        return  # it cannot come to that mail from there
    left = [each for each in ticket.history if each.seq not in taken_back(ticket.history)]
    mailed = [each for each in left if any(d.audience == "customer" for d in each.deliveries)]
    for event in mailed:
        mail = compose(
            ticket, event, templates=TEMPLATES, letterhead=LETTERHEAD, now=FRIDAY,
            promises=Promises(response=FRIDAY + timedelta(days=3), recovery=FRIDAY + timedelta(days=7)),
            last_mail_at=FRIDAY - timedelta(days=5),
        )  # fmt: skip
        assert SECRET not in mail.subject + mail.text + mail.html
