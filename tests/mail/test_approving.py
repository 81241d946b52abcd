"""The signed link: looking changes nothing, one answer counts, and every page says where things stand."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from desk.actor import Actor, Door
from desk.budget import Proposal, Purpose, Standing
from desk.event import Kind
from desk.priority import Priority
from desk.ticket import Ticket
from mail import passes
from mail.approving import Approvals
from mail.letterhead import Letterhead
from store import tickets

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
LAST_DAY = datetime(2026, 12, 11, 23, tzinfo=UTC)
JAN, SANNE = Actor.customer("jan@bakery.example", "Jan"), Actor.agent("U0SANNE", "Sanne")
SECRET = "a secret of the desk"
LETTERHEAD = Letterhead(name="Helpdesk", address="help@desk.example", zone=ZoneInfo("Europe/Amsterdam"))
NASTY = "<script>alert(1)</script> & [x](javascript:alert(1)) <img src=x onerror=y>"


class Page:
    """A budget of ticket 1 in a browser, at a moment that can be moved."""

    def __init__(self, db):
        self.db, self.now = db, NOW
        pages = Approvals(db, secret=SECRET, letterhead=LETTERHEAD, clock=lambda: self.now)
        self.client = TestClient(Starlette(routes=pages.routes()), base_url="https://desk.example")
        ticket = Ticket.open(by=JAN, at=NOW, subject=NASTY, text="Please.", priority=Priority.IMPROVEMENT)
        with db.change() as session:
            self.number = tickets.add(session, ticket).number
        self.asks()

    def asks(self, **facts):
        known = {
            "purpose": Purpose.BUDGET, "scope": f"A second till\n\n{NASTY}", "minutes": 600,
            "rate": Decimal(125), "until": date(2026, 12, 11), "expires_at": LAST_DAY, "to": JAN.key,
            "approvers": frozenset({JAN.key}), "language": "en",
        }  # fmt: skip
        self.does(lambda ticket: ticket.propose(Proposal(**known | facts), by=SANNE, at=self.now))

    def does(self, deed):
        with self.db.change() as session:
            deed(tickets.get(session, self.number))

    @property
    def ticket(self):
        with self.db.read() as session:
            return tickets.get(session, self.number)

    def link(self, number=1, secret=SECRET):
        asked = self.ticket.round(number)
        return passes.link_to(asked, ticket=self.number, secret=secret, public_address="/")

    def get(self, **facts):
        return self.client.get(self.link(**facts))

    def post(self, answer="yes", **facts):
        return self.client.post(self.link(**facts), data={"answer": answer}, follow_redirects=False)

    def standing(self, number=1):
        return self.ticket.round(number).standing(self.now)


@pytest.fixture
def page(db):
    return Page(db)


def test_looking_changes_nothing_however_often_and_in_whatever_way(page):
    before = page.ticket.version
    for method in ("GET", "HEAD", "GET"):
        assert page.client.request(method, page.link()).status_code == 200
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        assert page.client.request(method, page.link()).status_code == 405
    assert page.client.get(page.link() + "?answer=yes").status_code == 200
    assert page.ticket.version == before


@pytest.mark.both_engines
def test_whoever_guesses_links_keeps_nobody_from_the_database(page):
    with ThreadPoolExecutor() as browsers, page.db.change():
        answered = browsers.submit(page.post, secret="a guess").result(timeout=30)
    assert answered.status_code == 404


def test_the_page_says_what_is_asked_of_whom_and_lets_nothing_live(page):
    shown = page.get().text
    for words in (
        "Budget for HD-1",
        "10 hours",
        "€125.00 per hour",
        "€1,250.00 excl. VAT",
        "jan@bakery.example",
    ):
        assert words in shown
    assert "Friday 11 December 2026" in shown
    tags = _tags(shown)
    assert not {"script", "img", "iframe", "link", "object"} & {tag for tag, _ in tags}
    assert not [name for _, names in tags for name in names if name.startswith(("on", "style", "src"))]
    assert "javascript:" not in re.sub(r"\[x\]\(javascript[^)]*\)", "", shown), "at most as words"


def _tags(html):
    found = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            found.append((tag, [name for name, _ in attrs]))

    Reader().feed(html)
    return found


@pytest.mark.both_engines
def test_a_yes_counts_once_and_the_link_says_so_ever_after(page):
    answered = page.post()
    assert (answered.status_code, answered.headers["location"]) == (303, page.link().rpartition("/")[2])
    kept = page.ticket.history[-1]
    assert (kept.kind, kept.by, kept.at) == (Kind.BUDGET_APPROVED, Actor.by_link(JAN.key), NOW)
    assert kept.by.door is Door.LINK
    assert kept.detail == {"round": 1, "via": "link", "sender": JAN.key, "asked": 2, "amount": "1250.00"}
    version = page.ticket.version
    page.now += timedelta(days=60)
    for answer in ("yes", "no"):
        assert page.post(answer).status_code == 303
        shown = page.get().text
        assert "Approved on Monday 30 November 2026 at 10:00" in shown
        assert "<form" not in shown
    assert page.ticket.version == version


def test_a_no_counts_as_well(page):
    page.post("no")
    assert page.standing() is Standing.DECLINED
    assert "Declined on" in page.get().text


def test_links_that_no_longer_count_say_why_and_change_nothing(page):
    page.does(lambda ticket: ticket.withdraw(by=SANNE, at=NOW))
    page.asks(language="nl")
    page.asks()
    said = {1: "taken this back", 2: "iets nieuwers"}
    for number, words in said.items():
        page.post(number=number)
        shown = page.get(number=number)
        assert (shown.status_code, words in shown.text, "<form" in shown.text) == (200, True, False)
    page.now = LAST_DAY
    page.post(number=3)
    assert "valid until Friday 11 December 2026" in page.get(number=3).text
    assert [page.standing(number) for number in (1, 2, 3)] == [
        Standing.WITHDRAWN, Standing.SUPERSEDED, Standing.EXPIRED,
    ]  # fmt: skip


def test_a_ticket_that_ended_has_nothing_to_approve(page):
    page.does(lambda ticket: ticket.cancel("Twice.", by=SANNE, at=NOW))
    page.post()
    assert page.standing() is Standing.DRAFTED
    assert "This request is closed" in page.get().text


@pytest.mark.parametrize("wrong", ["seal", "round", "ticket", "secret", "nonsense", "longer"])
def test_a_link_that_we_did_not_give_looks_the_same_whatever_is_wrong_and_does_nothing(page, wrong):
    page.asks(to="other@bakery.example", approvers=frozenset({"other@bakery.example"}))
    ticket, number, seal = page.link().rpartition("/")[2].split("-")
    link = {
        "seal": f"{ticket}-{number}-{'0' * len(seal)}",
        "round": f"{ticket}-2-{seal}",
        "ticket": f"999-{number}-{seal}",
        "secret": page.link(secret="another secret").rpartition("/")[2],
        "nonsense": "%3Cscript%3E",
        "longer": f"{ticket}-{number}-{seal}0",
    }[wrong]
    before, known = page.ticket.version, page.client.get("/approve/nothing")
    shown = page.client.get(f"/approve/{link}")
    answered = page.client.post(f"/approve/{link}", data={"answer": "yes"})
    assert (shown.status_code, answered.status_code) == (404, 404)
    assert shown.text == answered.text == known.text
    assert page.ticket.version == before


@pytest.mark.parametrize("body", [b"", b"answer=maybe", b"answer=yes&" + b"x" * 5000, b"\xff\xfe", b"yes"])
def test_a_form_that_is_not_ours_answers_nothing(page, body):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert page.client.post(page.link(), content=body, headers=headers).status_code == 200
    assert page.standing() is Standing.DRAFTED


def test_nothing_is_loaded_kept_framed_or_told_to_others(page):
    for answer in (page.get(), page.post(), page.client.get("/approve/nothing")):
        headers = answer.headers
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        rules = headers["content-security-policy"]
        assert "default-src 'none'" in rules
        assert "frame-ancestors 'none'" in rules
        assert "unsafe" not in rules
        assert "set-cookie" not in headers


def test_without_a_public_address_there_is_no_link(page):
    asked = page.ticket.round(1)
    assert passes.link_to(asked, ticket=page.number, secret=SECRET, public_address="") == ""
