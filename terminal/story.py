"""The guided story of the demo: three customers, one urgent mail on a Friday afternoon, and what comes of it."""

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sandbox.guide import Step
from sandbox.refused import Json
from sandbox.visitor import Visitor, text_of

CARLA, DIRK, EMMA = (
    "carla@bakkerij-jansen.example",
    "dirk@devries-transport.example",
    "emma@noordzeepost.example",
)
WEBSHOP, REPORT, DARK = "Webshop shows an error", "Rapport klopt niet", "An idea: dark mode"
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
FRIDAY, NOON, AFTERNOON = 4, time(13, 5), "16:26"
_STATUS = re.compile(r"\*Status\*\n\S+ (.+)")


def friday_noon(now: datetime) -> datetime:
    """The Friday on which the story begins: the next one that has not begun yet."""
    today = now.astimezone(AMSTERDAM).date()
    ahead = (FRIDAY - today.weekday()) % 7
    begins = datetime.combine(today + timedelta(days=ahead), NOON, tzinfo=AMSTERDAM)
    return begins if begins > now else begins + timedelta(days=7)


def earlier(visitor: Visitor) -> None:
    """What happened on that Friday before the visitor came in: Dirk wrote, and Bob solved it."""
    visitor.wait_until(lambda: visitor.state()["sockets"], seconds=60)  # a click before that finds nobody
    visitor.mail(DIRK, subject=REPORT, text=_DIRK)
    visitor.wait_until(lambda: _card(visitor, REPORT))
    visitor.click("Bob", _card(visitor, REPORT), "take")
    visitor.wait_until(lambda: _status(visitor, REPORT) == "In progress")
    visitor.turn_clock(35 * 60)
    visitor.choose("Bob", _card(visitor, REPORT), "status", "Resolved")
    visitor.submit("Bob", {"text": _BOB})
    visitor.submit("Bob")  # having looked at it
    visitor.wait_until(lambda: _status(visitor, REPORT) == "Resolved")
    visitor.turn_to_weekday(FRIDAY + 1, AFTERNOON)


def _card(visitor: Visitor, subject: str) -> Json:
    return visitor.find("#support", subject) or {}


def _status(visitor: Visitor, subject: str) -> str:
    found = _STATUS.search(text_of(_card(visitor, subject)))
    return found[1] if found else ""


WAITS = "Resolves by itself"
"""What a card says once the question has left, some seconds after it was sent."""


def _stands(subject: str, status: str) -> Callable[[Visitor], bool]:
    return lambda visitor: _status(visitor, subject) == status


def _shows(subject: str, words: str) -> Callable[[Visitor], bool]:
    return lambda visitor: words in text_of(_card(visitor, subject))


def _answer(sender: str, text: str) -> Callable[[Visitor], object]:
    return lambda visitor: visitor.reply(visitor.inbox(sender)[-1], text)


def _is_monday(visitor: Visitor) -> bool:
    now = datetime.fromisoformat(visitor.state()["now"]).astimezone(AMSTERDAM)
    return (now.weekday(), now.hour >= 9) == (0, True) or now.weekday() in range(1, FRIDAY)


_DIRK = """Hallo,

In het maandrapport staan de ritten van oktober dubbel. Alles werkt verder gewoon, maar de totalen kloppen niet. \
Kunnen jullie dat nakijken?

Groet,
Dirk de Vries"""

_BOB = "De ritten van oktober waren twee keer ingelezen. De dubbele zijn verwijderd en het rapport is opnieuw gemaakt."

_DIRK_AGAIN = """Opgelost? Het rapport van november staat nu ook dubbel!! Dit is de tweede keer deze week en onze \
klanten bellen ons erover. Ik wil vandaag weten wat jullie hieraan doen.

Dirk"""

_CARLA = """Good afternoon,

Our webshop only shows "Something went wrong" when somebody pays, and the weekend is our busiest time. Nobody can \
order anything at the moment. Please help!

Carla Jansen"""

_CARLA_AGAIN = """Since about four o'clock. It happens with every card, and also with PayPal.

Carla"""

_EMMA = """Hi,

Not urgent at all: could the portal have a dark mode? Our night shift would love it.

Emma"""

_ALICE = {"as": "U0ALICE", "at": "C0SUPPORT"}

STORY = (
    Step(
        "A helpdesk inside Slack",
        "In the middle you see *#support* as Alice, who works there, sees it. At the right is the mail that the "
        "customers get. Dirk wrote at noon and Bob has solved it: that is the card below.",
        "Everything on this page happens on your machine only. Press *Next*.",
        {**_ALICE, "box": DIRK},
        lambda visitor: True,
    ),
    Step(
        "Friday, 16:26: a mail comes in",
        "Carla’s webshop has just broken down, and she writes to the desk.",
        "Her mail becomes a card with five controls. She gets a confirmation: a number, and dates she can rely on.",
        {**_ALICE, "box": CARLA},
        _shows(WEBSHOP, WEBSHOP),
        "Let Carla write",
        lambda visitor: visitor.mail(CARLA, subject=WEBSHOP, text=_CARLA),
    ),
    Step(
        "Say how bad it is",
        "Nobody can order anything. Press *Priority* on Carla’s card, choose *Urgent* and save.",
        "The dialog shows which dates a choice promises before you save. Only business hours count: the desk "
        "closes at five today and opens on Monday.",
        _ALICE,
        _shows(WEBSHOP, "Urgent"),
    ),
    Step(
        "Start on it",
        "Press *Take it*.",
        "The card is Alice’s now, and Carla reads that somebody has started, and why her dates moved.",
        {**_ALICE, "box": CARLA},
        lambda visitor: "Alice" in text_of(_card(visitor, WEBSHOP)),
    ),
    Step(
        "Ask something, and stop the clock",
        "Press *Reply to customer*, ask _Since when does this happen?_, choose to wait for the "
        "customer, look at the mail and send it.",
        "Time that a customer takes to answer is not counted: the clock stands still and the card says so.",
        {**_ALICE, "box": CARLA},
        _shows(WEBSHOP, WAITS),
    ),
    Step(
        "The customer answers",
        "Carla replies to the mail she got. (You can write as a customer yourself: open a mail and press *Reply*.)",
        "Her answer stands in the thread under the card, and the clock runs again.",
        {**_ALICE, "box": CARLA},
        _stands(WEBSHOP, "Waiting for support"),
        "Let Carla answer",
        _answer(CARLA, _CARLA_AGAIN),
    ),
    Step(
        "A weekend passes",
        "Open the clock at the top right and choose *To Monday 09:00*.",
        "The card still promises Monday afternoon, and the customer has really waited for days: both are shown.",
        _ALICE,
        _is_monday,
    ),
    Step(
        "A promise is in danger",
        "You are Lena now, who leads the team. Open the clock again and go on *to the next thing that is due*.",
        "At three quarters of the time the leads hear of it, while there is still time to act.",
        {"as": "U0LENA", "at": "C0LEADS"},
        lambda visitor: visitor.find("#support-leads", "HD-2") is not None,
    ),
    Step(
        "Solve it",
        "Back to Alice. On Carla’s card choose *Resolved* under *Status*, write what you did, look at the mail, send it.",
        "Carla reads what was done, and that a reply opens it again.",
        {**_ALICE, "box": CARLA},
        _stands(WEBSHOP, "Resolved"),
    ),
    Step(
        "Something new is not a fault",
        "Emma would like a dark mode. When her card is there, give it the priority *Improvement*.",
        "An improvement has no clock and no date: first comes a budget that she agrees to.",
        {**_ALICE, "box": EMMA},
        _shows(DARK, "Improvement"),
        "Let Emma write",
        lambda visitor: visitor.mail(EMMA, subject=DARK, text=_EMMA),
    ),
    Step(
        "An angry reply",
        "Dirk is not content with what Bob did on Friday.",
        "His ticket is open again and the channel is told. The clock goes on with what it had spent, and Dirk gets "
        "a new date, in Dutch, since that is how he writes.",
        {**_ALICE, "box": DIRK},
        _stands(REPORT, "Waiting for support"),
        "Let Dirk reply",
        _answer(DIRK, _DIRK_AGAIN),
    ),
    Step(
        "Ask Dirk, who will not answer",
        "On Dirk’s card press *Reply to customer*, ask _Welke ritten ziet u dubbel?_, wait for the customer, "
        "look at the mail and send it.",
        "The card says when it resolves by itself if he stays silent: after 72 hours.",
        {**_ALICE, "box": DIRK},
        _shows(REPORT, WAITS),
    ),
    Step(
        "Silence",
        "Let time pass *to the next thing that is due*, twice.",
        "After two days Dirk is reminded, once. After three days the ticket resolves by itself, and he can still "
        "open it by replying.",
        {**_ALICE, "box": DIRK},
        _stands(REPORT, "Resolved"),
    ),
    Step(
        "Who may not",
        "You are Gus now: a guest, invited into the channel. Press any button.",
        "A polite refusal that only he sees, and nothing has changed.",
        {"as": "U0GUS", "at": "C0SUPPORT"},
        lambda visitor: bool(visitor.ephemerals("Gus")),
    ),
    Step(
        "That is the desk",
        "Go on as you like: write as Frank, type `/ticket mine`, look at *Home*, open *Traffic* to see what the "
        "desk and Slack say to each other.",
        "The README says how to connect a real workspace and a real mailbox.",
        _ALICE,
        lambda visitor: True,
    ),
)
