"""What a soak showed: a table of its minutes, and what came of each demand, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles

from _watching import a_minute, rates, strays

MOST_MEMORY, MOST_GROWTH, MOST_LOG = 250, 1, 64
"""MB; MB a minute; MB."""

MOST_STRAY = 2
"""Open files and threads more or fewer than in the middle of the time."""

SLOWER, UNSEEN = 1.5, 20
"""Clicks are as fast as before when they take at most so many times as long, or so many ms more."""

LATE, BEHIND = 1_000, 2
"""A mail that is taken so many ms after its moment was put off; seconds' worth of mails that may wait."""

BUSY, SLOW = 0.5, 20
"""The measuring process stands in the way when it takes so much of a core, or answers in so many ms."""

HEAD = (
    "minute | mails | late, p95 | clicks | p50 | p95 | p99 | desk | reader | files | threads | log | unread |"
    " cards | lines | mails owed | desk's cores"
)

Point = tuple[float, float]
Look = Mapping[str, float]


@dataclass(frozen=True)
class Asked:
    """warm_up, pace: in seconds; rate: mails a second."""

    minutes: float
    rate: float
    pace: float
    warm_up: float


@dataclass
class Noted:
    """What happened, each with the second it was planned for.  lateness, clicks: in milliseconds, how late
    mails were taken and how long clicks took.  emptied: seconds until the last mail was read, afterwards."""

    lateness: list[Point] = field(default_factory=list)
    clicks: list[Point] = field(default_factory=list)
    looks: list[dict[str, float]] = field(default_factory=list)
    refused: int = 0
    tickets: int = 0
    emptied: float = 0


def by_minute(noted: Noted) -> list[dict[str, float]]:
    last = int(max(look["at"] for look in noted.looks) // 60)
    return [_minute(noted, number) for number in range(last + 1) if _within(noted, number)]


def _within(noted: Noted, number: int) -> list[dict[str, float]]:
    return [look for look in noted.looks if look["at"] // 60 == number]


def _minute(noted: Noted, number: int) -> dict[str, float]:
    late, times = (
        [value for at, value in each if at // 60 == number] for each in (noted.lateness, noted.clicks)
    )
    looks = _within(noted, number)
    figures = {name: looks[-1][name] for name in ("waiting", "cards", "lines", "mails")}
    middles = {name: median(_all(looks, name)) for name in ("memory", "reader", "files", "threads")}
    log = max(_all(looks, "log"))
    cores = rates(_all(looks, "at"), _all(looks, "processor"))
    return {"minute": number + 1, "taken": len(late), "late": _share(late, 95), "clicks": len(times)} | {
        **{f"p{share}": _share(times, share) for share in (50, 95, 99)},
        **middles,
        **figures,
        "log": log,
        "cores": median(cores) if cores else 0.0,
    }


def table_of(minutes: Sequence[Mapping[str, float]]) -> str:
    rows = [
        f"| {row['minute']} | {row['taken']} | {row['late']:.0f} ms | {row['clicks']} | {row['p50']:.0f} ms "
        f"| {row['p95']:.0f} ms | {row['p99']:.0f} ms | {row['memory']:.0f} MB | {row['reader']:.0f} MB "
        f"| {row['files']:.0f} | {row['threads']:.0f} | {row['log']:.1f} MB | {row['waiting']:.0f} "
        f"| {row['cards']:.0f} | {row['lines']:.0f} | {row['mails']:.0f} | {row['cores']:.1f} |"
        for row in minutes
    ]
    return "\n".join([f"| {HEAD} |", "|" + "---|" * (HEAD.count("|") + 1), *rows])


def verdicts(noted: Noted, asked: Asked) -> list[str]:
    """What came of each demand, of the time after the warm-up."""
    warm = [look for look in noted.looks if look["at"] >= asked.warm_up]
    lines = [*_of_memory(warm), *_of_handles(warm), *_of_log(warm), *_of_clicks(noted, asked)]
    lines += [*_of_mails(noted, warm, asked), *_of_measuring(warm)]
    return [f"{'holds' if holds else 'FAILS'}: {words}" for holds, words in lines]


Verdict = tuple[bool, str]


def _of_memory(warm: Sequence[Look]) -> Iterator[Verdict]:
    both = [look["memory"] + look["reader"] for look in warm]
    moments = _all(warm, "at")
    grows = a_minute(moments, both)
    desk, reader = (a_minute(moments, _all(warm, name)) for name in ("memory", "reader"))
    yield (
        max(both) <= MOST_MEMORY,
        f"the desk and its reader take {max(both):.0f} MB at the most ({MOST_MEMORY} allowed)",
    )
    yield (
        grows <= MOST_GROWTH,
        f"memory grows by {grows:.2f} MB a minute ({MOST_GROWTH} allowed): "
        f"the desk by {desk:.2f}, its reader by {reader:.2f}",
    )


def _of_handles(warm: Sequence[Look]) -> Iterator[Verdict]:
    for name, words in (("files", "open files"), ("threads", "threads")):
        values = _all(warm, name)
        span = f"{min(values):.0f} to {max(values):.0f} {words}, {median(values):.0f} in the middle"
        yield strays(values) <= MOST_STRAY, f"{span} (two more or fewer allowed)"


def _of_log(warm: Sequence[Look]) -> Iterator[Verdict]:
    longest = max(_all(warm, "log"))
    yield longest <= MOST_LOG, f"the write-ahead log has {longest:.1f} MB at the most ({MOST_LOG} allowed)"


def _of_clicks(noted: Noted, asked: Asked) -> Iterator[Verdict]:
    """The last third of the time beside the first."""
    warm = [(at, value) for at, value in noted.clicks if at >= asked.warm_up]
    third = len(warm) // 3
    first, last = (_share([value for _, value in part], 95) for part in (warm[:third], warm[-third:]))
    flat = last <= max(SLOWER * first, first + UNSEEN)
    whole = [value for _, value in warm]
    figures = ", ".join(f"p{share} {_share(whole, share):.0f} ms" for share in (50, 95, 99))
    yield (
        flat,
        f"95 of 100 clicks take {first:.0f} ms in the first third and {last:.0f} ms in the last ({figures})",
    )


def _of_mails(noted: Noted, warm: Sequence[Look], asked: Asked) -> Iterator[Verdict]:
    late = _share([value for _, value in noted.lateness], 99)
    yield (
        late <= LATE,
        f"99 of 100 mails are taken within {late:.0f} ms of their moment; {noted.refused} refused",
    )
    most = max(_all(warm, "waiting"))
    yield (
        warm[-1]["waiting"] <= BEHIND * asked.rate,
        f"{most:.0f} mails wait to be read at the most, {warm[-1]['waiting']:.0f} at the end; "
        f"all are read {noted.emptied:.1f} s later",
    )
    yield (
        noted.tickets == len(noted.lateness),
        f"{len(noted.lateness)} mails were taken and became {noted.tickets} tickets",
    )


def _of_measuring(warm: Sequence[Look]) -> Iterator[Verdict]:
    share = median(rates(_all(warm, "at"), _all(warm, "measuring")))
    answers = _share(_all(warm, "workspace"), 95)
    yield (
        share <= BUSY and answers <= SLOW,
        f"the workspace and the mailman take {share:.2f} of a core and answer in {answers:.0f} ms "
        f"(95 of 100): they would stand in the way beyond {BUSY} of one and {SLOW} ms",
    )


def _all(looks: Sequence[Look], name: str) -> list[float]:
    return [look[name] for look in looks]


def _share(values: Sequence[float], share: int) -> float:
    """The value that so many of a hundred do not exceed."""
    if len(values) < 2:
        return values[0] if values else 0.0
    return quantiles(values, n=100, method="inclusive")[share - 1]
