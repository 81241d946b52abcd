"""The page on which a client approves or declines: what it says in every state, in Dutch and in English."""

from dataclasses import dataclass
from datetime import datetime

import nh3
from markupsafe import Markup

from desk.budget import UNANSWERED, Purpose, Round, Standing
from desk.status import OPEN, Status
from desk.ticket import Ticket
from mail import proposals
from mail.dates import Said
from mail.letterhead import Letterhead
from mail.pages import sheet
from mail.pages.sheet import Ask, Sheet
from mail.templates.prose import Prose, to_html

_SCOPE = nh3.Cleaner(
    tags={"p", "ul", "ol", "li", "strong", "em", "s", "br", "code", "pre", "blockquote", "a"},
    attributes={"a": {"href"}, "ol": {"start"}},
    url_schemes={"http", "https", "mailto"},
)


@dataclass(frozen=True, slots=True)
class _Words:
    titles: dict[Purpose, str]
    labels: tuple[str, str, str, str]
    rate: str
    amount: str
    no_amount: str
    who: str
    yes: str
    no: str
    states: dict[Standing, str]
    ended: str
    ask: str


_WORDS = {
    "nl": _Words(
        titles={
            Purpose.BUDGET: "Begroting voor {}",
            Purpose.MORE: "Meer uren voor {}",
            Purpose.EMERGENCY: "Spoedwerk aan {}",
        },
        labels=("Tijd", "Tarief", "Bedrag", "Geldig tot en met"),
        rate="{} per uur, excl. btw",
        amount="{} excl. btw",
        no_amount="de tijd die het kost",
        who="U antwoordt als {}.",
        yes="Akkoord",
        no="Niet akkoord",
        states={
            Standing.APPROVED: "Akkoord gegeven op {at}. Dank u wel; u hoeft niets meer te doen.",
            Standing.DECLINED: "Afgewezen op {at}. Wij doen dit werk niet.",
            Standing.EXPIRED: "Dit was geldig tot en met {until}. Wilt u alsnog akkoord gaan? "
            "Beantwoord dan onze mail, dan sturen we een nieuwe begroting.",
            Standing.WITHDRAWN: "We hebben deze vraag ingetrokken. U hoeft niets te doen.",
            Standing.SUPERSEDED: "We hebben u hierna iets nieuwers gestuurd. Gebruik de link in die mail.",
        },
        ended="Dit verzoek is afgesloten; er is niets meer te beantwoorden.",
        ask="Hebt u een vraag? Beantwoord dan onze mail.",
    ),
    "en": _Words(
        titles={
            Purpose.BUDGET: "Budget for {}",
            Purpose.MORE: "More hours for {}",
            Purpose.EMERGENCY: "Emergency work on {}",
        },
        labels=("Time", "Rate", "Amount", "Valid until"),
        rate="{} per hour, excl. VAT",
        amount="{} excl. VAT",
        no_amount="the time that it takes",
        who="You answer as {}.",
        yes="Approve",
        no="Decline",
        states={
            Standing.APPROVED: "Approved on {at}. Thank you; there is nothing more to do.",
            Standing.DECLINED: "Declined on {at}. We do not do this work.",
            Standing.EXPIRED: "This was valid until {until}. Do you still want to approve it? "
            "Reply to our mail, and we send a new budget.",
            Standing.WITHDRAWN: "We have taken this back. There is nothing for you to do.",
            Standing.SUPERSEDED: "We have sent you something newer since. Use the link in that mail.",
        },
        ended="This request is closed; there is nothing left to answer.",
        ask="A question? Reply to our mail.",
    ),
    "de": _Words(
        titles={
            Purpose.BUDGET: "Kostenvoranschlag für {}",
            Purpose.MORE: "Mehr Stunden für {}",
            Purpose.EMERGENCY: "Dringende Arbeit an {}",
        },
        labels=("Zeit", "Satz", "Betrag", "Gültig bis einschließlich"),
        rate="{} pro Stunde, zzgl. MwSt.",
        amount="{} zzgl. MwSt.",
        no_amount="die benötigte Zeit",
        who="Sie antworten als {}.",
        yes="Freigeben",
        no="Ablehnen",
        states={
            Standing.APPROVED: "Freigegeben am {at}. Vielen Dank; Sie brauchen nichts weiter zu tun.",
            Standing.DECLINED: "Abgelehnt am {at}. Wir führen diese Arbeit nicht aus.",
            Standing.EXPIRED: "Dies war gültig bis einschließlich {until}. Möchten Sie es doch freigeben? "
            "Antworten Sie auf unsere E-Mail, dann senden wir einen neuen Kostenvoranschlag.",
            Standing.WITHDRAWN: "Wir haben diese Anfrage zurückgezogen. Sie brauchen nichts zu tun.",
            Standing.SUPERSEDED: "Wir haben Ihnen inzwischen etwas Neueres gesendet. "
            "Benutzen Sie den Link in jener E-Mail.",
        },
        ended="Diese Anfrage ist geschlossen; es gibt nichts mehr zu beantworten.",
        ask="Haben Sie eine Frage? Antworten Sie auf unsere E-Mail.",
    ),
    "fr": _Words(
        titles={
            Purpose.BUDGET: "Devis pour {}",
            Purpose.MORE: "Heures supplémentaires pour {}",
            Purpose.EMERGENCY: "Travail urgent sur {}",
        },
        labels=("Temps", "Tarif", "Montant", "Valable jusqu’au"),
        rate="{} de l’heure, hors TVA",
        amount="{} hors TVA",
        no_amount="le temps nécessaire",
        who="Vous répondez en tant que {}.",
        yes="Accepter",
        no="Refuser",
        states={
            Standing.APPROVED: "Accepté le {at}. Merci ; vous n’avez plus rien à faire.",
            Standing.DECLINED: "Refusé le {at}. Nous ne ferons pas ce travail.",
            Standing.EXPIRED: "C’était valable jusqu’au {until}. Voulez-vous tout de même accepter ? "
            "Répondez à notre message, et nous enverrons un nouveau devis.",
            Standing.WITHDRAWN: "Nous avons retiré cette demande. Vous n’avez rien à faire.",
            Standing.SUPERSEDED: "Nous vous avons envoyé depuis quelque chose de plus récent. "
            "Utilisez le lien de ce message.",
        },
        ended="Cette demande est close ; il n’y a plus rien à répondre.",
        ask="Une question ? Répondez à notre message.",
    ),
}
_MOODS = {Standing.APPROVED: "good", Standing.DECLINED: "bad"}


def draw(ticket: Ticket, asked: Round, letterhead: Letterhead, *, now: datetime) -> str:
    """The page about that round, as it stands."""
    language = asked.proposal.language if asked.proposal.language in _WORDS else "en"
    words, standing = _WORDS[language], asked.standing(now)
    number = f"{letterhead.prefix}-{ticket.number}"
    may_answer = standing in UNANSWERED and ticket.status in OPEN | {Status.RESOLVED}
    said = "" if may_answer else _said(asked, standing, words, Said(language, letterhead.zone))
    ask = Ask(
        who=words.who.format(asked.proposal.to),
        answers=(("yes", "yes", words.yes), ("no", "no", words.no)),
    )
    drawn = Sheet(
        language=language,
        title=words.titles[asked.proposal.purpose].format(number),
        subject=ticket.subject,
        said=said,
        mood=_MOODS.get(standing, ""),
        scope=Markup(_SCOPE.clean(to_html(_scope(ticket, asked, language)))),
        facts=_facts(ticket, asked, words, language),
        ask=ask if may_answer else None,
        below=[words.ask],
    )
    return sheet.draw(drawn, letterhead)


def _scope(ticket: Ticket, asked: Round, language: str) -> str:
    scope: Prose = proposals.facts_of(ticket, ticket.event(asked.seq), language, link="")["scope"]
    return scope


def _facts(ticket: Ticket, asked: Round, words: _Words, language: str) -> list[tuple[str, str]]:
    facts = proposals.facts_of(ticket, ticket.event(asked.seq), language, link="")
    time, rate, amount, until = words.labels
    pairs = [(time, facts["hours"])] if facts["hours"] else []
    return [
        *pairs,
        (rate, words.rate.format(facts["rate"])),
        (amount, words.amount.format(facts["amount"]) if facts["amount"] else words.no_amount),
        (until, facts["until"]),
    ]


def _said(asked: Round, standing: Standing, words: _Words, said: Said) -> str:
    if standing in UNANSWERED:
        return words.ended
    at = said.date(asked.ended_by.at if asked.ended_by else None)
    return words.states[standing].format(at=at, until=proposals.day(asked.proposal.until, said.language))
