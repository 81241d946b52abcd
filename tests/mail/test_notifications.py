"""What customers read: every mail in both languages, by the facts it must and must not tell."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from desk.actor import Actor
from desk.event import OWED_TO, Kind
from desk.priority import Priority
from desk.ticket import Ticket
from mail.dates import Told
from mail.letterhead import Letterhead
from mail.notifications import Promises, Templates, compose
from mail.quoting import MARKERS, trim

FRIDAY = datetime(2026, 11, 27, 15, 30, tzinfo=UTC)
"""Friday 27 November 2026, 16:30 in Amsterdam."""

JAN = Actor.customer("jan@bakkerij.example", "Jan Jansen")
SANNE = Actor.agent("U1", "Sanne de Wit")
SWEEP = Actor.system("sweep")

LETTERHEAD = Letterhead(name="Helpdesk", address="help@desk.example", zone=ZoneInfo("Europe/Amsterdam"))
TEMPLATES = Templates()

MONDAY = datetime(2026, 11, 30, 15, 30, tzinfo=UTC)
NEXT_FRIDAY = datetime(2026, 12, 4, 15, 30, tzinfo=UTC)
OPENING = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)

WORDED = {
    "nl": {
        MONDAY: "maandag 30 november 2026 om 16:30",
        NEXT_FRIDAY: "vrijdag 4 december 2026 om 16:30",
        OPENING: "maandag 30 november 2026 om 09:00",
    },
    "en": {
        MONDAY: "Monday 30 November 2026 at 16:30",
        NEXT_FRIDAY: "Friday 4 December 2026 at 16:30",
        OPENING: "Monday 30 November 2026 at 09:00",
    },
}

both = pytest.mark.parametrize("language", ["nl", "en"])


def a_ticket(language="en", text="The printer is broken.", **facts):
    ticket = Ticket.open(
        by=JAN, at=FRIDAY, **{"subject": "Printer", "text": text, "language": language} | facts
    )
    ticket.number = 42
    return ticket


def mail_about(ticket, seq=None, *, now=FRIDAY, last_mail_at=None, told=None, **promises):
    return compose(
        ticket,
        ticket.event(seq or ticket.version),
        templates=TEMPLATES,
        letterhead=LETTERHEAD,
        promises=Promises(**promises),
        now=now,
        last_mail_at=last_mail_at,
        told=told,
    )


def seen(html):
    return LexborHTMLParser(html).body.text()


def one_line(text):
    return " ".join(text.split())


@both
def test_the_confirmation_names_the_number_and_both_dates(language):
    mail = mail_about(a_ticket(language), response=MONDAY, recovery=NEXT_FRIDAY)
    sentence = {
        "nl": "U hoort van ons vóór {}, en het is opgelost vóór {}.",
        "en": "You hear from us before {}, and it is solved before {}.",
    }[language].format(WORDED[language][MONDAY], WORDED[language][NEXT_FRIDAY])

    for part in (mail.text, one_line(seen(mail.html))):
        assert "HD-42" in part
        assert sentence in one_line(part)
    assert mail.subject == "[HD-42] Printer"
    assert mail.is_automatic


@both
def test_the_confirmation_says_when_the_desk_opens_only_while_it_is_closed(language):
    closed = mail_about(a_ticket(language), response=MONDAY, recovery=NEXT_FRIDAY, opens_at=OPENING)
    opened = mail_about(a_ticket(language), response=MONDAY, recovery=NEXT_FRIDAY)

    assert WORDED[language][OPENING] in closed.text
    assert ("gesloten" if language == "nl" else "closed") in closed.text
    assert "gesloten" not in opened.text
    assert "closed" not in opened.text


@both
def test_the_confirmation_repeats_nothing_the_customer_wrote_but_the_subject(language):
    ticket = a_ticket(language, text="Buy cheap pills at http://spam.example", subject="WIN http://x.example")
    ticket.customer_name = "Winner"
    mail = mail_about(ticket, response=MONDAY, recovery=NEXT_FRIDAY)

    for part in (mail.text, mail.html):
        assert "pills" not in part
        assert "spam.example" not in part
        assert "x.example" not in part
        assert "Winner" not in part
    assert mail.subject == "[HD-42] WIN http://x.example"


@both
def test_an_improvement_is_promised_a_budget_and_no_date(language):
    ticket = a_ticket(language, priority=Priority.IMPROVEMENT)
    mail = mail_about(ticket)

    assert ("begroting" if language == "nl" else "budget") in mail.text
    assert "2026" not in mail.text


def test_a_date_that_has_passed_is_not_promised():
    late = mail_about(
        a_ticket(), now=MONDAY + timedelta(hours=1), response=MONDAY, recovery=NEXT_FRIDAY, opens_at=OPENING
    )

    assert "30 November" not in late.text
    assert "solved before Friday 4 December 2026" in late.text


@both
def test_who_takes_a_ticket_is_named(language):
    ticket = a_ticket(language)
    ticket.take(by=SANNE, at=FRIDAY)
    mail = mail_about(ticket, recovery=NEXT_FRIDAY)

    assert ("We zijn begonnen" if language == "nl" else "We have started") in mail.text
    assert "Sanne de Wit" in mail.text
    assert WORDED[language][NEXT_FRIDAY] in mail.text
    assert ("Goedendag Jan," if language == "nl" else "Hello Jan,") in mail.text
    assert mail.is_automatic


@both
def test_a_reply_is_the_agents_words_signed_with_their_name(language):
    ticket = a_ticket(language)
    ticket.reply("The **toner** was empty.\n\nSee [the guide](https://desk.example/g).", by=SANNE, at=FRIDAY)
    mail = mail_about(ticket)

    assert mail.text.startswith("The toner was empty.\n\nSee the guide (https://desk.example/g).\n\nSanne")
    assert "<strong>toner</strong>" in mail.html
    assert LexborHTMLParser(mail.html).css_first("a").attributes["href"] == "https://desk.example/g"
    assert not mail.is_automatic


@both
def test_a_question_says_what_72_hours_of_silence_do(language):
    ticket = a_ticket(language)
    ticket.ask("Which printer?", by=SANNE, at=FRIDAY)
    mail = mail_about(ticket)

    assert "Which printer?" in mail.text
    assert (
        "Horen we 72 uur niets van u" if language == "nl" else "nothing from you for 72 hours"
    ) in mail.text
    assert not mail.is_automatic


@both
def test_history_stands_below_the_marker_newest_first_and_holds_no_note(language):
    ticket = a_ticket(language, text="My printer is on fire.")
    ticket.note("INTERNAL: he is always complaining", by=SANNE, at=FRIDAY)
    ticket.reply("Take the plug out.", by=SANNE, at=FRIDAY)
    ticket.quarantine("FOREIGN", by=Actor.customer("eve@evil.example"), at=FRIDAY, reason="not proven")
    ticket.customer_wrote("It still burns.", by=JAN, at=FRIDAY)
    ticket.reply("Use water.", by=SANNE, at=FRIDAY)
    mail = mail_about(ticket)

    for part in (mail.text, one_line(seen(mail.html))):
        above, marker, below = part.partition(MARKERS[language])
        assert "Use water." in above
        assert marker
        places = [below.index(said) for said in ("It still burns.", "Take the plug out.", "on fire.")]
        assert places == sorted(places)
        assert "INTERNAL" not in part
        assert "FOREIGN" not in part
    assert ("schreef Jan Jansen:" if language == "nl" else "Jan Jansen wrote:") in mail.text


def test_what_another_participant_wrote_is_not_quoted_to_the_customer():
    ticket = a_ticket()
    eve = Actor.customer("eve@other.example", "Eve")
    ticket.quarantine("our salaries", by=eve, at=FRIDAY, reason="not proven")
    ticket.accept(2, by=SANNE, at=FRIDAY)
    ticket.reply("Noted.", by=SANNE, at=FRIDAY)

    assert "salaries" not in mail_about(ticket).text


def test_a_reply_that_never_left_is_not_quoted():
    ticket = a_ticket()
    ticket.reply("First try", by=SANNE, at=FRIDAY)
    ticket.mail_failed(2, "550", certain=True, by=SWEEP, at=FRIDAY)
    ticket.reply("Second try", by=SANNE, at=FRIDAY)

    assert "First try" not in mail_about(ticket).text


def test_a_very_long_history_is_quoted_in_part():
    ticket = a_ticket(text="x" * 100_000)
    for number in range(30):
        ticket.customer_wrote(f"message {number}. " + "y" * 5000, by=JAN, at=FRIDAY)
    ticket.reply("Yes.", by=SANNE, at=FRIDAY)
    mail = mail_about(ticket)

    assert len(mail.text) < 15_000
    assert "message 29." in mail.text
    assert "message 3." not in mail.text


@both
def test_a_reminder_repeats_the_question_and_says_when_it_resolves(language):
    ticket = a_ticket(language)
    ticket.ask("Which printer?\n\nThe *old* one?", by=SANNE, at=FRIDAY)
    ticket.remind(by=SWEEP, at=FRIDAY + timedelta(hours=48), asked=2)
    mail = mail_about(ticket, resolves_at=MONDAY)

    assert "> Which printer?\n>\n> The old one?" in mail.text
    assert WORDED[language][MONDAY] in mail.text
    assert mail.is_automatic


@both
def test_a_ticket_resolved_by_hand_says_what_was_done(language):
    ticket = a_ticket(language)
    ticket.resolve("A new toner is in.", by=SANNE, at=FRIDAY)
    mail = mail_about(ticket)

    assert "A new toner is in." in mail.text
    assert ("openen we de melding weer" if language == "nl" else "we open it again") in mail.text
    assert not mail.is_automatic


@both
def test_a_ticket_resolved_by_silence_says_so(language):
    ticket = a_ticket(language)
    ticket.ask("Which printer?", by=SANNE, at=FRIDAY)
    ticket.resolve(by=SWEEP, at=FRIDAY + timedelta(hours=72))
    mail = mail_about(ticket)

    assert ("niets van u gehoord" if language == "nl" else "not heard from you") in mail.text
    assert ("openen we de melding weer" if language == "nl" else "we open it again") in mail.text
    assert mail.is_automatic


@both
def test_a_ticket_resolved_without_words_needs_none(language):
    ticket = a_ticket(language)
    ticket.resolve(by=SANNE, at=FRIDAY)
    mail = mail_about(ticket)

    assert ("HD-42 is opgelost." if language == "nl" else "HD-42 is resolved.") in mail.text
    assert mail.is_automatic


@both
def test_a_reopened_ticket_names_the_new_date(language):
    ticket = a_ticket(language)
    ticket.resolve("Done.", by=SANNE, at=FRIDAY)
    ticket.customer_wrote("No, it is broken.", by=JAN, at=FRIDAY)
    mail = mail_about(ticket, response=MONDAY)

    assert ticket.event(ticket.version).kind is Kind.REOPENED
    assert WORDED[language][MONDAY] in mail.text
    assert ("Bedankt voor uw antwoord" if language == "nl" else "Thank you for your reply") in mail.text


def test_a_ticket_that_an_agent_reopens_thanks_nobody():
    ticket = a_ticket()
    ticket.resolve("Done.", by=SANNE, at=FRIDAY)
    ticket.reopen(by=SANNE, at=FRIDAY)

    assert "Thank you" not in mail_about(ticket).text


@both
def test_a_cancelled_ticket_says_why_and_how_to_object(language):
    ticket = a_ticket(language)
    ticket.cancel("It is the same as HD-41.", by=SANNE, at=FRIDAY)
    mail = mail_about(ticket)

    assert "It is the same as HD-41." in mail.text
    assert ("Klopt dit niet" if language == "nl" else "Is this not right") in mail.text


@both
def test_the_next_mail_tells_of_a_new_priority_with_its_date_and_why(language):
    ticket = a_ticket(language)
    ticket.prioritise(Priority.HIGH, by=SANNE, at=FRIDAY + timedelta(minutes=1))
    ticket.prioritise(Priority.URGENT, by=SANNE, at=FRIDAY + timedelta(minutes=2))
    ticket.take(by=SANNE, at=FRIDAY + timedelta(minutes=3))
    mail = mail_about(ticket, recovery=NEXT_FRIDAY, last_mail_at=FRIDAY)

    said = {
        "nl": "prioriteit veranderd van gemiddeld naar urgent, nu we beter weten hoeveel last",
        "en": "priority from medium to urgent, now that we know better how much this hinders you",
    }
    assert said[language] in mail.text
    assert mail.text.count(WORDED[language][NEXT_FRIDAY]) == 1


def test_a_priority_that_was_told_before_or_came_back_is_no_news():
    ticket = a_ticket()
    ticket.prioritise(Priority.URGENT, by=SANNE, at=FRIDAY + timedelta(minutes=1))
    ticket.take(by=SANNE, at=FRIDAY + timedelta(minutes=5))
    assert "priority" not in mail_about(ticket, last_mail_at=FRIDAY + timedelta(minutes=3)).text
    assert "priority" not in mail_about(ticket, last_mail_at=None).text

    ticket.prioritise(Priority.MEDIUM, by=SANNE, at=FRIDAY + timedelta(minutes=6))
    assert "priority" not in mail_about(ticket, 3, last_mail_at=FRIDAY).text


def after_a_pause(language):
    ticket = a_ticket(language)
    ticket.ask("Which printer?", by=SANNE, at=FRIDAY)
    ticket.customer_wrote("The red one.", by=JAN, at=FRIDAY + timedelta(hours=1))
    ticket.take(by=SANNE, at=FRIDAY + timedelta(hours=1))
    return ticket


@both
def test_a_date_that_the_customers_own_pause_moved_is_told_with_the_pause(language):
    told = Told(recovery=MONDAY, at=FRIDAY - timedelta(minutes=1))
    mail = mail_about(after_a_pause(language), recovery=NEXT_FRIDAY, told=told)

    said = {
        "en": "The date has moved: it is solved before Friday 4 December 2026 at 16:30 instead of Monday 30 "
        "November 2026 at 16:30, because we waited for your answer from Friday 27 November 2026 at 16:30 "
        "until Friday 27 November 2026 at 17:30.",
        "nl": "De datum is verschoven: het is opgelost vóór vrijdag 4 december 2026 om 16:30 in plaats van "
        "maandag 30 november 2026 om 16:30, omdat we op uw antwoord hebben gewacht van vrijdag 27 november "
        "2026 om 16:30 tot vrijdag 27 november 2026 om 17:30.",
    }
    assert said[language] in one_line(mail.text)
    assert mail.text.count(WORDED[language][NEXT_FRIDAY]) == 1
    assert mail.recovery == NEXT_FRIDAY


@both
def test_a_reply_tells_of_a_moved_date_below_the_agents_words(language):
    ticket = after_a_pause(language)
    ticket.reply("We have ordered toner.", by=SANNE, at=FRIDAY + timedelta(hours=2))
    mail = mail_about(ticket, recovery=NEXT_FRIDAY, told=Told(recovery=MONDAY, at=FRIDAY))
    assert mail.text.index("toner") < mail.text.index(WORDED[language][NEXT_FRIDAY])


@both
def test_a_date_moved_by_our_hours_or_a_contract_says_so(language):
    ticket = a_ticket(language)
    ticket.take(by=SANNE, at=FRIDAY + timedelta(minutes=1))
    mail = mail_about(ticket, recovery=NEXT_FRIDAY, told=Told(recovery=MONDAY, at=FRIDAY))
    assert {"en": "our opening hours or our agreements", "nl": "onze openingstijden of onze afspraken"}[
        language
    ] in one_line(mail.text)


@both
def test_a_date_moved_by_reopening_says_so(language):
    ticket = a_ticket(language)
    ticket.resolve("Done.", by=SANNE, at=FRIDAY + timedelta(minutes=1))
    ticket.customer_wrote("No.", by=JAN, at=FRIDAY + timedelta(minutes=2))
    mail = mail_about(ticket, recovery=NEXT_FRIDAY, response=MONDAY, told=Told(recovery=MONDAY, at=FRIDAY))
    assert {"en": "because it had been resolved and is open again", "nl": "omdat het opgelost was"}[
        language
    ] in one_line(mail.text)


@both
def test_a_new_priority_names_the_old_date_and_both_new_ones(language):
    ticket = a_ticket(language)
    ticket.prioritise(Priority.URGENT, by=SANNE, at=FRIDAY + timedelta(minutes=1))
    ticket.take(by=SANNE, at=FRIDAY + timedelta(minutes=2))
    mail = mail_about(
        ticket, recovery=MONDAY, response=OPENING, last_mail_at=FRIDAY,
        told=Told(recovery=NEXT_FRIDAY, at=FRIDAY),
    )  # fmt: skip
    for moment in (MONDAY, NEXT_FRIDAY, OPENING):
        assert WORDED[language][moment] in mail.text
    assert ("instead of" if language == "en" else "in plaats van") in mail.text


def test_a_date_that_did_not_move_or_is_not_known_yet_is_no_news():
    told = Told(recovery=NEXT_FRIDAY, at=FRIDAY)
    same = mail_about(after_a_pause("en"), recovery=NEXT_FRIDAY, told=told)
    assert "moved" not in same.text
    paused = a_ticket()
    paused.ask("Which?", by=SANNE, at=FRIDAY)
    assert "moved" not in mail_about(paused, told=told).text
    ended = after_a_pause("en")
    ended.resolve("Done.", by=SANNE, at=FRIDAY + timedelta(hours=3))
    assert "moved" not in mail_about(ended, recovery=MONDAY, told=told).text


def test_a_mail_says_which_dates_it_names():
    mail = mail_about(a_ticket(), response=MONDAY, recovery=NEXT_FRIDAY)
    assert (mail.response, mail.recovery) == (MONDAY, NEXT_FRIDAY)
    ticket = a_ticket()
    ticket.reply("Yes.", by=SANNE, at=FRIDAY)
    mail = mail_about(ticket, response=MONDAY, recovery=NEXT_FRIDAY)
    assert (mail.response, mail.recovery) == (None, None)


@both
def test_what_became_an_improvement_takes_its_dates_back(language):
    ticket = a_ticket(language)
    ticket.prioritise(Priority.IMPROVEMENT, by=SANNE, at=FRIDAY + timedelta(minutes=1))
    ticket.take(by=SANNE, at=FRIDAY + timedelta(minutes=2))
    mail = mail_about(ticket, last_mail_at=FRIDAY)

    assert ("vervallen" if language == "nl" else "no longer apply") in mail.text


@both
def test_every_event_that_customers_are_owed_has_a_mail(language):
    for kind in (kind for kind, owed in OWED_TO.items() if "customer" in owed):
        facts = {"language": language}
        assert TEMPLATES.letter(language, kind.value, _some_facts() | facts)


def _some_facts():
    words = ("number", "desk", "name", "agent", "words", "question", "asked_at", "response", "recovery")
    more = ("opens_at", "resolves_at", "priority", "changed_from", "moved_from", "moved_by")
    more += ("paused_since", "paused_until", "duplicate_of")
    more += ("scope", "hours", "rate", "amount", "until", "total_hours", "link", "planned")
    more += ("planned_before",)
    named = ("is_improvement", "by_customer", "by_silence", "is_more", "is_emergency", "asks_opinion")
    switches = dict.fromkeys(named, False)
    return dict.fromkeys((*words, *more), "x") | switches | {"silence_hours": 72}


def test_what_was_written_down_after_a_call_is_confirmed_without_thanks_for_a_mail():
    ticket = a_ticket()
    ticket.history[0].by = SANNE
    text = mail_about(ticket).text
    assert "We have noted your request under number HD-42." in text
    assert "Thank you for your mail" not in text
    assert "The printer is broken" not in text


def test_an_unknown_language_is_answered_in_english():
    ticket = a_ticket("es")
    assert "Thank you for your mail" in mail_about(ticket).text


@pytest.mark.parametrize(
    ("name", "greeting"),
    [
        ("Jan Jansen", "Hello Jan,"),
        ("José", "Hello José,"),
        ("Anne-Marie O'Neill", "Hello Anne-Marie,"),
        ("jan@bakkerij.example", "Hello,"),
        ("WIN 1000 at evil.example", "Hello,"),
        ("Jansen, J.", "Hello,"),
        ("", "Hello,"),
        ("a b c d e f g", "Hello,"),
    ],
)
def test_a_customer_is_called_by_a_name_only_where_it_is_one(name, greeting):
    ticket = a_ticket()
    ticket.customer_name = name
    ticket.take(by=SANNE, at=FRIDAY)
    assert mail_about(ticket).text.startswith(greeting + "\n")


def test_html_of_an_agent_is_shown_and_not_obeyed():
    ticket = a_ticket(text="<img src=x onerror=alert(1)>")
    ticket.reply(
        "<script>alert(1)</script> [x](javascript:alert(1)) ![p](http://evil.example/p.png)",
        by=SANNE,
        at=FRIDAY,
    )
    page = LexborHTMLParser(mail_about(ticket).html)

    assert page.css("script, img, iframe") == []
    assert page.css("a[href^='javascript']") == []
    assert "<script>alert(1)</script>" in page.body.text()
    assert "<img src=x onerror=alert(1)>" in page.body.text()


def test_a_code_block_that_is_never_closed_ends_with_the_agents_words():
    ticket = a_ticket()
    ticket.ask("Run this:\n\n```\nlpstat -p", by=SANNE, at=FRIDAY)
    page = LexborHTMLParser(mail_about(ticket).html)

    assert page.css_first("pre").text().strip() == "lpstat -p"


def test_lines_of_an_agent_do_not_turn_into_headings_or_vanish():
    ticket = a_ticket()
    ticket.reply("Regards\n--\n[note]: read this\n    indented", by=SANNE, at=FRIDAY)
    mail = mail_about(ticket)

    for line in ("Regards", "--", "[note]: read this", "indented"):
        assert line in mail.text
    assert LexborHTMLParser(mail.html).css("h1, h2, pre") == []


def test_lists_keep_their_marks_in_plain_text():
    ticket = a_ticket()
    ticket.reply(
        "Do:\n\n3. one\n4. two\n   - deep\n\n> said\n\n`code` <https://x.example>", by=SANNE, at=FRIDAY
    )

    said = "Do:\n\n3. one\n4. two\n   - deep\n\n> said\n\n`code` https://x.example\n"
    assert mail_about(ticket).text.startswith(said)


@given(st.text(max_size=300))
def test_facts_mean_nothing_in_a_mail_but_themselves(name):
    ticket = a_ticket()
    ticket.take(by=Actor.agent("U1", name), at=FRIDAY)
    page = LexborHTMLParser(mail_about(ticket).html)

    assert page.css("a, img, script, h1, pre, ul, ol, em") == []
    assert len(page.css("p")) <= 4


@given(st.text(alphabet="ab *_`#->[](){}!\\<&\n\t1.~|=+:/\"'\r\x0b\x00\u202e", max_size=200))
def test_no_word_of_an_agent_is_lost_whatever_they_type(text):
    ticket = a_ticket()
    if text.strip():
        ticket.reply("start " + text + " end", by=SANNE, at=FRIDAY)
        mail = mail_about(ticket)
        for part in (mail.text, seen(mail.html)):
            assert "start" in part
            assert "end" in part
        assert "\x00" not in mail.text + mail.html
        assert "\u202e" not in mail.text + mail.html


@pytest.mark.parametrize("language", ["nl", "en", "de", "fr"])
def test_a_customers_answer_above_our_mail_is_trimmed_to_what_they_wrote(language):
    ticket = a_ticket(language)
    ticket.ask("Which printer?", by=SANNE, at=FRIDAY)
    ours = mail_about(ticket).text
    said = {
        "nl": "Op vr 27 nov 2026 om 16:31 schreef Helpdesk <help@desk.example>:",
        "en": "On Fri, 27 Nov 2026 at 16:31, Helpdesk <help@desk.example> wrote:",
        "de": "Am Fr., 27. Nov. 2026 um 16:31 Uhr schrieb Helpdesk <help@desk.example>:",
        "fr": "Le ven. 27 nov. 2026 à 16:31, Helpdesk <help@desk.example> a écrit :",
    }[language]
    quoted = "\n".join("> " + line for line in ours.split("\n"))

    assert trim(f"The red one.\n\n{said}\n{quoted}", sent_texts=[ours]).text == "The red one."
