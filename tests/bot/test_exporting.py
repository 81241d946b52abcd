"""The whole ticket as a file in its thread: all that happened, in words, for the people of the desk."""

import base64
import io
import json
import re
import zipfile
from datetime import timedelta
from decimal import Decimal

import pytest

from bot import dossier, dossierpage
from bot.dossierpage import Page
from bot.parcel import Packer
from desk.actor import Actor, Door
from desk.delivery import Audience
from desk.event import Kind
from desk.status import Status
from desk.worked import Work
from mail.attached import Attached
from mail.reading import read as read_mail
from store import files as kept_files
from store.files import File
from tests.bot.test_lines import STYLE, all_that_can_happen

ALICE, LENA, NORA = "U0ALICE", "U0LENA", "U0NORA"
BOB = Actor.agent("U0BOB", "Bob")
PDF = ("offer <1>.pdf", b"%PDF-1.7 offer")


@pytest.fixture
def packer(desk):
    return Packer(desk.db, desk.policy, desk.style, Attached(desk.db, read_mail))


def unpacked(packed):
    with zipfile.ZipFile(io.BytesIO(packed)) as found:
        assert found.testzip() is None
        return {name: found.read(name) for name in found.namelist()}


def exported(desk, packer, number):
    held = unpacked(packer.pack(number, now=desk.time.now()))
    return held["ticket.html"].decode(), json.loads(held["ticket.json"]), held


def until_shown(desk, number):
    """The files in the thread, once nothing of them is owed."""
    for _ in range(20):
        desk.deliver()
        desk.deliver_files()
        if not desk.owed(Audience.FILES):
            break
        desk.time.at += timedelta(minutes=2)
    thread = desk.slack.thread(desk.place(number).ts)
    return [(message, file["name"]) for message in thread for file in message.get("files", [])]


def test_more_brings_the_whole_ticket_into_its_thread_once(desk, slack):
    number = desk.a_mailed_ticket(PDF)
    until_shown(desk, number)
    body = desk.a_click("more", f"{number}:1:export")
    assert [desk.dispatch(body).status for _ in range(2)] == [200, 200]

    [(message, _)] = [one for one in until_shown(desk, number) if one[1] == f"HD-{number}.zip"]

    assert "The whole ticket, for Alice. Internal notes are in it" in message["text"]
    [event] = [each for each in desk.ticket(number).history if each.kind is Kind.EXPORTED]
    assert (event.by.key, event.by.door) == (ALICE, Door.BUTTON)
    assert "comes into its thread" in slack.told[-1]["text"]


@pytest.mark.parametrize("status", Status)
def test_a_ticket_is_exported_by_command_whatever_its_status(desk, packer, status):
    number = desk.a_ticket(status)
    desk.card(number)
    page, _, _ = exported(desk, packer, number)
    assert status.words in page
    assert "comes into its thread" in desk.ask(f"export {number}")["text"]
    assert [name for _, name in until_shown(desk, number)] == [f"HD-{number}.zip"]
    assert desk.ticket(number).status is status


def test_a_number_that_is_not_there_is_said_not_to_be(desk):
    assert desk.ask("export 4711")["text"] == "There is no ticket 4711."
    assert "Which ticket?" in desk.ask("export")["text"]


@pytest.mark.parametrize("who", [NORA, "U0GUS", ""])
def test_outsiders_export_nothing(desk, who):
    number = desk.a_ticket()
    desk.forge("more", f"{number}:1:export", by=who)
    desk.ask(f"export {number}", by=who)
    assert desk.ticket(number).version == 1


def test_what_was_exported_before_a_card_was_deleted_comes_back_with_it(desk, slack):
    number = desk.a_ticket()
    card = desk.card(number)
    desk.ask(f"export {number}")
    until_shown(desk, number)
    for message in [*slack.thread(card), card]:
        slack.remove("Lena", message)
    assert [name for _, name in until_shown(desk, number)] == [f"HD-{number}.zip"]


def a_full_ticket(desk):
    """Anna wrote with a file; Bob noted, corrected that, worked, answered with a file, and resolved it."""
    number = desk.a_mailed_ticket(PDF)
    at, anna = desk.time.now(), Actor.customer("anna@bakery.example", "Anna de Boer")
    with desk.db.change() as session:
        mine = kept_files.keep(session, number, File("manual.txt", "text/plain", b"Press it."), at=at)
    hour = Work(minutes=90, on=at.date(), begins=at)
    for deed in (
        lambda t: t.note("She is <b>angry</b>", by=BOB, at=at, key="slack:1.1", ts="1.1"),
        lambda t: t.edit_note("slack:1.1", "She is sad", by=BOB, at=at, edited="2.2"),
        lambda t: t.take(by=BOB, at=at),
        lambda t: t.log_time(hour, "A new fuse", rate=Decimal(125), by=BOB, at=at),
        lambda t: t.reply(
            "Dear *Anna*", by=BOB, at=at, files=[{"name": "manual.txt", "kept": mine, "bytes": 9}]
        ),
        lambda t: t.customer_wrote(
            "Your code: 482913", by=anna, at=at, sensitive="a code to log in with", files=[{"name": "a.pdf"}]
        ),
        lambda t: t.warn("recovery", 100, cycle=1, by=Actor.system("sweep"), at=at, due=at),
        lambda t: t.resolve("A new fuse is in.", by=BOB, at=at),
    ):
        desk.change(number, deed)
    return number


def test_the_page_tells_all_that_happened_and_nothing_of_it_is_alive(desk, packer):
    page, _, held = exported(desk, packer, a_full_ticket(desk))

    for said in (
        "HD-1 · Blank page", "Anna de Boer &lt;anna@bakery.example&gt;", "The oven page is blank.",
        "She is &lt;b&gt;angry&lt;/b&gt;", "She is sad", "A note was written anew", "Bob took it",
        "logged 1 h 30 min, billable", "1 h 30 min in all, €187.50 excl. VAT", "Dear *Anna*",
        "Hidden: it holds a code to log in with.", "A new fuse is in.", "First response:",
        "mail landed Mon 30 Nov 09:00", "Do not send it on", "For the people of the desk only",
        "a.pdf: not in this export, the mail is hidden",
    ):  # fmt: skip
        assert said in page, said
    assert "<b>" not in page.replace("<body>", "")
    assert "<script" not in page
    assert {name for name in held if name.startswith("files/")} == {
        "files/1-1-offer _1_.pdf", "files/6-1-manual.txt",
    }  # fmt: skip
    assert held["files/1-1-offer _1_.pdf"] == PDF[1]
    assert held["files/6-1-manual.txt"] == b"Press it."
    assert 'href="files/1-1-offer%20_1_.pdf"' in page


def test_programs_read_the_same_and_codes_are_in_neither(desk, packer):
    page, rows, _ = exported(desk, packer, a_full_ticket(desk))
    assert [row["kind"] for row in rows["events"]][:4] == ["opened", "noted", "note_edited", "taken"]
    assert rows["tickets"][0]["customer"] == "anna@bakery.example"
    assert "482913" not in page + json.dumps(rows)
    assert base64.b64encode(PDF[1]).decode() not in json.dumps(rows)


def test_every_kind_of_event_is_told_and_no_words_come_alive(ticket_of, at):
    nasty = '</pre><script src="//evil.example">*x*</script><img onerror=a>'
    ticket = all_that_can_happen(ticket_of, at, nasty)
    told = dossier.passages(ticket, STYLE, {}, {})
    page = dossierpage.write(Page(ticket, told, [nasty], at("mon 10:00")), STYLE)
    assert [each.seq for each in told] == [event.seq for event in ticket.history]
    assert [each for each in told if not each.lines] == []
    assert "evil.example" in page
    assert not re.search(r"<(?:script|img)", page)


def test_a_file_that_is_no_longer_kept_is_named_with_the_reason(desk, packer):
    number = desk.a_ticket(detail={"inbox": 4711, "files": [{"name": "x.png", "part": 0, "bytes": 3000}]})
    page, _, held = exported(desk, packer, number)
    assert "x.png (3 kB): not in this export, its mail is no longer kept" in page
    assert set(held) == {"ticket.html", "ticket.json"}
