"""What becomes of a customer's mail: every row of the table of statuses that a mail can cause."""

import logging
import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from desk.actor import Actor
from desk.delivery import Audience
from desk.event import Kind
from desk.priority import Priority
from desk.status import Status
from desk.ticket import Ticket
from mail import reading
from mail.house import House
from mail.intake import Intake
from mail.limits import Limits
from mail.reader import Bounds, Reader
from store import inbox, points, tables, tickets
from store.database import Database, Unavailable
from store.emails import Direction
from store.inbox import State
from store.points import Point
from tests.counted import counting
from tests.mail.mail_desk import ALICE, BOSS, DESK, MONDAY, ROBIN, MailDesk, bounce, mail, with_file


@pytest.fixture
def desk(db):
    return MailDesk(db)


@pytest.fixture
def open_ticket(desk):
    desk.arrives(mail())
    return desk


def kinds(ticket):
    return [event.kind for event in ticket.history]


def is_confirmed(ticket):
    return any(
        delivery.audience is Audience.CUSTOMER
        for event in ticket.history
        if event.kind is Kind.OPENED
        for delivery in event.deliveries
    )


def reply(body="Yes, three times.\n", *, to="ours-1@desk.example", message_id="m2@customer.example", **facts):
    facts.setdefault("subject", "Re: [HD-1] Printer")
    return mail(body, message_id=message_id, In_Reply_To=f"<{to}>", **facts)


IN_STATUS = {
    Status.WAITING_FOR_SUPPORT: lambda ticket, at: None,
    Status.IN_PROGRESS: lambda ticket, at: ticket.take(by=ROBIN, at=at),
    Status.WAITING_FOR_CUSTOMER: lambda ticket, at: ticket.ask("Which printer?", by=ROBIN, at=at),
    Status.RESOLVED: lambda ticket, at: ticket.resolve("New toner.", by=ROBIN, at=at),
    Status.CANCELLED: lambda ticket, at: ticket.cancel("Handled by phone.", by=ROBIN, at=at),
    Status.CLOSED: lambda ticket, at: (
        ticket.resolve("New toner.", by=ROBIN, at=at),
        ticket.close(by=BOSS, at=at),
    ),
}


def put(desk, status, number=1):
    """Bring a ticket, to which the desk has written ours-<number>, into that status."""
    desk.sent(f"ours-{number}@desk.example", number=number)
    desk.does(lambda ticket: IN_STATUS[status](ticket, desk.now), number)
    assert desk.ticket(number).status is status


@pytest.fixture
def in_every_status(desk):
    """Six tickets of Alice's, one in each status, to each of which the desk has written ours-<number>."""
    for number, status in enumerate(Status, 1):
        desk.arrives(mail(f"Fault {number}.\n", message_id=f"m1-{number}@customer.example"))
        put(desk, status, number)
    return desk


def statuses(desk):
    return [desk.ticket(number).status for number in range(1, len(Status) + 1)]


# A new mail


def test_a_mail_opens_a_ticket_that_is_waiting_for_support(desk):
    fate = desk.arrives(mail())

    ticket = desk.ticket()
    assert (fate.state, fate.ticket, fate.remark) == (State.DONE, 1, "opened ticket 1")
    assert ticket.status is Status.WAITING_FOR_SUPPORT
    assert (ticket.subject, ticket.customer, ticket.customer_name) == ("Printer", ALICE, "Alice Jones")
    assert ticket.history[0].text.strip() == "The printer is on fire."
    assert (ticket.priority, ticket.client, ticket.language) == (Priority.MEDIUM, "Customer Ltd", "en")
    assert is_confirmed(ticket)


def test_the_clocks_start_when_the_mail_reached_us_and_not_when_it_was_fetched(desk):
    kept = desk.is_kept(mail(), at=MONDAY - timedelta(hours=3))
    desk.intake.receive_new()

    assert desk.fate_of(kept).state == State.DONE
    assert desk.ticket().opened_at == MONDAY - timedelta(hours=3)


def test_the_mail_is_kept_with_its_ticket(open_ticket):
    (kept,) = open_ticket.mails_of()

    assert (kept.direction, kept.message_id) == (Direction.IN, "m1@customer.example")
    assert (kept.address, kept.inbox) == (ALICE, 1)
    assert "on fire" in kept.body


@pytest.mark.parametrize(
    ("languages", "language"),
    [({"nl", "en"}, "en"), ({"nl", "en", "de"}, "de")],
    ids=["not listed", "listed"],
)
def test_a_language_is_answered_in_only_where_the_desk_lists_it(db, languages, language):
    desk = MailDesk(db, languages=frozenset(languages))
    words = "Guten Morgen, der Drucker funktioniert nicht. Können Sie bitte helfen? Mit freundlichen Grüßen"
    desk.arrives(mail(words, sender="petra@firma.example"))
    assert desk.ticket().language == language


@pytest.mark.parametrize(
    ("sender", "words", "language", "client"),
    [
        ("anna@klant.example", "Please look at the printer, it does not work.", "nl", "Klant BV"),
        ("bob@other.example", "Kunnen jullie kijken? De printer doet het niet meer.", "nl", "other.example"),
        ("bob@other.example", "Please look at the printer, it does not work.", "en", "other.example"),
        ("bob@other.example", "Printer 4711", "en", "other.example"),
    ],
    ids=["the contract's", "the mail's (Dutch)", "the mail's (English)", "the desk's"],
)
def test_a_ticket_speaks_the_language_of_the_contract_or_the_mail_or_the_desk(
    desk, sender, words, language, client
):
    desk.arrives(mail(words, sender=sender))

    assert (desk.ticket().language, desk.ticket().client) == (language, client)


def test_files_are_named_and_shown_in_the_thread(desk):
    desk.arrives(with_file("See the log."))

    opened = desk.ticket().history[0]
    assert opened.detail["files"] == [{"name": "fault.log", "part": 0, "bytes": 6}]
    assert Audience.AGENTS in {delivery.audience for delivery in opened.deliveries}


def test_the_first_mail_is_not_trimmed(desk):
    forwarded = "Can you help?\n\nOn Mon, 23 Nov 2026 at 08:00 Bob <bob@other.example> wrote:\n> It burns.\n"
    desk.arrives(mail(forwarded, subject="Fwd: fire"))

    assert "It burns." in desk.ticket().history[0].text


def test_machines_and_lists_open_tickets_and_are_never_answered(desk):
    machines = [
        {"Auto_Submitted": "auto-generated"},
        {"Precedence": "bulk"},
        {"List_Id": "<news.customer.example>"},
        {"X_Auto_Response_Suppress": "All"},
        {"sender": "no-reply@customer.example"},
        {"Auto_Submitted": "auto-replied"},
    ]
    with counting() as counts:
        for number, headers in enumerate(machines, 1):
            desk.arrives(
                mail(f"Disk {number} is full.\n", message_id=f"d{number}@customer.example", **headers)
            )
    assert counts["auto_mail_suppressed_total", "machine"] == len(machines)

    confirmed = [is_confirmed(desk.ticket(number)) for number in range(1, len(machines) + 1)]
    assert confirmed == [False] * len(machines)


def test_a_mail_without_a_sender_is_a_ticket_that_answers_nobody(desk):
    desk.arrives(mail(sender=None))

    assert desk.ticket().customer == "unknown"
    assert not is_confirmed(desk.ticket())


def test_a_mail_without_a_sender_belongs_to_who_handed_it_over(desk):
    desk.arrives(mail(sender="(nobody)"), envelope={"sender": "Carol@other.example"})

    assert desk.ticket().customer == "carol@other.example"
    assert not is_confirmed(desk.ticket())


def test_a_mail_without_subject_and_words_is_still_a_ticket(desk):
    desk.arrives(mail("", subject=""))

    assert desk.ticket().subject == "(no subject)"


@pytest.mark.both_engines
def test_nul_bytes_reach_no_database(desk):
    desk.arrives(mail("a\0b", subject="x =?utf-8?q?=00?= y", sender='"A\0" <alice@customer.example>'))

    assert desk.ticket().customer == ALICE


# A reply


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Status.WAITING_FOR_SUPPORT, Status.WAITING_FOR_SUPPORT),
        (Status.IN_PROGRESS, Status.IN_PROGRESS),
        (Status.WAITING_FOR_CUSTOMER, Status.WAITING_FOR_SUPPORT),
        (Status.RESOLVED, Status.WAITING_FOR_SUPPORT),
    ],
)
def test_a_reply_joins_its_ticket(open_ticket, before, after):
    put(open_ticket, before)

    fate = open_ticket.arrives(reply(), after=timedelta(hours=1))

    ticket = open_ticket.ticket()
    assert (fate.remark, fate.ticket) == ("a reply on ticket 1", 1)
    assert ticket.status is after
    assert Kind.CUSTOMER_WROTE in kinds(ticket)
    assert (Kind.REOPENED in kinds(ticket)) is (before is Status.RESOLVED)
    assert open_ticket.how_many_tickets() == 1


@pytest.mark.parametrize("ended", [Status.CANCELLED, Status.CLOSED])
def test_a_reply_to_an_ended_ticket_opens_one_that_names_it(open_ticket, ended):
    put(open_ticket, ended)

    fate = open_ticket.arrives(reply(), after=timedelta(hours=1))

    assert fate.remark == "opened ticket 2, which follows ticket 1"
    assert open_ticket.ticket(1).status is ended
    assert Kind.CUSTOMER_WROTE not in kinds(open_ticket.ticket(1))
    assert open_ticket.ticket(2).follows == 1
    assert is_confirmed(open_ticket.ticket(2))


@pytest.mark.both_engines
def test_two_replies_to_an_ended_ticket_within_a_day_join_the_same_new_one(open_ticket):
    put(open_ticket, Status.CLOSED)
    open_ticket.arrives(reply(), after=timedelta(hours=1))

    open_ticket.arrives(
        reply("And the scanner.\n", message_id="m3@customer.example"), after=timedelta(hours=23)
    )
    later = reply("Still.\n", message_id="m4@customer.example")
    open_ticket.arrives(later, after=timedelta(hours=2))

    assert kinds(open_ticket.ticket(2)) == [Kind.OPENED, Kind.CUSTOMER_WROTE]
    assert open_ticket.ticket(3).follows == 1


def test_a_thank_you_leaves_a_resolved_ticket_resolved(open_ticket):
    put(open_ticket, Status.RESOLVED)
    thanks = "Thanks!\n\nOn Mon, 23 Nov 2026 at 09:30, Helpdesk <help@desk.example> wrote:\n> New toner.\n"

    open_ticket.arrives(reply(thanks))

    assert open_ticket.ticket().status is Status.RESOLVED
    assert open_ticket.ticket().history[-1].text == "Thanks!"


def test_a_thank_you_with_a_file_reopens(open_ticket):
    put(open_ticket, Status.RESOLVED)

    open_ticket.arrives(
        with_file("Thanks!", message_id="m2@customer.example", In_Reply_To="<ours-1@desk.example>")
    )

    assert open_ticket.ticket().status is Status.WAITING_FOR_SUPPORT


def test_the_thread_gets_what_was_written_now_and_the_whole_is_kept(open_ticket):
    put(open_ticket, Status.IN_PROGRESS)
    body = (
        "Yes, three times.\n\nOp ma 23 nov 2026 om 09:12 schreef Helpdesk <help@desk.example>:\n"
        "> Did you switch it off and on?\n"
    )

    open_ticket.arrives(reply(body))

    assert open_ticket.ticket().history[-1].text == "Yes, three times."
    assert "switch it off" in open_ticket.mails_of()[-1].body


def test_a_reply_without_references_is_known_by_the_number_in_its_subject(open_ticket):
    open_ticket.arrives(mail("More smoke.\n", subject="Re: [HD-1] Printer", message_id="m2@customer.example"))

    assert kinds(open_ticket.ticket()) == [Kind.OPENED, Kind.CUSTOMER_WROTE]


def test_a_second_mail_on_a_customers_own_mail_joins_before_we_have_answered(open_ticket):
    open_ticket.arrives(reply(to="m1@customer.example", subject="Re: Printer"))

    assert kinds(open_ticket.ticket()) == [Kind.OPENED, Kind.CUSTOMER_WROTE]


def test_our_own_message_id_counts_more_than_the_number_in_the_subject(open_ticket):
    open_ticket.arrives(mail("Other thing.\n", subject="Scanner", message_id="m5@customer.example"))
    open_ticket.sent("ours-2@desk.example", number=2)

    open_ticket.arrives(reply(to="ours-2@desk.example", subject="Re: [HD-1] Printer"))

    assert len(open_ticket.ticket(1).history) == 1
    assert kinds(open_ticket.ticket(2)) == [Kind.OPENED, Kind.CUSTOMER_WROTE]


def test_our_own_message_id_counts_more_than_a_newer_one_of_the_customers(open_ticket):
    open_ticket.arrives(mail("Other thing.\n", subject="Scanner", message_id="m5@customer.example"))
    open_ticket.sent("ours-2@desk.example", number=2)

    raw = reply(
        to="m1@customer.example",
        subject="Re: that",
        References="<ours-2@desk.example> <m1@customer.example>",
    )
    open_ticket.arrives(raw)

    assert kinds(open_ticket.ticket(2)) == [Kind.OPENED, Kind.CUSTOMER_WROTE]


def test_a_number_that_no_ticket_has_opens_a_new_one(desk):
    desk.arrives(mail(subject="[HD-999999999] hello"))

    assert (desk.how_many_tickets(), desk.ticket().subject) == (1, "hello")


def test_the_tag_of_another_desk_claims_nothing(open_ticket):
    open_ticket.arrives(mail("Ours.\n", subject="Re: [SUP-1] theirs", message_id="m2@customer.example"))

    assert open_ticket.how_many_tickets() == 2


def test_somebody_an_agent_accepted_may_write(open_ticket):
    from_bob = {"sender": "Bob <bob@customer.example>"}
    put(open_ticket, Status.WAITING_FOR_CUSTOMER)
    open_ticket.arrives(reply("I am her colleague.\n", **from_bob))
    held = open_ticket.ticket().history[-1]
    open_ticket.does(lambda ticket: ticket.accept(held.seq, by=ROBIN, at=open_ticket.now))

    open_ticket.arrives(reply("Me again.\n", message_id="m3@customer.example", **from_bob))

    assert open_ticket.ticket().history[-1].kind is Kind.CUSTOMER_WROTE
    assert open_ticket.ticket().history[-1].text == "Me again."


# Machines and bounces


def test_an_out_of_office_is_noted_and_changes_nothing(in_every_status):
    desk = in_every_status
    for number in range(1, 7):
        away = {"to": f"ours-{number}@desk.example", "message_id": f"away-{number}@customer.example"}
        fate = desk.arrives(reply("I am away.\n", Auto_Submitted="auto-replied", **away))
        assert fate.remark.startswith(f"noted on ticket {number}: automatic mail")

    assert statuses(desk) == list(Status)
    assert {desk.ticket(number).history[-1].kind for number in range(1, 7)} == {Kind.MACHINE_WROTE}
    assert desk.how_many_tickets() == 6


def test_an_automatic_answer_from_another_address_is_noted_when_it_names_our_mail(open_ticket):
    put(open_ticket, Status.WAITING_FOR_CUSTOMER)

    open_ticket.arrives(
        reply("I am away.\n", sender="deputy@customer.example", Auto_Submitted="auto-replied")
    )

    assert open_ticket.ticket().history[-1].kind is Kind.MACHINE_WROTE


def test_a_hard_bounce_takes_back_a_question_and_nothing_else(in_every_status):
    desk = in_every_status
    with counting() as counts:
        for number in range(1, 7):
            fate = desk.arrives(bounce(f"ours-{number}@desk.example"))
            assert fate.remark.startswith(f"our mail of ticket {number} came back")
    assert counts["bounces_total",] == counts["intake_mails_total", "bounce"] == 6

    expected = list(Status)
    expected[expected.index(Status.WAITING_FOR_CUSTOMER)] = Status.WAITING_FOR_SUPPORT
    assert statuses(desk) == expected
    for number in range(1, 7):
        bounced = desk.ticket(number).history[-1]
        assert (bounced.kind, bounced.detail["hard"]) == (Kind.BOUNCED, True)
        assert bounced.text == f"{ALICE}: 550 5.1.1 User unknown"


def test_a_soft_bounce_leaves_the_question_standing(open_ticket):
    put(open_ticket, Status.WAITING_FOR_CUSTOMER)

    open_ticket.arrives(
        bounce("ours-1@desk.example", status="4.4.1", action="delayed", diagnostic="451 4.4.1 try later")
    )

    assert open_ticket.ticket().status is Status.WAITING_FOR_CUSTOMER
    assert open_ticket.ticket().history[-1].detail["hard"] is False


def test_a_bounce_of_a_mail_we_never_sent_moves_no_ticket(open_ticket):
    put(open_ticket, Status.WAITING_FOR_CUSTOMER)

    open_ticket.arrives(bounce("m1@customer.example"))

    assert open_ticket.ticket(1).status is Status.WAITING_FOR_CUSTOMER
    assert Kind.BOUNCED not in kinds(open_ticket.ticket(1))
    assert not is_confirmed(open_ticket.ticket(2))


# Those who may not

STRANGER = "Mallory <mallory@evil.example>"
ATTEMPTS = {
    "a reference to our mail": reply("Let me in, 1.\n", sender=STRANGER, message_id="e0@evil.example"),
    "an old reference to our mail": mail(
        "Let me in.\n", sender=STRANGER, subject="x", References="<a@b> <ours-1@desk.example> <c@d>"
    ),
    "a reference to the customer's mail": reply(
        "Let me in.\n", sender=STRANGER, to="m1@customer.example", subject="x"
    ),
    "the number in the subject": mail(
        "Let me in.\n", sender=STRANGER, subject="[HD-1] Printer", message_id="e@evil.example"
    ),
    "the customer's address as a name": reply("Let me in, 2.\n", sender=f'"{ALICE}" <mallory@evil.example>'),
    "the customer as Reply-To": reply("Let me in, 3.\n", sender=STRANGER, Reply_To=ALICE),
    "the customer in CC": reply("Let me in, 4.\n", sender=STRANGER, Cc=ALICE),
    "the customer as Sender": reply("Let me in, 5.\n", sender=STRANGER, Sender=ALICE),
    "two senders": reply("Let me in, 6.\n", sender=f"{ALICE}, {STRANGER}"),
    "no sender": reply("Let me in, 7.\n", sender=None),
}


def test_a_stranger_is_quarantined_in_every_status(in_every_status):
    desk = in_every_status
    for number in range(1, 7):
        by_reference = {"to": f"ours-{number}@desk.example", "subject": "x"}
        fate = desk.arrives(reply("Let me in.\n", sender=STRANGER, message_id=f"r{number}@e", **by_reference))
        assert fate.remark == f"quarantined on ticket {number}: mallory@evil.example is not on this ticket"
        by_number = {"subject": f"[HD-{number}] Printer", "message_id": f"n{number}@e"}
        desk.arrives(mail("Let me in.\n", sender=STRANGER, **by_number))

    assert statuses(desk) == list(Status)
    for number in range(1, 7):
        held = desk.ticket(number).history[-2:]
        assert [event.kind for event in held] == [Kind.QUARANTINED] * 2
        assert {event.detail["reason"] for event in held} == {"mallory@evil.example is not on this ticket"}
        assert desk.ticket(number).participants == {ALICE}


def test_no_forgery_acts_on_a_ticket(open_ticket):
    put(open_ticket, Status.WAITING_FOR_CUSTOMER)
    for name, raw in ATTEMPTS.items():
        fate = open_ticket.arrives(raw)
        assert fate.remark.startswith("quarantined on ticket 1: "), name

    ticket = open_ticket.ticket()
    assert (ticket.status, ticket.participants) == (Status.WAITING_FOR_CUSTOMER, {ALICE})
    held = ticket.history[2:]
    assert [event.kind for event in held] == [Kind.QUARANTINED] * len(ATTEMPTS)
    assert {owed.audience for event in held for owed in event.deliveries} == {Audience.AGENTS}


def test_a_made_up_message_id_of_ours_claims_nothing(open_ticket):
    put(open_ticket, Status.WAITING_FOR_CUSTOMER)
    for forged in ("ours-9@desk.example", "hd-1.1.abcdef@desk.example", "1@desk.example"):
        open_ticket.arrives(
            reply("Let me in.\n", sender=STRANGER, to=forged, subject="hello", message_id="e" + forged)
        )

    assert len(open_ticket.ticket(1).history) == 2
    assert {open_ticket.ticket(number).customer for number in (2, 3, 4)} == {"mallory@evil.example"}


def test_a_stranger_who_repeats_a_message_id_does_not_draw_the_answers_to_it(open_ticket):
    open_ticket.arrives(mail("Mine now.\n", sender=STRANGER, subject="x"))  # with Alice's Message-ID

    open_ticket.arrives(reply(to="m1@customer.example", subject="Re: Printer"))

    assert kinds(open_ticket.ticket(1)) == [Kind.OPENED, Kind.CUSTOMER_WROTE]
    assert len(open_ticket.ticket(2).history) == 1


@pytest.mark.parametrize(
    "results",
    [
        "mx.desk.example; spf=pass smtp.mailfrom=evil.example; dmarc=fail (p=none; dis=none) header.from=x",
        "MX.desk.example 1; dkim=none; dmarc = fail",
        "spf=fail smtp.mailfrom=x; dkim=none; dmarc=fail action=none header.from=customer.example",
    ],
)
def test_a_forged_sender_is_quarantined_where_our_server_says_so(db, results):
    desk = MailDesk(db, trusted_authserv="mx.desk.example")
    desk.arrives(mail())
    put(desk, Status.WAITING_FOR_CUSTOMER)

    desk.arrives(reply("Let me in.\n", Authentication_Results=results))

    assert desk.ticket().status is Status.WAITING_FOR_CUSTOMER
    assert "DMARC fails" in desk.ticket().history[-1].detail["reason"]


@pytest.mark.parametrize(
    "results",
    [
        "mx.desk.example; dmarc=pass",
        "mx.elsewhere.example; dmarc=fail",
        "mx.desk.example; none",
        ";;=(((",
        "",
    ],
)
def test_only_our_own_servers_word_makes_a_sender_forged(db, results):
    desk = MailDesk(db, trusted_authserv="mx.desk.example")
    desk.arrives(mail())

    desk.arrives(reply(to="m1@customer.example", Authentication_Results=results))

    assert kinds(desk.ticket()) == [Kind.OPENED, Kind.CUSTOMER_WROTE]


def test_a_forged_first_mail_is_a_ticket_that_answers_nobody(db):
    desk = MailDesk(db, trusted_authserv="mx.desk.example")

    desk.arrives(mail(Authentication_Results="mx.desk.example; dmarc=fail"))

    assert not is_confirmed(desk.ticket())


# Loops and floods


@pytest.mark.parametrize(
    "facts", [{"X_Helpdesk_Loop": "mark-of-this-desk"}, {"sender": f"Helpdesk <{DESK.upper()}>"}], ids=str
)
def test_our_own_mail_coming_back_is_dropped(desk, facts):
    fate = desk.arrives(mail(**facts))

    assert (fate.state, desk.how_many_tickets()) == (State.DROPPED, 0)
    assert fate.remark.startswith("our own mail coming back")


def test_another_desks_loop_mark_is_not_ours(desk):
    desk.arrives(mail(X_Helpdesk_Loop="mark-of-another-desk"))

    assert desk.how_many_tickets() == 1


def test_two_desks_that_write_to_each_other_stop_after_the_first_confirmation(desk):
    confirmation = mail(
        "We have received your mail.\n",
        sender="Other desk <help@other.example>",
        subject="[OD-7] We have it",
        message_id="od-7@other.example",
        Auto_Submitted="auto-replied",
        X_Helpdesk_Loop="mark-of-another-desk",
    )

    desk.arrives(confirmation)

    owed = [delivery.audience for event in desk.ticket().history for delivery in event.deliveries]
    assert Audience.CUSTOMER not in owed


@pytest.mark.both_engines
def test_one_sender_is_confirmed_once_in_ten_minutes(desk):
    times = [timedelta(0), timedelta(minutes=5), timedelta(minutes=4, seconds=59), timedelta(minutes=3)]
    for number, after in enumerate(times):
        desk.arrives(mail(f"Fault {number}.\n", message_id=f"f{number}@customer.example"), after=after)

    confirmed = [is_confirmed(desk.ticket(number)) for number in range(1, len(times) + 1)]
    assert confirmed == [True, False, False, True]


@pytest.mark.both_engines
def test_all_senders_together_are_confirmed_so_often_a_minute(desk):
    desk.intake = desk.an_intake(limits=Limits(per_minute=3))
    for number in range(5):
        desk.is_kept(mail(sender=f"c{number}@other.example", message_id=f"f{number}@other.example"))
    with counting() as counts:
        desk.intake.receive_new()
    assert counts["auto_mail_suppressed_total", "limit"] == 2
    desk.arrives(mail(sender="late@other.example", message_id="l@other.example"), after=timedelta(minutes=1))

    confirmed = [is_confirmed(desk.ticket(number)) for number in range(1, 7)]
    assert confirmed == [True, True, True, False, False, True]


# Once and never lost


def test_the_same_mail_through_two_ways_is_one(desk):
    first = desk.arrives(mail(), source="imap help@desk.example", uidvalidity=1, uid=7)
    second = desk.arrives(mail(X_Trace="another way", Delivered_To="support@desk.example"), source="smtp")

    assert (first.state, second.state) == (State.DONE, State.DUPLICATE)
    assert second.remark == "the same mail as number 1"
    assert desk.how_many_tickets() == 1


def test_the_same_message_id_over_other_words_is_another_mail(desk):
    desk.arrives(mail("The first.\n"))
    desk.arrives(mail("The second.\n"))

    assert desk.how_many_tickets() == 2


@pytest.mark.both_engines
def test_two_copies_read_at_once_are_one_ticket(desk):
    one, two = desk.is_kept(mail()), desk.is_kept(mail())
    other_replica = desk.an_intake()
    taken_by_other = other_replica._take()

    desk.intake.receive_new()
    other_replica._receive(taken_by_other)

    assert {desk.fate_of(one).state, desk.fate_of(two).state} == {State.DONE, State.DUPLICATE}
    assert desk.how_many_tickets() == 1


@pytest.mark.both_engines
def test_a_mail_whose_reader_died_is_taken_again_after_its_lease(desk):
    kept = desk.is_kept(mail())
    desk.an_intake()._take()  # and then the process is killed
    assert desk.intake.receive_new() == 0

    desk.now += timedelta(minutes=2)

    assert desk.intake.receive_new() == 1
    assert desk.fate_of(kept).state == State.DONE


@pytest.mark.both_engines
def test_a_mail_stays_with_who_reads_it_however_long_that_takes(desk):
    def slowly(raws):
        for raw in raws:
            for _ in range(3):  # over the end of the lease, in all
                desk.now += timedelta(seconds=9)
                until(lambda: held_until(desk, kept) == desk.now + timedelta(seconds=20))
                taken_by_others.append(other._take())
            yield reading.read(raw)

    kept, other, taken_by_others = desk.is_kept(mail()), desk.an_intake(), []

    assert desk.an_intake(read=slowly).receive_new() == 1

    assert taken_by_others == [[]] * 3
    assert desk.fate_of(kept).state == State.DONE


def held_until(desk, kept):
    with desk.db.read() as session:
        return session.scalar(select(tables.inbox.c.not_before).where(tables.inbox.c.id == kept))


def until(holds):
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.both_engines
def test_a_reader_that_comes_back_too_late_changes_nothing(desk):
    desk.is_kept(mail())
    late = desk.an_intake()
    taken = late._take()
    desk.now += timedelta(minutes=2)
    desk.intake.receive_new()

    late._receive(taken)

    assert desk.how_many_tickets() == 1
    assert kinds(desk.ticket()) == [Kind.OPENED]


@pytest.mark.both_engines
def test_a_mail_that_kills_its_readers_becomes_a_ticket_that_says_so(desk):
    kept = desk.is_kept(mail(), envelope={"sender": ALICE})
    for _ in range(3):
        desk.an_intake()._take()
        desk.now += timedelta(minutes=2)

    desk.intake.receive_new()

    ticket = desk.ticket()
    assert desk.fate_of(kept).state == State.DONE
    assert ticket.customer == ALICE
    assert "never finished" in ticket.history[0].text
    assert not is_confirmed(ticket)


def test_an_unreadable_mail_becomes_a_ticket_that_says_why(desk):
    nested = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(2000))
    raw = mail(nested, Content_Type="multipart/mixed; boundary=b", subject="Bomb").replace(b"\r\n", b"\n")

    fate = desk.arrives(raw)

    ticket = desk.ticket()
    assert (fate.state, fate.ticket) == (State.DONE, 1)
    assert (ticket.customer, ticket.subject) == (ALICE, "Bomb")
    assert "cannot read" in ticket.history[0].text
    assert "unreadable" in ticket.history[0].detail
    assert not is_confirmed(ticket)


@pytest.mark.both_engines
def test_a_mail_whose_reader_is_killed_over_it_becomes_a_ticket_and_the_next_one_is_read(desk):
    kept = desk.is_kept(mail(subject="Bomb"))
    desk.an_intake(read=Reader(bounds=Bounds(patience=0)).ahead).receive_new()
    desk.arrives(mail(message_id="m2@customer.example"))

    assert (desk.fate_of(kept).state, desk.ticket().subject) == (State.DONE, "Bomb")
    assert "reading it takes more than" in desk.ticket().history[0].detail["unreadable"]
    assert f"as number {kept} of the inbox" in desk.ticket().history[0].text
    assert desk.ticket(2).history[0].text == "The printer is on fire."


@pytest.mark.parametrize("raw", [b"\n\n", b"\xff\xfe\x00", b"no header at all", b"From: \n\n\0"], ids=repr)
def test_nonsense_is_a_ticket_from_nobody(desk, raw):
    desk.arrives(raw)

    assert (desk.how_many_tickets(), desk.ticket().customer) == (1, "unknown")


def test_a_mail_the_mailbox_held_back_is_a_ticket_that_says_so(desk):
    desk.arrives(mail(""), envelope={"withheld": "The mail is larger than 35 MB."})

    assert desk.ticket().history[0].text == "The mail is larger than 35 MB."
    assert desk.ticket().customer == ALICE


@pytest.mark.both_engines
def test_a_fault_over_one_mail_stops_no_other_and_is_tried_again(db, caplog):
    def faulty(address):
        if address == ALICE and healthy == []:
            raise ZeroDivisionError("a fault of ours")

    healthy = []
    desk = MailDesk(db)
    desk.house = House(addresses=frozenset({DESK}), client_of=faulty)
    desk.intake = desk.an_intake()
    bad = desk.is_kept(mail())
    good = desk.is_kept(mail(sender="bob@other.example", message_id="b@other.example"))
    with caplog.at_level(logging.ERROR):
        assert desk.intake.receive_new() == 1
    assert "ZeroDivisionError" in caplog.text
    assert (desk.fate_of(bad).state, desk.fate_of(good).state) == (State.NEW, State.DONE)

    healthy.append(True)
    desk.now += timedelta(minutes=2)
    desk.intake.receive_new()

    assert desk.fate_of(bad).state == State.DONE


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer
def test_a_click_in_the_same_moment_costs_no_mail(open_ticket):
    """The ticket changes between the moment intake reads it and the moment it commits."""
    put(open_ticket, Status.WAITING_FOR_CUSTOMER)
    house, clicks = open_ticket.house, []
    kept = open_ticket.is_kept(reply())

    def now():
        if len(clicks) == 2:  # taken, begun, checked: within the transaction that files the mail
            open_ticket.does(lambda ticket: ticket.note("Called her.", by=ROBIN, at=MONDAY))
        clicks.append(1)
        return MONDAY

    Intake(open_ticket.db, house, clock=now).receive_new()

    assert open_ticket.fate_of(kept).state == State.DONE
    assert kinds(open_ticket.ticket())[-2:] == [Kind.NOTED, Kind.CUSTOMER_WROTE]


def test_without_a_database_mail_waits(tmp_path, caplog):
    nowhere = Database(f"sqlite:///{tmp_path / 'missing' / 'helpdesk.sqlite3'}")

    with caplog.at_level(logging.WARNING):
        assert MailDesk(nowhere).intake.receive_new() == 0
    assert "mail waits in the inbox" in caplog.text


@pytest.mark.both_engines
def test_a_database_that_is_away_while_mail_is_filed_makes_no_mail_unreadable(desk):
    # given mails that can be taken and not filed, time and again, as on a disk that is almost full
    kept = [desk.is_kept(mail(message_id=f"m{n}@customer.example")) for n in range(2)]
    away = []

    def go_away(point):
        if point is Point.INTAKE_FILING or (away and point is Point.COMMITTING):
            away.append(point)
            raise Unavailable("the disk is full")

    for _ in range(4):
        points.watch(go_away)
        try:
            assert desk.intake.receive_new() == 0
        finally:
            points.watch(None)
        away.clear()
        desk.now += timedelta(minutes=2)

    assert desk.intake.receive_new() == 2
    assert all("cannot be read" not in desk.fate_of(each).remark for each in kept)


def test_a_machine_that_starts_no_process_makes_no_mail_unreadable(desk):
    def no_process(raws):
        raise OSError("too many open files")
        yield

    kept = [desk.is_kept(mail(message_id=f"m{n}@customer.example")) for n in range(2)]
    for _ in range(4):
        assert desk.an_intake(read=no_process).receive_new() == 0
        desk.now += timedelta(minutes=2)

    assert desk.intake.receive_new() == 2
    assert all("cannot be read" not in desk.fate_of(each).remark for each in kept)


@pytest.mark.parametrize("mails", [1, 3])
def test_a_mail_that_takes_long_to_read_is_filed_all_the_same_and_stops_no_other(desk, mails):
    """On a busy machine one may take longer than half a lease, each time."""
    kept = [desk.is_kept(mail(message_id=f"m{n}@customer.example")) for n in range(mails)]
    begun = []

    def slowly(raws):
        for raw in raws:
            begun.append(raw)
            if len(begun) > 2 * mails:
                intake.stop()  # it goes round in a circle
            desk.now += timedelta(seconds=40)
            yield reading.read(raw)

    intake = desk.an_intake(read=slowly)
    intake.receive_new()

    assert {desk.fate_of(each).state for each in kept} == {State.DONE}


@pytest.mark.both_engines
def test_every_mail_has_exactly_one_fate(desk):
    raws = [
        mail(),
        mail(),
        mail(sender=f"x <{DESK}>"),
        b"",
        *ATTEMPTS.values(),
        bounce("nobody@nowhere.example"),
    ]
    for raw in raws:
        desk.is_kept(raw or b"\n")

    with counting() as counts:
        desk.intake.receive_new()

    became = {name[1]: value for name, value in counts.items() if name[0] == "intake_mails_total"}
    assert sum(became.values()) == counts["intake_lag_seconds_count",] + became["duplicate"] == len(raws)
    assert became["own"] == became["duplicate"] == 1
    with desk.db.read() as session:
        assert inbox.waiting(session) == 0
    fates = [desk.fate_of(kept) for kept in range(1, len(raws) + 1)]
    assert all(fate.remark for fate in fates)
    assert all((fate.ticket is not None) is (fate.state == State.DONE) for fate in fates)


def test_a_ticket_opened_by_hand_takes_replies_too(desk):
    with desk.db.change() as session:
        by_phone = Ticket.open(by=Actor.customer(ALICE), at=MONDAY, subject="Phone", text="Called.")
        tickets.add(session, by_phone)

    desk.arrives(mail("As I said.\n", subject="Re: [HD-1] Phone"))

    assert kinds(desk.ticket()) == [Kind.OPENED, Kind.CUSTOMER_WROTE]
