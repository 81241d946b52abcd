"""Plays a scenario: from moment to moment, each thing at its own time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from email.utils import parseaddr

from config import Config
from desk.errors import DeskError
from rehearsal import ending, letters
from rehearsal.desk import RehearsedDesk, opened
from rehearsal.diary import Line
from rehearsal.reading import NUMBERED
from rehearsal.scenario import Click, Mail, Outage, Remark, Road, Scenario, ScenarioRefused, Step
from store import emails, tickets
from store.emails import Direction


def play(scenario: Scenario, config: Config) -> Iterator[Line]:
    """Every line of what happens, in the order of time, and at the end how each ticket stands.

    Raises ScenarioRefused where a step is about a ticket that is not there."""
    with opened(config, scenario) as desk:
        yield from play_at(desk, scenario, config)
        yield from ending.stands(desk, at=scenario.until)


def play_at(desk: RehearsedDesk, scenario: Scenario, config: Config) -> Iterator[Line]:
    """Every line of what happens at that desk.  Raises ScenarioRefused, as above."""
    player = _Player(desk, config)
    for step in scenario.steps:
        yield from player.run_to(step.at, inclusive=False)
        player.do(step)
        yield from desk.diary.take()
    yield from player.run_to(scenario.until, inclusive=True)
    desk.settle()
    yield from desk.diary.take()


class _Player:
    def __init__(self, desk: RehearsedDesk, config: Config) -> None:
        self._desk = desk
        self._address = config.desk.address
        self._prefix = config.desk.prefix
        self._names: dict[str, int] = {}
        self._unread: dict[int, Step] = {}

    def run_to(self, moment: datetime, *, inclusive: bool) -> Iterator[Line]:
        """Let the desk do what is due before that moment (or at it too), each thing at its own time."""
        desk = self._desk
        if (desk.clock() < moment or inclusive) and desk.is_due():
            self._settle()
            yield from desk.diary.take()
        while (due := desk.next_due()) is not None and (due < moment or (inclusive and due == moment)):
            desk.clock.at = due
            self._settle()
            yield from desk.diary.take()
        desk.clock.at = max(moment, desk.clock.at)

    def do(self, step: Step) -> None:
        """Let happen what the step says, and the desk do what follows at once."""
        match step.what:
            case Mail() as mail:
                self._mail(mail, step)
            case Click() as click:
                self._click(click, step)
            case Remark(text):
                self._desk.diary.write("note", text=text)
            case Outage(of, until):
                for road in of:
                    self._desk.outages.begin(road, until)
                    self._desk.diary.write("outage", of=road.value, change="began", until=until)
        self._end_outages()
        self._desk.errands()
        self._read()

    def _settle(self) -> None:
        self._end_outages()
        self._desk.settle()
        self._read()

    def _end_outages(self) -> None:
        for road in self._desk.outages.ended():
            self._desk.diary.write("outage", of=road.value, change="ended")

    def _mail(self, mail: Mail, step: Step) -> None:
        answers, subject = self._answered(mail, step)
        try:
            raw = letters.write(
                mail, number=step.number, to=self._address, subject=subject, answers=answers,
                at=self._desk.clock(),
            )  # fmt: skip
        except (ValueError, LookupError, AttributeError) as error:
            raise ScenarioRefused(f"Step {step.number}: that is no mail: {error}.") from None
        self._unread[self._desk.arrives(raw)] = step

    def _answered(self, mail: Mail, step: Step) -> tuple[str | None, str]:
        """The Message-ID of what it answers, and its subject."""
        if not mail.answers:
            return None, mail.subject or ""
        number = self._number(mail.answers, step)
        with self._desk.db.read() as session:
            mailed = emails.of_ticket(session, number)
            ticket = tickets.get(session, number)
        ours = next((each for each in reversed(mailed) if each.direction is Direction.OUT), None)
        tagged = ours.subject if ours else f"[{self._prefix}-{number}] {ticket.subject}"
        again = tagged if tagged.lower().startswith("re:") else f"Re: {tagged}"
        return (f"<{ours.message_id}>" if ours else None), again if mail.subject is None else mail.subject

    def _click(self, click: Click, step: Step) -> None:
        number, desk = self._number(click.ticket, step), self._desk
        try:
            if desk.outages.of(Road.DESK):
                raise DeskError("The desk does not answer.")
            before = desk.diary.version_of(number)
            desk.acting.act(click, number)
        except DeskError as refused:
            desk.diary.rolled_back()
            reason = str(refused)
        else:
            if desk.diary.version_of(number) > before:
                return
            reason = "Nothing changed: it was so already."
        desk.diary.write("refused", number, by=click.by, do=str(click.do), reason=reason, step=step.number)

    def _number(self, wanted: str, step: Step) -> int:
        numbered = NUMBERED.fullmatch(wanted)
        number = self._names.get(wanted.lower()) or (int(numbered[1]) if numbered else 0)
        if self._desk.diary.version_of(number):
            return number
        last = self._desk.diary.count
        known = f"named: {', '.join(self._names)}; " if self._names else ""
        there = f"numbers 1 to {last}" if last else "none is open yet"
        raise ScenarioRefused(
            f"Step {step.number}: there is no ticket {wanted!r} at that time; {known}{there}."
        )

    def _read(self) -> None:
        """Say what became of the mails that were read."""
        for kept, step in list(self._unread.items()):
            became = self._desk.became(kept)
            if became is None:
                continue
            del self._unread[kept]
            state, number, remark = became
            if step.name and number is not None:
                self._names[step.name.lower()] = number
                self._desk.diary.names.setdefault(number, step.name)
            assert isinstance(step.what, Mail)
            self._desk.diary.write(
                "received", number, sender=parseaddr(step.what.sender)[1], became=remark or str(state),
                arrived_at=step.at, step=step.number, name=step.name or None,
            )  # fmt: skip
