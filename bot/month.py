"""A month or a week in figures, for leads: as words, as pictures, and as lines for a terminal too."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot import blocks
from bot.blocks import Block, Post, escape, one_line, plain
from bot.words import business, elapsed, plural
from desk import money, span
from desk.priority import Priority
from sla.billed import Money
from sla.month import name_of
from sla.policy import Goal
from sla.report import PROMISED, Figures, Lengths, Rate

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_CLIENTS = 20
"""Clients that a message names; the others are counted, and stand in `helpdesk report`."""

_COLUMNS = 10
"""Facts that one block of Slack's takes."""

_NO_REASON = "no reason given"


def facts(figures: Figures) -> Iterator[tuple[str, str]]:
    """What the figures say, each a name and its value in plain words."""
    yield "Came in", _counts(figures)
    for goal in PROMISED:
        yield f"{goal.words} in time", _rate(figures, goal)
    for goal in PROMISED:
        yield f"{goal.words} took", _took(figures.times[goal])
    if figures.reasons:
        yield "Promises broken", _reasons(figures)
    yield "Open at the end", _ages(figures.ages)
    yield from _money(figures.money)
    if figures.helped.decided:
        yield "Helped well", _helped(figures.helped)


def draw(found: Sequence[Figures], stretch: str) -> Post:
    """The message: found is what sla.report says, all clients first (or the one that was asked for).
    stretch: what the month or the week is called."""
    first, clients = found[0], found[1:]
    title = f"{stretch}{'' if first.client is None else f': {first.client or _NOBODY}'}"
    drawn = [blocks.header(title), *_pairs(first), *_pictures(first)]
    if clients:
        drawn += [blocks.section("*By client*"), _table(clients[:_CLIENTS])]
    more = len(clients) - _CLIENTS
    if more > 0:
        drawn.append(blocks.context(plain(f"and {plural(more, 'client')} more: helpdesk report names all")))
    return Post(
        f"{escape(title)}: {escape('; '.join(f'{name} {value}' for name, value in facts(first)))}", drawn
    )


def title_of(figures: Figures, zone: ZoneInfo) -> str:
    """November 2026."""
    return named(name_of(figures.begin, zone))


def named(month: str) -> str:
    """What people call it: November 2026 for 2026-11."""
    year, _, number = month.partition("-")
    return f"{_MONTHS[int(number) - 1]} {year}"


def week_of(figures: Figures, zone: ZoneInfo) -> str:
    """The week of 23 to 29 November 2026."""
    first, last = (at.astimezone(zone) for at in (figures.begin, figures.end - timedelta(hours=12)))
    month = "" if first.month == last.month else f" {_MONTHS[first.month - 1]}"
    return f"The week of {first.day}{month} to {last.day} {_MONTHS[last.month - 1]} {last.year}"


_NOBODY = "(no client)"


def _pairs(figures: Figures) -> list[Block]:
    pairs = [(name, escape(value)) for name, value in facts(figures)]
    return [blocks.fields(pairs[begin : begin + _COLUMNS]) for begin in range(0, len(pairs), _COLUMNS)]


def _pictures(figures: Figures) -> Iterator[Block]:
    """One bar for each priority and promise; the words beside it say the same."""
    for goal in PROMISED:
        rates = {priority: rate for (of, priority), rate in figures.rates.items() if of is goal}
        if rates:
            yield _bars(f"{goal.words}: kept and broken", rates)


def _bars(title: str, rates: dict[Priority, Rate]) -> Block:
    names = [priority.words for priority in rates]
    kept = [{"label": name, "value": rate.kept} for name, rate in zip(names, rates.values(), strict=True)]
    broken = [
        {"label": name, "value": rate.decided - rate.kept}
        for name, rate in zip(names, rates.values(), strict=True)
    ]
    series = [{"name": "In time", "data": kept}, {"name": "Too late", "data": broken}]
    axis = {"categories": names, "y_label": "Promises"}
    chart = {"type": "bar", "series": series, "axis_config": axis}
    return {"type": "data_visualization", "title": title, "chart": chart}


def _table(clients: Sequence[Figures]) -> Block:
    head = ("Client", "Came in", "Resolved", "Open", *(f"{goal.words} in time" for goal in PROMISED))
    rows = [head, *(_row(figures) for figures in clients)]
    if any(figures.money.logged for figures in clients):
        billed = ("Billable", *(_billed(figures.money) for figures in clients))
        rows = [(*row, cell) for row, cell in zip(rows, billed, strict=True)]
    return {"type": "table", "rows": [_cells(row) for row in rows]}


def _row(figures: Figures) -> tuple[str, ...]:
    still = figures.ages.count if figures.ages else 0
    rates = (_short(figures.rate(goal)) for goal in PROMISED)
    name = one_line(figures.client or _NOBODY, 100)
    return (name, str(figures.opened), str(figures.resolved), str(still), *rates)


def _billed(of: Money) -> str:
    return f"{span.words(of.billable)}: {money.euros(of.amount)}" if of.billable else "-"


def _cells(words: Sequence[str]) -> list[Block]:
    return [{"type": "raw_text", "text": word} for word in words]


def _short(rate: Rate) -> str:
    return f"{rate.percent} %: {rate.kept} of {rate.decided}" if rate.decided else "-"


def _counts(figures: Figures) -> str:
    gone = f", {figures.cancelled} cancelled" if figures.cancelled else ""
    return f"{figures.opened}; {figures.resolved} resolved{gone}"


def _rate(figures: Figures, goal: Goal) -> str:
    rate = figures.rate(goal)
    if not rate.decided:
        return "Nothing decided yet"
    parts = (
        f"{priority.words.lower()} {each.kept} of {each.decided}"
        for (of, priority), each in figures.rates.items()
        if of is goal
    )
    return f"{rate.percent} %: {', '.join(parts)}"


def _took(lengths: Lengths | None) -> str:
    if lengths is None:
        return "Nothing yet"
    if lengths.count == 1:
        return business(lengths.middle)
    return f"half within {business(lengths.middle)}, nine of ten within {business(lengths.most)}"


def _helped(rate: Rate) -> str:
    return f"{rate.percent} %: {rate.kept} of {rate.decided} who answered"


def _reasons(figures: Figures) -> str:
    total = sum(figures.reasons.values())
    parts = (
        f"{reason.words.lower() if reason else _NO_REASON} {count}"
        for reason, count in figures.reasons.items()
    )
    return f"{total}: {', '.join(parts)}"


def _money(of: Money) -> Iterator[tuple[str, str]]:
    """Only what there is: many desks bill nothing."""
    if of.logged:
        billable = f"{span.words(of.billable)} billable, {money.euros(of.amount)} excl. VAT"
        yield "Time logged", f"{span.words(of.logged)}: {billable}"
    if of.approved:
        share = f"{span.words(of.used)} of {span.words(of.approved)} used ({of.share} %)"
        yield "Hours against budget", share
    if of.waiting:
        amount = f", {money.euros(of.waiting_amount)} excl. VAT" if of.waiting_amount else ""
        yield "Waiting for approval", f"{of.waiting}{amount}"


def _ages(lengths: Lengths | None) -> str:
    if lengths is None:
        return "Nothing"
    if lengths.count == 1:
        return f"1, {elapsed(lengths.longest)} old"
    return (
        f"{lengths.count}; half older than {elapsed(lengths.middle)}, the oldest {elapsed(lengths.longest)}"
    )
