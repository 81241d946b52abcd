"""Were you helped well: asked once in the mail that says it is solved, answered by a word or by a button."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from desk.actor import Actor, Door
from desk.delivery import Audience
from desk.event import Kind
from desk.satisfaction import Opinion
from desk.status import Status
from desk.ticket import Ticket
from mail import passes
from mail.asking import Opinions
from mail.notifications import Promises, Templates, compose
from store import emails, tables, tickets
from store.emails import Direction, Email
from tests.mail.mail_desk import ALICE, MONDAY, ROBIN, MailDesk, mail, with_file
from tests.mail.test_approving import LETTERHEAD, NASTY, SECRET, _tags

SOLVED = "hd.2.0123456789abcdef0123456789abcdef@desk.example"
TEMPLATES = Templates()


@pytest.fixture
def desk(db):
    """A ticket of Alice's that was solved, and she was mailed so."""
    return solved(MailDesk(db))


def solved(desk):
    desk.arrives(mail())
    desk.does(lambda ticket: ticket.resolve("A new roll is in.", by=ROBIN, at=desk.now))
    with desk.db.change() as session:
        row = tables.outbox.c
        mine = select(row.id).where(row.audience == Audience.CUSTOMER, row.seq == 2)
        delivery = session.execute(mine).scalar_one()
        emails.keep(
            session,
            Email(
                ticket=1, direction=Direction.OUT, message_id=SOLVED, address=ALICE, delivery=delivery,
                subject="[HD-1] Printer", body="HD-1 is resolved.", at=desk.now,
            ),
        )  # fmt: skip
    return desk


def reply(body="Good\n", *, answers=SOLVED, message_id="good@customer.example", **facts):
    known = {"In_Reply_To": f"<{answers}>"} if answers else {}
    return mail(body, subject="Re: [HD-1] Printer", message_id=message_id, **known, **facts)


def last(desk):
    return desk.ticket().history[-1]


# By reply


@pytest.mark.parametrize(
    ("body", "opinion"),
    [("Goed, bedankt!\n\nGroet,\nAlice\n", Opinion.GOOD), ("Niet goed\n", Opinion.NOT_GOOD)],
)
def test_a_word_in_reply_is_the_answer_and_opens_nothing(desk, body, opinion):
    fate = desk.arrives(reply(body))
    ticket, said = desk.ticket(), last(desk)
    assert (ticket.status, said.kind, said.detail["opinion"]) == (Status.RESOLVED, Kind.RATED, opinion)
    assert (said.by.key, said.at, said.text.split()[0]) == (ALICE, desk.now, body.split()[0])
    assert "how it was helped" in fate.remark
    assert desk.mails_of()[-1].message_id == "good@customer.example", "the mail is kept with the ticket"


@pytest.mark.parametrize(
    "raw",
    [
        reply("Niet goed, hij print nog steeds niets.\n"),
        reply(answers=None),
        reply(answers="m1@customer.example"),
        with_file(
            "Good\n", subject="Re: [HD-1] Printer", message_id="f@customer.example", In_Reply_To=f"<{SOLVED}>"
        ),
    ],
    ids=["more words", "by number alone", "to their own mail", "with a file"],
)
def test_anything_else_is_a_reply_as_ever_and_opens_the_ticket(desk, raw):
    desk.arrives(raw)
    assert desk.ticket().status is Status.WAITING_FOR_SUPPORT
    assert Kind.RATED not in [event.kind for event in desk.ticket().history]


def test_strangers_and_machines_answer_nothing(desk):
    desk.arrives(reply(sender="Mallory <mallory@evil.example>"))
    assert last(desk).kind is Kind.QUARANTINED
    desk.arrives(reply(message_id="auto@customer.example", Auto_Submitted="auto-replied"))
    assert last(desk).kind is Kind.MACHINE_WROTE


def test_a_word_to_a_closed_ticket_opens_no_new_one(desk):
    desk.does(lambda ticket: ticket.close(by=Actor.system("sweep"), at=desk.now))
    desk.arrives(reply(), after=timedelta(days=9))
    assert (desk.how_many_tickets(), last(desk).kind) == (1, Kind.RATED)


@pytest.mark.both_engines
def test_the_same_word_twice_counts_once_and_opens_nothing(desk):
    desk.arrives(reply())
    desk.arrives(reply("Good\n", message_id="again@customer.example"))
    assert [event.kind for event in desk.ticket().history].count(Kind.RATED) == 1
    assert desk.ticket().status is Status.RESOLVED


def test_a_desk_that_does_not_ask_reads_the_word_as_a_reply(db):
    desk = solved(MailDesk(db, asks_opinion=False))
    desk.arrives(reply())
    assert desk.ticket().status is Status.WAITING_FOR_SUPPORT


# In the mail


def worded(ticket, event, *, link="https://desk.example/opinion/1", **facts):
    return compose(
        ticket, event, templates=TEMPLATES, letterhead=LETTERHEAD, promises=Promises(), now=MONDAY,
        link=link, **facts,
    ).text  # fmt: skip


@pytest.mark.parametrize("language", ["nl", "en", "de", "fr"])
def test_only_the_mail_that_says_it_is_solved_asks_and_only_where_the_desk_does(language):
    ticket = Ticket.open(
        by=Actor.customer(ALICE), at=MONDAY, subject="P", text="T", language=language, client="C"
    )
    ticket.number = 1
    other = Ticket.open(by=Actor.customer("bob@c.example"), at=MONDAY, subject="P", text="T", client="C")
    other.number = 2
    other.cancel_as_duplicate(ticket, by=ROBIN, at=MONDAY)
    ticket.resolve("Done.", by=ROBIN, at=MONDAY)
    other.solved_elsewhere(1, ticket.history[-1], at=MONDAY)
    asked = worded(ticket, ticket.history[-1], asks_opinion=True)
    assert "https://desk.example/opinion/1" in asked
    silent = worded(ticket, ticket.history[-1])
    assert "opinion" not in silent
    assert len(asked) > len(worded(ticket, ticket.history[-1], asks_opinion=True, link="")) > len(silent)
    for event in other.history[1:]:
        assert worded(other, event, asks_opinion=True) == worded(other, event, link="")


# By link


class Page:
    """The page about the solution of ticket 1."""

    def __init__(self, db, language="en"):
        self.db, self.now = db, MONDAY
        pages = Opinions(db, secret=SECRET, letterhead=LETTERHEAD, clock=lambda: self.now)
        self.client = TestClient(Starlette(routes=pages.routes()), base_url="https://desk.example")
        alice = Actor.customer(ALICE)
        ticket = Ticket.open(by=alice, at=MONDAY, subject=NASTY, text="T", language=language)
        ticket.resolve("Done.", by=ROBIN, at=MONDAY)
        with db.change() as session:
            tickets.add(session, ticket)

    @property
    def ticket(self):
        with self.db.read() as session:
            return tickets.get(session, 1)

    def does(self, deed):
        with self.db.change() as session:
            deed(tickets.get(session, 1))

    def link(self, secret=SECRET, seq=2):
        ticket = self.ticket
        return passes.link_about(ticket, ticket.event(seq), secret=secret, public_address="/")

    def get(self, **facts):
        return self.client.get(self.link(**facts))

    def post(self, answer="good", words="", **facts):
        form = {"answer": answer, "words": words}
        return self.client.post(self.link(**facts), data=form, follow_redirects=False)


@pytest.fixture
def page(db):
    return Page(db)


def test_looking_votes_for_nothing(page):
    before = page.ticket.version
    for method in ("GET", "HEAD", "GET"):
        assert page.client.request(method, page.link()).status_code == 200
    assert page.client.get(page.link() + "?answer=good").status_code == 200
    assert page.client.put(page.link()).status_code == 405
    shown = page.get()
    assert "Were you helped well with HD-1?" in shown.text
    assert not {"script", "img", "a"} & {tag for tag, _ in _tags(shown.text)}
    assert "default-src 'none'" in shown.headers["content-security-policy"]
    assert page.ticket.version == before


@pytest.mark.both_engines
def test_a_button_answers_once_with_what_was_added(page):
    answered = page.post("not_good", f"Too slow.\r\n{NASTY}" + "x" * 5000)
    assert (answered.status_code, answered.headers["location"]) == (303, page.link().rpartition("/")[2])
    said = page.ticket.history[-1]
    assert (said.kind, said.by.key, said.by.door) == (Kind.RATED, ALICE, Door.LINK)
    assert said.text.startswith("Too slow.\n<script>")
    assert len(said.text) <= 2000
    version = page.ticket.version
    page.post("good")
    shown = page.get().text
    assert page.ticket.version == version, "by link the first answer counts"
    assert "not good. Thank you" in shown
    assert "<form" not in shown
    assert "<script>alert" not in shown


@pytest.mark.parametrize("language", ["nl", "en", "de", "fr", "xx"])
def test_the_page_speaks_the_tickets_language(db, language):
    page = Page(db, language)
    lang = language if language != "xx" else "en"
    assert f'<html lang="{lang}">' in page.get().text
    page.post("good")
    assert "<form" not in page.get().text


@pytest.mark.parametrize(("answer", "words"), [("", ""), ("maybe", "x"), ("good", "é" * 40_000)])
def test_a_form_that_is_not_ours_answers_nothing(page, answer, words):
    assert page.post(answer, words).status_code == 200
    assert page.ticket.version == 2


def test_what_was_cancelled_since_says_so_and_takes_no_answer(page):
    page.does(lambda ticket: ticket.reopen(by=ROBIN, at=MONDAY))
    page.does(lambda ticket: ticket.cancel("Twice.", by=ROBIN, at=MONDAY))
    assert page.post().status_code == 303
    shown = page.get()
    assert ("nothing left to answer" in shown.text, "<form" in shown.text) == (True, False)
    assert page.ticket.version == 4


def test_links_of_others_all_look_the_same(page):
    stranger = page.client.get("/opinion/nothing")
    for facts in ({"secret": "another"}, {"seq": 1}):
        wrong = page.post(**facts)
        if facts.get("seq"):
            assert wrong.status_code == 303, "ours, about what was no solution: there is nothing to say"
        else:
            assert (wrong.status_code, wrong.text) == (404, stranger.text)
    approve = page.link().replace("/opinion/", "/approve/")
    assert page.client.get(approve).status_code == 404
    assert page.ticket.version == 2
