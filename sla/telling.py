"""The sum of a promised date in words, in Dutch or English."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from desk.event import Kind
from desk.priority import Priority
from sla.course import ClockState
from sla.policy import Goal
from sla.reasons import Ran, Stop, Sum, Turn

LANGUAGES = ("nl", "en")


@dataclass(frozen=True)
class Words:
    """How one language says it."""

    days: tuple[str, ...]
    months: tuple[str, ...]
    goals: dict[Goal, str]
    priorities: dict[Priority, str]
    begins: dict[Kind, str]
    stops: dict[Kind, str]
    goes_on: dict[Kind, str]
    said: dict[str, str]


def tell(sums: list[Sum], language: str, zone: ZoneInfo) -> list[str]:
    """A paragraph for each clock; one that says so where nothing is promised.  zone: of the dates in it."""
    words = WORDS[language if language in WORDS else "en"]
    return ["\n".join(_Teller(words, zone).lines(each)) for each in sums] or [words.said["nothing"]]


@dataclass(frozen=True)
class _Teller:
    words: Words
    zone: ZoneInfo

    def lines(self, each: Sum) -> Iterator[str]:
        said, clock = self.words.said, each.clock
        yield f"{self.words.goals[clock.goal]}: {self._outcome(each)}"
        begun = self.words.begins.get(each.begin, self.words.begins[Kind.CUSTOMER_WROTE])
        yield f"  {begun.format(who=each.begun_by)} {self._moment(clock.started_at)}"
        whose = said["contract"].format(name=each.contract) if each.contract else said["everybody"]
        target = f"{said['target']} {_length(clock.target)} ({self.words.priorities[each.priority]}, {whose})"
        yield f"  {target}"
        yield f"  {said['ran']} {self._ran(each.ran)}"
        yield from (f"  {self._stop(stop)}" for stop in each.stops)
        if not any(stop.is_pause for stop in each.stops):
            yield f"  {said['paused']} 0"
        yield from (f"  {self._turn(turn)}" for turn in each.turns)
        if each.closed:
            days = ", ".join(f"{self._day(day)} ({name})" for day, name in each.closed)
            yield f"  {said['closed']} {days}"
        if clock.due:
            yield f"  {said['due']} {self._moment(clock.due)}"
        if each.sealed:
            yield f"  {said['sealed']}"

    def _outcome(self, each: Sum) -> str:
        clock, said = each.clock, self.words.said
        left = _length(abs(clock.left))
        if clock.state is ClockState.VOID:
            return said["void"]
        if clock.state is ClockState.STOPPED and clock.stopped_at:
            became = said["missed"] if clock.breached else said["kept"]
            return became.format(when=self._moment(clock.stopped_at), left=left)
        if clock.state is ClockState.PAUSED:
            return (said["paused_late"] if clock.breached else said["paused_now"]).format(left=left)
        form = said["overdue"] if clock.breached else said["running"]
        return form.format(due=self._moment(clock.due) if clock.due else "", left=left)

    def _ran(self, ran: tuple[Ran, ...]) -> str:
        return ", ".join(map(self._stretch, ran)) or "0"

    def _stretch(self, ran: Ran) -> str:
        if ran.first == ran.last:
            return f"{self._day(ran.first)} {_clock(ran.each)}"
        days = self.words.said["days"].format(first=self._day(ran.first), last=self._day(ran.last))
        return f"{days} {_clock(ran.each)} {self.words.said['each']}"

    def _stop(self, stop: Stop) -> str:
        said = self.words.said
        begun = self.words.stops.get(stop.begin, said["stopped_otherwise"]).format(who=stop.begun_by)
        name = said["paused"] if stop.is_pause else said["stood"]
        since = self._moment(stop.since)
        if stop.until is None or stop.end is None:
            return f"{name} {said['since'].format(since=since)}: {begun}, {said['no_answer']}"
        ended = self.words.goes_on.get(stop.end, said["went_on"]).format(who=stop.ended_by)
        until, open_time = self._moment(stop.until), _length(stop.open_time)
        return f"{name} {said['stretch'].format(since=since, until=until, open=open_time)}: {begun}, {ended}"

    def _turn(self, turn: Turn) -> str:
        names = self.words.priorities
        late = f" ({self.words.said['reclassified']})" if turn.reclassified else ""
        changed = self.words.said["turn"].format(
            when=self._moment(turn.at), who=turn.by, before=names[turn.before], after=names[turn.after]
        )
        return f"{changed}{late}"

    def _day(self, day: date) -> str:
        return f"{self.words.days[day.weekday()]} {day.day} {self.words.months[day.month - 1]}"

    def _moment(self, moment: datetime) -> str:
        local = moment.astimezone(self.zone)
        seconds = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
        return f"{self._day(local.date())} {seconds}"


def _length(time: timedelta) -> str:
    """Business time in hours: "8 h", "7:30 h", "0:00:20 h"."""
    shown = _clock(time)
    return f"{shown.removesuffix(':00')} h" if shown.count(":") == 1 else f"{shown} h"


def _clock(time: timedelta) -> str:
    """ "7:30", and with seconds where there are any."""
    seconds = int(time.total_seconds())
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours}:{minutes:02}" + (f":{seconds % 60:02}" if seconds % 60 else "")


EN = Words(
    days=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    goals={
        Goal.FIRST_RESPONSE: "First response",
        Goal.NEXT_RESPONSE: "Next response",
        Goal.RECOVERY: "Recovery",
    },
    priorities={priority: priority.words for priority in Priority},
    begins={
        Kind.OPENED: "mail landed",
        Kind.CUSTOMER_WROTE: "{who} wrote again",
        Kind.REOPENED: "{who} opened it again",
    },
    stops={
        Kind.ASKED: "{who} asked the customer",
        Kind.RESOLVED: "{who} resolved it",
        Kind.CANCELLED: "{who} cancelled it",
    },
    goes_on={
        Kind.CUSTOMER_WROTE: "{who} answered",
        Kind.BOUNCED: "the question came back undelivered",
        Kind.MAIL_FAILED: "the question could not be delivered",
        Kind.TAKEN: "{who} took it up again",
        Kind.REOPENED: "{who} opened it again",
    },
    said={
        "nothing": "Nothing is promised for this ticket: an improvement has a budget and no clocks.",
        "running": "due {due}, {left} left",
        "overdue": "overdue since {due}, by {left}",
        "paused_now": "paused, {left} left",
        "paused_late": "paused, over by {left}",
        "kept": "kept; stopped {when} with {left} to spare",
        "missed": "missed by {left}; stopped {when}",
        "void": "no longer counts: the ticket was cancelled",
        "contract": "contract {name}",
        "everybody": "as promised to everybody",
        "target": "target",
        "ran": "ran",
        "each": "each",
        "days": "{first} to {last}",
        "paused": "paused",
        "stood": "stood still",
        "since": "since {since}",
        "stretch": "{since} to {until} ({open} of open time)",
        "no_answer": "no answer yet",
        "stopped_otherwise": "{who} stopped it",
        "went_on": "{who} set it going again",
        "turn": "{who} changed the priority from {before} to {after} {when}",
        "reclassified": "the date it gave had already passed: reclassified",
        "closed": "closed",
        "due": "due",
        "sealed": "it has ended, and stays judged by the hours and the contract of that moment",
    },
)

NL = Words(
    days=("ma", "di", "wo", "do", "vr", "za", "zo"),
    months=("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"),
    goals={
        Goal.FIRST_RESPONSE: "Eerste reactie",
        Goal.NEXT_RESPONSE: "Volgende reactie",
        Goal.RECOVERY: "Oplossing",
    },
    priorities=dict(zip(Priority, ("Urgent", "Hoog", "Gemiddeld", "Laag", "Verbetering"), strict=True)),
    begins={
        Kind.OPENED: "mail binnengekomen",
        Kind.CUSTOMER_WROTE: "{who} schreef opnieuw",
        Kind.REOPENED: "{who} heropende de melding",
    },
    stops={
        Kind.ASKED: "{who} stelde de klant een vraag",
        Kind.RESOLVED: "{who} loste het op",
        Kind.CANCELLED: "{who} annuleerde het",
    },
    goes_on={
        Kind.CUSTOMER_WROTE: "{who} antwoordde",
        Kind.BOUNCED: "de vraag kwam onbestelbaar terug",
        Kind.MAIL_FAILED: "de vraag kon niet worden bezorgd",
        Kind.TAKEN: "{who} pakte het weer op",
        Kind.REOPENED: "{who} heropende de melding",
    },
    said={
        "nothing": "Voor deze melding is niets beloofd: een verbetering heeft een begroting en geen klokken.",
        "running": "uiterlijk {due}, nog {left}",
        "overdue": "te laat sinds {due}, met {left}",
        "paused_now": "gepauzeerd, nog {left}",
        "paused_late": "gepauzeerd, {left} te laat",
        "kept": "gehaald; gestopt {when} met {left} over",
        "missed": "gemist met {left}; gestopt {when}",
        "void": "telt niet meer: de melding is geannuleerd",
        "contract": "contract {name}",
        "everybody": "zoals aan iedereen beloofd",
        "target": "beloofd",
        "ran": "liep",
        "each": "per dag",
        "days": "{first} t/m {last}",
        "paused": "gepauzeerd",
        "stood": "stond stil",
        "since": "sinds {since}",
        "stretch": "{since} tot {until} ({open} open tijd)",
        "no_answer": "nog geen antwoord",
        "stopped_otherwise": "{who} zette haar stil",
        "went_on": "{who} zette haar weer in gang",
        "turn": "{who} veranderde de prioriteit van {before} in {after} {when}",
        "reclassified": "de datum die dat gaf was al voorbij: geherclassificeerd",
        "closed": "gesloten",
        "due": "uiterlijk",
        "sealed": "de klok is gestopt en blijft beoordeeld naar de uren en het contract van dat moment",
    },
)

WORDS = {"nl": NL, "en": EN}
