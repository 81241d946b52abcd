"""Every mail that customers get, about a made-up ticket: to look at, and to see what a change does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from desk.actor import Actor
from desk.budget import Proposal, Purpose
from desk.event import Event
from desk.event import Kind as EventKind
from desk.priority import Priority
from desk.ticket import Ticket
from mail.dates import Told
from mail.letterhead import Letterhead
from mail.notifications import Notification, Templates, compose
from mail.promising import read_promises
from sla.policy import Policy

_NUMBER = 42
_AGENT = Actor.agent("U0SANNE", "Sanne de Wit")
_DESK = Actor.system("sweep")
_DAY = timedelta(days=1)
_LINK = "https://desk.example/{}/42-1-0a1b2c3d4e5f"


@dataclass(frozen=True)
class Words:
    """What the people of the made-up ticket write."""

    subject: str
    request: str
    reply: str
    question: str
    answer: str
    solution: str
    reason: str
    wish: str
    emergency: str


WORDS = {
    "nl": Words(
        subject="De bon wordt niet geprint",
        request="Goedemorgen,\n\nSinds vanmorgen komt er geen bon meer uit de printer in de winkel.\n"
        "Kunt u ons helpen?\n\nGroet,\nJan",
        reply="Hoi Jan,\n\nDe printer wacht op een **nieuwe rol papier**. Wilt u:\n\n"
        "1. de klep openen\n2. de rol vervangen\n3. de klep sluiten\n\n"
        "Zie ook [de handleiding](https://desk.example/printer).",
        question="Hoi Jan,\n\nWelk nummer staat er op de sticker *onder* de printer?",
        answer="Op de sticker staat TM-88.",
        solution="Er zit een nieuwe rol in en de printer is **getest**.",
        reason="Deze melding is dezelfde als HD-41.",
        wish="Een tweede printer in het magazijn:\n\n- aansluiten en instellen\n"
        "- bonnen van **beide** kassa's",
        emergency="De kassa doet het niet; een monteur komt vanavond langs.",
    ),
    "en": Words(
        subject="Receipts are not printed",
        request="Good morning,\n\nSince this morning no receipt comes out of the printer in the shop.\n"
        "Can you help us?\n\nRegards,\nJan",
        reply="Hi Jan,\n\nThe printer waits for a **new roll of paper**. Would you:\n\n"
        "1. open the lid\n2. replace the roll\n3. close the lid\n\n"
        "See [the manual](https://desk.example/printer) as well.",
        question="Hi Jan,\n\nWhich number is on the sticker *below* the printer?",
        answer="The sticker says TM-88.",
        solution="A new roll is in, and the printer has been **tested**.",
        reason="This request is the same as HD-41.",
        wish="A second printer in the warehouse:\n\n- connect it and set it up\n- receipts of **both** tills",
        emergency="The till does not work; an engineer comes by this evening.",
    ),
    "de": Words(
        subject="Der Bon wird nicht gedruckt",
        request="Guten Morgen,\n\nseit heute früh kommt kein Bon mehr aus dem Drucker im Laden.\n"
        "Können Sie uns helfen?\n\nMit freundlichen Grüßen\nJan",
        reply="Guten Tag Herr Jansen,\n\nder Drucker braucht eine **neue Rolle Papier**. Bitte:\n\n"
        "1. die Klappe öffnen\n2. die Rolle austauschen\n3. die Klappe schließen\n\n"
        "Siehe auch [die Anleitung](https://desk.example/printer).",
        question="Guten Tag Herr Jansen,\n\nwelche Nummer steht auf dem Aufkleber *unter* dem Drucker?",
        answer="Auf dem Aufkleber steht TM-88.",
        solution="Eine neue Rolle ist eingelegt, und der Drucker ist **getestet**.",
        reason="Diese Anfrage ist dieselbe wie HD-41.",
        wish="Ein zweiter Drucker im Lager:\n\n- anschließen und einrichten\n- Bons von **beiden** Kassen",
        emergency="Die Kasse funktioniert nicht; ein Techniker kommt heute Abend vorbei.",
    ),
    "fr": Words(
        subject="Les tickets ne s'impriment plus",
        request="Bonjour,\n\nDepuis ce matin, l'imprimante du magasin ne sort plus aucun ticket.\n"
        "Pouvez-vous nous aider ?\n\nCordialement,\nJan",
        reply="Bonjour Monsieur Jansen,\n\nL'imprimante attend un **nouveau rouleau**. Veuillez :\n\n"
        "1. ouvrir le capot\n2. remplacer le rouleau\n3. refermer le capot\n\n"
        "Voir aussi [le mode d'emploi](https://desk.example/printer).",
        question="Bonjour Monsieur Jansen,\n\nQuel numéro figure sur l'étiquette *sous* l'imprimante ?",
        answer="L'étiquette indique TM-88.",
        solution="Un nouveau rouleau est en place, et l'imprimante a été **testée**.",
        reason="Cette demande est la même que HD-41.",
        wish="Une deuxième imprimante à l'entrepôt :\n\n- la raccorder et la configurer\n"
        "- les tickets des **deux** caisses",
        emergency="La caisse ne fonctionne pas ; un technicien passe ce soir.",
    ),
}


@dataclass(frozen=True)
class Kind:
    """A mail that can be looked at.  about: when it is sent; course: makes it the last thing that happened.

    opened: how long before now the ticket was; told: how much later the date is that was told before;
    link: whether the desk has a public address."""

    about: str
    course: Callable[[Ticket, Words, datetime], object]
    opened: timedelta = timedelta()
    priority: Priority = Priority.MEDIUM
    told: timedelta | None = None
    link: bool = True


def compose_one(
    kind: Kind,
    language: str,
    *,
    letterhead: Letterhead,
    templates: Templates,
    policy: Policy,
    now: datetime,
    asks_opinion: bool = True,
) -> tuple[Ticket, Notification]:
    """That mail in that language, as it would be worded at that moment, and the ticket it is about.

    asks_opinion: whether the desk asks if customers were helped well."""
    words, before = WORDS[language], now - kind.opened
    jan = Actor.customer("jan@bakkerij.example", "Jan Jansen")
    ticket = Ticket.open(
        by=jan, at=before, subject=words.subject, text=words.request,
        client="Bakkerij Jansen", language=language, priority=kind.priority,
    )  # fmt: skip
    ticket.number = _NUMBER
    kind.course(ticket, words, now)
    event = next(
        each for each in reversed(ticket.history) if any(d.audience == "customer" for d in each.deliveries)
    )
    promises = read_promises(ticket, policy, now=now)
    told = Told()
    if kind.told is not None and promises.recovery:
        told = Told(recovery=promises.recovery - kind.told, at=before)
    return ticket, compose(
        ticket, event, templates=templates, letterhead=letterhead, promises=promises, now=now,
        last_mail_at=before, told=told, link=_link(event) if kind.link else "",
        asks_opinion=asks_opinion,
    )  # fmt: skip


def _link(event: Event) -> str:
    return _LINK.format("opinion" if event.kind is EventKind.RESOLVED else "approve")


def _jan(ticket: Ticket) -> Actor:
    return Actor.customer(ticket.customer, ticket.customer_name)


def _starts(ticket: Ticket, _words: Words, now: datetime) -> None:
    ticket.take(by=_AGENT, at=now)


def _asks_now(ticket: Ticket, words: Words, now: datetime) -> None:
    ticket.ask(words.question, by=_AGENT, at=now)


def _solves(ticket: Ticket, words: Words, now: datetime) -> None:
    ticket.resolve(words.solution, by=_AGENT, at=now)


def _cancels(ticket: Ticket, words: Words, now: datetime) -> None:
    ticket.cancel(words.reason, by=_AGENT, at=now)


def _repeats(ticket: Ticket, words: Words, now: datetime) -> None:
    other = _another(ticket, words, now)
    ticket.cancel_as_duplicate(other, by=_AGENT, at=now)


def _hears(ticket: Ticket, words: Words, now: datetime) -> None:
    other = _another(ticket, words, now)
    ticket.cancel_as_duplicate(other, by=_AGENT, at=now)
    other.resolve(words.solution, by=_AGENT, at=now)
    ticket.solved_elsewhere(other.number, other.history[-1], at=now)


def _another(ticket: Ticket, words: Words, now: datetime) -> Ticket:
    """The request of a colleague, which came first."""
    piet = Actor.customer("piet@bakkerij.example", "Piet")
    other = Ticket.open(
        by=piet, at=now - _DAY, subject=words.subject, text=words.request, client=ticket.client
    )
    other.number = _NUMBER - 1
    return other


def _nothing(_ticket: Ticket, _words: Words, _now: datetime) -> None:
    """It was only opened."""


def _asks(ticket: Ticket, words: Words, at: datetime) -> None:
    ticket.ask(words.question, by=_AGENT, at=at)
    ticket.mailed(ticket.version, recipients=[ticket.customer], by=_DESK, at=at)


def _reminds(ticket: Ticket, words: Words, now: datetime) -> None:
    _asks(ticket, words, now - 2 * _DAY)
    ticket.remind(by=_DESK, at=now, asked=2)


def _falls_silent(ticket: Ticket, words: Words, now: datetime) -> None:
    _asks(ticket, words, now - 3 * _DAY)
    ticket.resolve(by=_DESK, at=now)


def _converses(ticket: Ticket, words: Words, now: datetime) -> None:
    _asks(ticket, words, now - _DAY)
    ticket.customer_wrote(words.answer, by=_jan(ticket), at=now - _DAY / 2)
    ticket.reply(words.reply, by=_AGENT, at=now)


def _reopens(ticket: Ticket, words: Words, now: datetime) -> None:
    ticket.resolve(words.solution, by=_AGENT, at=now - _DAY)
    ticket.customer_wrote(words.answer, by=_jan(ticket), at=now)


def _proposes(
    purpose: Purpose, minutes: int | None, scope: str
) -> Callable[[Ticket, Words, datetime], object]:
    def propose(ticket: Ticket, words: Words, now: datetime) -> None:
        if purpose is Purpose.MORE:
            _propose(Purpose.BUDGET, 600, ticket, words.wish, now - _DAY)
            ticket.approve(1, by=_jan(ticket), at=now - _DAY / 2, evidence={"via": "mail"})
        _propose(purpose, minutes, ticket, getattr(words, scope), now)

    return propose


def _propose(purpose: Purpose, minutes: int | None, ticket: Ticket, scope: str, now: datetime) -> None:
    until = (now + 30 * _DAY).date()
    ticket.propose(
        Proposal(
            purpose=purpose, scope=scope, minutes=minutes, rate=Decimal(125), until=until,
            expires_at=now + 30 * _DAY, to=ticket.customer, approvers=frozenset({ticket.customer}),
            language=ticket.language,
        ),
        by=_AGENT, at=now,
    )  # fmt: skip


def _plans(ticket: Ticket, words: Words, now: datetime) -> None:
    _propose(Purpose.BUDGET, 600, ticket, words.wish, now - _DAY)
    ticket.approve(1, by=_jan(ticket), at=now - _DAY / 2, evidence={"via": "mail"})
    ticket.schedule((now + 10 * _DAY).date(), by=_AGENT, at=now)


def _raises(ticket: Ticket, _words: Words, now: datetime) -> None:
    ticket.prioritise(Priority.HIGH, by=_AGENT, at=now)
    ticket.take(by=_AGENT, at=now)


def _comes_back(ticket: Ticket, words: Words, now: datetime) -> None:
    _asks(ticket, words, now - 2 * _DAY)
    ticket.customer_wrote(words.answer, by=_jan(ticket), at=now - _DAY)
    ticket.take(by=_AGENT, at=now)


KINDS = {
    "opened": Kind("a new request: the confirmation", _nothing),
    "opened-improvement": Kind(
        "the same, for something new outside the contract", _nothing, priority=Priority.IMPROVEMENT
    ),
    "taken": Kind("an agent starts on it", _starts, _DAY / 4),
    "taken-priority": Kind("the same, after another priority was set", _raises, _DAY / 4, told=-_DAY),
    "taken-moved": Kind(
        "the same, after the customer's own pause moved the date", _comes_back, 3 * _DAY, told=_DAY
    ),
    "budget": Kind(
        "a budget for an improvement, which the client may approve",
        _proposes(Purpose.BUDGET, 600, "wish"),
        _DAY,
        Priority.IMPROVEMENT,
    ),
    "budget-more": Kind(
        "the same, for more hours than were approved",
        _proposes(Purpose.MORE, 150, "wish"),
        2 * _DAY,
        Priority.IMPROVEMENT,
    ),
    "budget-emergency": Kind(
        "the same, for emergency work outside the contract",
        _proposes(Purpose.EMERGENCY, None, "emergency"),
        _DAY / 4,
        Priority.URGENT,
        link=False,
    ),
    "scheduled": Kind("the day on which an improvement is done", _plans, 3 * _DAY, Priority.IMPROVEMENT),
    "replied": Kind("an agent replies", _converses, 2 * _DAY),
    "asked": Kind("an agent asks, and the desk waits", _asks_now, _DAY),
    "reminded": Kind("48 hours without an answer", _reminds, 3 * _DAY),
    "resolved": Kind("an agent resolves it and says what was done", _solves, _DAY),
    "resolved-silence": Kind("72 hours without an answer", _falls_silent, 4 * _DAY, link=False),
    "reopened": Kind("the customer replies to a resolved ticket", _reopens, 2 * _DAY),
    "cancelled": Kind("an agent cancels it and says why", _cancels, _DAY),
    "cancelled-duplicate": Kind("an agent cancels it as a duplicate of another", _repeats, _DAY),
    "solved_elsewhere": Kind("that other ticket is resolved", _hears, _DAY),
}
"""By name, as `helpdesk mail preview` takes it."""
