"""What a customer wrote now, and not what they quoted, announced or signed with."""

from pathlib import Path

import pytest

from mail.clients import written_now
from mail.markup import parse, to_text
from mail.quoting import MARKERS, Trimmed, trim

REPLIES = Path(__file__).parent / "replies"
"""Made-up answers in the HTML of the usual programs, each saying NEW."""

NEW = "Het werkt nog steeds niet.\n\nGroet, Sanne"
OLD = "Kunt u de printer eens uit en aan zetten?\nMet vriendelijke groet, de helpdesk"
QUOTED = "\n".join(f"> {line}" for line in OLD.split("\n"))


def trimmed_html(html: str) -> Trimmed:
    return trim(to_text(html), written_now(parse(html)))


ATTRIBUTIONS = """
Op ma 23 nov. 2026 om 09:12 schreef Helpdesk <help@desk.example>:
Op 23-11-2026 om 09:12 schreef Helpdesk:
Op 23 nov. 2026 om 09:12 heeft Helpdesk <help@desk.example> het volgende geschreven:
Op maandag 23 november 2026 09:12 schreef Helpdesk <help@desk.example> het volgende:
Helpdesk <help@desk.example> schreef op 23 november 2026 10:11:
On Mon, Nov 23, 2026 at 9:12 AM Helpdesk <help@desk.example> wrote:
On Monday, November 23rd, 2026 at 9:12 AM, Helpdesk <help@desk.example> wrote:
On 23/11/2026 09:12, Helpdesk wrote:
On Nov 23, 2026 9:12 AM, "Helpdesk" <help@desk.example> wrote:
On 23 Nov 2026, at 09:12, Helpdesk|<help@desk.example>|wrote:
Helpdesk <help@desk.example> wrote:
Am Mo., 23. Nov. 2026 um 09:12 Uhr schrieb Helpdesk <help@desk.example>:
Am 23.11.26 um 09:12 schrieb Helpdesk:
Le lun. 23 nov. 2026 à 09:12, Helpdesk <help@desk.example> a écrit :
Le 23/11/2026 à 09:12, Helpdesk a écrit :
El lun, 23 nov 2026 a las 9:12, Helpdesk (<help@desk.example>) escribió:
Il 23/11/2026 09:12, Helpdesk ha scritto:
---- On Mon, 23 Nov 2026 09:12:00 +0100 Helpdesk <help@desk.example> wrote ----
-------- Oorspronkelijk bericht --------
-----Oorspronkelijk bericht-----|Van: Helpdesk <help@desk.example>|Verzonden: maandag 23 november 2026 09:12
-----Ursprüngliche Nachricht-----
-------- Message d'origine --------
__________________|Van: Helpdesk <help@desk.example>|Verzonden: vandaag|Aan: Sanne|Onderwerp: Printer
Van: Helpdesk <help@desk.example>|Datum: maandag 23 november 2026 om 09:12|Aan: Sanne|Onderwerp: Printer
*Van:* Helpdesk <help@desk.example>|*Verzonden:* maandag 09:12|*Aan:* Sanne
Von: Helpdesk <help@desk.example>|Gesendet: Montag, 23. November 2026 09:12|An: Sanne|Betreff: Drucker
De : Helpdesk <help@desk.example>|Envoyé : lundi 23 novembre 2026 09:12|À : Sanne|Objet : Imprimante
From: Helpdesk|Sent: Monday|To: Sanne|Subject: Printer
""".strip().split("\n")


@pytest.mark.parametrize("old", [QUOTED, OLD], ids=["quoted", "bare"])
@pytest.mark.parametrize("announced", ATTRIBUTIONS)
def test_history_under_its_announcement_is_cut(announced, old):
    above = announced.replace("|", "\n")

    assert trim(f"{NEW}\n\n{above}\n\n{old}\n").text == NEW


WORDS_THAT_LOOK_LIKE_HISTORY = [
    "Op maandag 23 november om 10:30 heb ik geschreven dat het niet werkt:\n\nFout 500",
    "Op 23-11-2026 om 09:12 kregen we deze melding:\n\nFout 500: intern",
    "On 23 Nov 2026 at 09:12 the log said:\nBroken pipe",
    "On Monday I wrote 3 mails about this:",
    "I sent it at 10:30 to jan@x.example:\nplease look",
    "Van: Amsterdam\nNaar: Utrecht\nDatum: 3 mei",
    "Datum: 3 mei 2026\nTijd: 10:30\nAan: balie 3",
    "From: 10:00\nTo: 12:00",
    "From: Amsterdam\nTo: Utrecht\nDate: 3 May 2026 10:30",
    "Von: Berlin\nAn: Filiale 3\nDatum: 3. Mai 2026",
    "--- Stand der Dinge ---\nalles gut",
    "Ik antwoord boven deze regel en daaronder",
    "Mijn iPhone toont: gesendet von",
    "2026-11-23 09:12:01 ERROR <main> foo@bar:\nsecond line",
    "----- stap 1 -----",
    "Sent from our office in Utrecht, the parcel never arrived",
    "- een\n- twee",
    "| kolom | waarde |\n| a | b |",
]


@pytest.mark.parametrize("words", WORDS_THAT_LOOK_LIKE_HISTORY)
def test_words_that_only_look_like_history_stay(words):
    mail = f"Hallo,\n\n{words}\n\nKunnen jullie kijken?"

    assert trim(mail).text == mail


@pytest.mark.parametrize("marker", MARKERS.values())
@pytest.mark.parametrize("mark", ["", "> ", "*"])
def test_everything_below_our_own_marker_is_cut(marker, mark):
    assert trim(f"{NEW}\n\nHelpdesk:\n{mark}{marker}\n{OLD}").text == f"{NEW}\n\nHelpdesk:"


@pytest.mark.parametrize("marker", MARKERS.values())
def test_an_answer_below_our_marker_is_found_when_nothing_stands_above_it(marker):
    assert trim(f"{ATTRIBUTIONS[0]}\n> {marker}\n{QUOTED}\n\n{NEW}").text == NEW


def test_answers_under_each_question_keep_their_questions():
    mail = "> Welke printer is het?\nDe grote.\n\n> Sinds wanneer?\nSinds gisteren."

    assert trim(mail).text == mail


def test_an_answer_below_the_quoted_mail_is_what_was_written():
    assert trim(f"{ATTRIBUTIONS[0]}\n{QUOTED}\n\n{NEW}").text == NEW


def test_a_mail_of_nothing_but_quotation_is_shown_whole():
    assert trim(QUOTED).text == QUOTED
    assert trim(f"{ATTRIBUTIONS[0]}\n{QUOTED}").text.endswith(QUOTED)


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nSanne de Wit\nBakkerij De Wit\n030 123 45 67",
        "Verzonden vanaf mijn iPhone",
        "Verstuurd vanaf mijn Galaxy",
        "Sent from my iPhone",
        "Get Outlook for Android<https://aka.ms/x>",
        "Outlook voor iOS downloaden<https://aka.ms/x>",
        "Gesendet mit der GMX Mail App",
        "Envoyé de mon iPhone",
        "Sent from my iPhone\n\n-- \nSanne",
        "______________________\nbakkers mailing list\nhttps://lists.example/listinfo/bakkers",
    ],
)
def test_signatures_are_cut_and_farewells_stay(signature):
    assert trim(f"{NEW}\n\n{signature}\n").text == NEW


def test_what_we_sent_is_recognised_without_any_marks():
    sent = "Beste Sanne,\n\nKunt u de printer eens uit en aan zetten?\nDan kijken wij verder met u mee."
    mail = f"{NEW}\n\nBeste Sanne,\n\n" + sent.partition("\n\n")[2]

    assert trim(mail, sent_texts=[sent]).text == NEW


def test_a_sentence_of_ours_that_is_answered_stays():
    sent = "Kunt u de printer eens uit en aan zetten?"
    mail = f"U vroeg:\n{sent}\nDat heb ik driemaal gedaan, zonder enig resultaat.\nWat kan ik nog meer doen?"

    assert trim(mail, sent_texts=[sent]).text == mail


def test_the_rest_is_the_whole_mail_and_nothing_where_nothing_was_cut():
    assert trim(NEW).rest == ""
    assert trim(f"{NEW}\n\n{ATTRIBUTIONS[0]}\n{QUOTED}").rest.endswith(QUOTED)


@pytest.mark.parametrize("program", sorted(REPLIES.glob("*.html")), ids=lambda path: path.stem)
def test_what_each_mail_program_quotes_is_cut_by_its_html(program):
    assert trimmed_html(program.read_text()).text.split() == NEW.split()


def test_answers_between_the_quotations_of_gmail_stay():
    quoted = '<blockquote class="gmail_quote">{}</blockquote><div>{}</div>'
    html = '<div class="gmail_quote"><div class="gmail_attr">Op ma 23 nov. 2026 schreef Helpdesk:</div>'
    html += quoted.format("Welke printer?", "De grote in de winkel, bij de kassa.")
    html += quoted.format("Sinds wanneer?", "Sinds gisteren.") + "</div>"

    text = trimmed_html(html).text

    assert "De grote in de winkel, bij de kassa." in text
    assert "Sinds gisteren." in text


@pytest.mark.parametrize("mark", ["class=yahoo_quoted", "id=signature", "id=divRplyFwdMsg"])
@pytest.mark.parametrize("html", ["<html {}><body>It burns.", "<title>Fire</title><body {}>It burns."])
def test_a_mark_on_the_whole_of_a_mail_takes_nothing_out(html, mark):
    assert trimmed_html(html.format(mark)).text == "It burns."


def test_quotations_within_each_other_go_together():
    deep = '<blockquote class="gmail_quote">Older.<div class="gmail_signature">B'
    html = f"<p>It burns.</p>{deep * 5}"
    assert trimmed_html(html).text == "It burns."


def test_a_forward_in_outlook_with_no_word_above_it_is_not_cut_to_nothing():
    reply = (REPLIES / "outlook-web.html").read_text()
    html = reply.replace("Het werkt nog steeds niet.", "").replace("Groet, Sanne", "")

    assert "Kunt u de printer herstarten?" in trimmed_html(html).text


@pytest.mark.parametrize(
    "text",
    [
        "Wat ik deed:\n\n-----\nregel een\nregel twee\n-----\n\nKijken jullie mee?",
        "De stappen\n-----\nEerst Aan\nDan Uit",
        "Hallo,\n\n-----\nDe printer doet het niet, en dat al sinds gisteren.",
        "Hallo,\n\n=====\nKan dit vandaag nog?",
    ],
    ids=["between two lines", "under a heading", "a sentence", "a question"],
)
def test_a_drawn_line_alone_signs_nothing(text):
    assert trim(text).text == text


@pytest.mark.parametrize("line", ["___", "-----", "=-=-=-=", "*****"])
def test_a_name_and_how_to_reach_it_below_a_drawn_line_are_a_signature(line):
    card = "Sanne de Wit\nBakkerij Jansen\n06 - 12 34 56 78"
    assert trim(f"Hij doet het weer.\n\n{line}\n{card}").text == "Hij doet het weer."
