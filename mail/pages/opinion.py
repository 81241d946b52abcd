"""The page on which a customer says whether they were helped well: as it asks, and as it thanks."""

from dataclasses import dataclass

from desk.errors import DeskError
from desk.event import Event
from desk.satisfaction import Opinion, opinion_in
from desk.ticket import Ticket
from mail.dates import Said
from mail.letterhead import Letterhead
from mail.pages import sheet
from mail.pages.sheet import Ask, Sheet

LONGEST = 2000
"""Characters of what a customer may add."""


@dataclass(frozen=True, slots=True)
class _Words:
    title: str
    who: str
    add: str
    labels: dict[Opinion, str]
    said: dict[Opinion, str]
    over: str
    below: str


_WORDS = {
    "nl": _Words(
        title="Bent u goed geholpen met {}?",
        who="U antwoordt als {}.",
        add="Wilt u er iets bij zeggen? Dat mag, het hoeft niet.",
        labels={Opinion.GOOD: "Goed", Opinion.NOT_GOOD: "Niet goed"},
        said={
            Opinion.GOOD: "U antwoordde op {}: goed. Dank u wel!",
            Opinion.NOT_GOOD: "U antwoordde op {}: niet goed. Dank u wel; we kijken ernaar.",
        },
        over="Over deze melding is niets meer te beantwoorden.",
        below="Is er nog iets mis? Beantwoord dan onze mail, dan openen we de melding weer.",
    ),
    "en": _Words(
        title="Were you helped well with {}?",
        who="You answer as {}.",
        add="Anything to add? You may, you need not.",
        labels={Opinion.GOOD: "Good", Opinion.NOT_GOOD: "Not good"},
        said={
            Opinion.GOOD: "You answered on {}: good. Thank you!",
            Opinion.NOT_GOOD: "You answered on {}: not good. Thank you; we look into it.",
        },
        over="There is nothing left to answer about this request.",
        below="Is something still wrong? Reply to our mail, and we open it again.",
    ),
    "de": _Words(
        title="Wurde Ihnen bei {} gut geholfen?",
        who="Sie antworten als {}.",
        add="Möchten Sie etwas dazu sagen? Sie können, Sie müssen nicht.",
        labels={Opinion.GOOD: "Gut", Opinion.NOT_GOOD: "Nicht gut"},
        said={
            Opinion.GOOD: "Sie haben am {} geantwortet: gut. Vielen Dank!",
            Opinion.NOT_GOOD: "Sie haben am {} geantwortet: nicht gut. Vielen Dank; wir sehen es uns an.",
        },
        over="Zu dieser Anfrage gibt es nichts mehr zu beantworten.",
        below="Stimmt noch etwas nicht? Antworten Sie auf unsere E-Mail, dann nehmen wir sie wieder auf.",
    ),
    "fr": _Words(
        title="Avons-nous bien traité {} ?",
        who="Vous répondez en tant que {}.",
        add="Voulez-vous ajouter quelque chose ? C’est facultatif.",
        labels={Opinion.GOOD: "Bien", Opinion.NOT_GOOD: "Pas bien"},
        said={
            Opinion.GOOD: "Vous avez répondu le {} : bien. Merci !",
            Opinion.NOT_GOOD: "Vous avez répondu le {} : pas bien. Merci ; nous regardons cela.",
        },
        over="Il n’y a plus rien à répondre au sujet de cette demande.",
        below="Le problème persiste ? Répondez à notre message, et nous rouvrirons votre demande.",
    ),
}
_LOOKS = {Opinion.GOOD: "yes", Opinion.NOT_GOOD: "no"}
_MOODS = {Opinion.GOOD: "good", Opinion.NOT_GOOD: ""}


def draw(ticket: Ticket, solved: Event, letterhead: Letterhead) -> str:
    """The page about that solution, as it stands."""
    language = ticket.language if ticket.language in _WORDS else "en"
    words, rating = _WORDS[language], ticket.rating_of(solved.seq)
    said, mood, ask = words.over, "", None
    if rating:
        opinion = opinion_in(rating)
        said, mood = (
            words.said[opinion].format(Said(language, letterhead.zone).date(rating.at)),
            _MOODS[opinion],
        )
    elif _may_answer(ticket, solved):
        said = ""
        answers = [(str(each), _LOOKS[each], words.labels[each]) for each in Opinion]
        who = words.who.format(ticket.customer)
        ask = Ask(who=who, answers=answers, words=words.add, longest=LONGEST)
    title = words.title.format(f"{letterhead.prefix}-{ticket.number}")
    drawn = Sheet(
        language=language, title=title, subject=ticket.subject, said=said, mood=mood, ask=ask,
        below=[words.below],
    )  # fmt: skip
    return sheet.draw(drawn, letterhead)


def _may_answer(ticket: Ticket, solved: Event) -> bool:
    try:
        ticket.solution(solved.seq)
    except DeskError:
        return False
    return True
