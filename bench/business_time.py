"""Business time: operations a second of sla.hours beside two libraries, and how many answers are right.

./run bench business_time [--json] [--rounds N]
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from _engines import ENGINES, Desk, Engine
from _measuring import Rate, machine, machine_line, rate

DATA = Path(__file__).parent.parent / "tests" / "sla" / "data"
PROMISED = [timedelta(hours=hours) for hours in (8, 16, 40, 112)]
TIMED, LEAST_SECONDS = 200, 0.2
"""How many of the cases are timed, evenly spread over the file; how long a fast engine goes on with them."""


@dataclass(frozen=True)
class Case:
    start: datetime
    span: timedelta
    due: datetime
    end: datetime
    spent: timedelta


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--json", action="store_true", help="print one JSON object")
    arguments.add_argument("--rounds", type=int, default=5, help="how often each is timed (default: 5)")
    chosen = arguments.parse_args()
    result = measure(chosen.rounds)
    print(json.dumps(_as_json(result)) if chosen.json else "\n".join(_table(result)))


@dataclass(frozen=True)
class Result:
    """Rates by engine and question; right answers by engine, question and file."""

    rates: dict[str, dict[str, Rate]]
    right: dict[str, dict[str, tuple[int, int]]]


def measure(rounds: int) -> Result:
    office = Desk(time(9), time(17), (0, 1, 2, 3, 4), _published_days())
    mornings = Desk(time(0), time(12), tuple(range(7)), frozenset())
    engines: list[Engine] = [engine(office) for engine in ENGINES]
    questions = _questions(_cases("sla_cases.jsonl"), engines[0])
    # Each round asks everybody, so that a busy minute of the machine is everybody's.
    times: dict[str, dict[str, list[float]]] = {
        each.name: {name: [] for name in questions} for each in engines
    }
    for _ in range(rounds):
        for engine in engines:
            for name, ask in questions.items():
                times[engine.name][name].append(rate(partial(ask, engine), TIMED, at_least=LEAST_SECONDS))
    right: dict[str, dict[str, tuple[int, int]]] = {}
    for engine, kind in zip(engines, ENGINES, strict=True):
        ordinary = [*_cases("sla_cases.jsonl"), *_cases("sla_cases_seconds.jsonl")]
        right[engine.name] = {
            **_right(engine, ordinary, ""),
            **_right(kind(mornings), _cases("sla_cases_dst.jsonl"), ", clocks change while open"),
        }
    rates = {name: {ask: Rate(tuple(each)) for ask, each in asked.items()} for name, asked in times.items()}
    return Result(rates, right)


def _questions(cases: list[Case], ours: Engine) -> dict[str, Callable[[Engine], None]]:
    timed = cases[:: len(cases) // TIMED][:TIMED]
    promised = [(case.start, PROMISED[n % len(PROMISED)]) for n, case in enumerate(timed)]
    kept = [(start, ours.after(start, span)) for start, span in promised]
    return {
        "after, mixed": partial(_ask_after, [(case.start, case.span) for case in timed]),
        "between, mixed": partial(_ask_between, [(case.start, case.end) for case in timed]),
        "after, 8-112 h": partial(_ask_after, promised),
        "between, 8-112 h": partial(_ask_between, kept),
    }


def _ask_after(cases: list[tuple[datetime, timedelta]], engine: Engine) -> None:
    after = engine.after
    for start, span in cases:
        after(start, span)


def _ask_between(cases: list[tuple[datetime, datetime]], engine: Engine) -> None:
    between = engine.between
    for start, end in cases:
        between(start, end)


def _right(engine: Engine, cases: list[Case], where: str) -> dict[str, tuple[int, int]]:
    due = sum(_answer(engine.after, case.start, case.span) == case.due for case in cases)
    spent = sum(_answer(engine.between, case.start, case.end) == case.spent for case in cases)
    return {f"after{where}": (due, len(cases)), f"between{where}": (spent, len(cases))}


def _answer(question: Callable[..., Any], *facts: object) -> Any:
    try:
        return question(*facts)
    except ValueError:  # pandas, for times that clocks show twice or never
        return None


def _cases(name: str) -> list[Case]:
    unit = "seconds" if "seconds" in name else "minutes"
    with (DATA / name).open(encoding="utf-8") as lines:
        return [_case(json.loads(line), unit) for line in lines]


def _case(raw: dict[str, Any], unit: str) -> Case:
    start, due, end = (datetime.fromisoformat(raw[key]).astimezone(UTC) for key in ("start", "due", "end"))
    return Case(start, timedelta(**{unit: raw[unit]}), due, end, timedelta(**{unit: raw[f"elapsed_{unit}"]}))


def _published_days() -> frozenset[date]:
    published = json.loads((DATA / "nl_holidays_2015_2040.json").read_text(encoding="utf-8"))
    return frozenset(map(date.fromisoformat, published))


def _ratios(result: Result) -> dict[str, dict[str, float]]:
    """How many times as fast we are as each of the others, in the median round."""
    ours, *others = result.rates
    return {
        other: {
            ask: median(a / b for a, b in zip(result.rates[ours][ask].rounds, rates.rounds, strict=True))
            for ask, rates in result.rates[other].items()
        }
        for other in others
    }


def _table(result: Result) -> Iterable[str]:
    ours, *others = result.rates
    ratios = _ratios(result)
    yield "Business time: operations a second, median (lowest-highest), and how many times as fast we are"
    yield f"{TIMED} cases each, {_rounds(result)} rounds; {machine_line()}"
    yield from ("", f"{'':18}{ours:<28}" + "".join(f"{other:<36}" for other in others))
    for ask, own in result.rates[ours].items():
        beside = (f"{result.rates[other][ask]!s:<24}{ratios[other][ask]:>8,.0f} x  " for other in others)
        yield f"{ask:<18}{own!s:<28}" + " ".join(beside)
    yield from ("", "Right answers")
    for name, right in result.right.items():
        yield f"  {name}"
        yield from (f"    {ask:<44}{n:>6,} of {of:,}" for ask, (n, of) in right.items())


def _as_json(result: Result) -> dict[str, Any]:
    return {
        "measurement": "business_time",
        "machine": machine(),
        "cases": TIMED,
        "rounds": _rounds(result),
        "engines": {
            name: {
                "per_second": {ask: each.as_json() for ask, each in rates.items()},
                "right": {ask: {"right": n, "of": of} for ask, (n, of) in result.right[name].items()},
            }
            for name, rates in result.rates.items()
        },
        "times_as_fast_as": {
            other: {ask: round(times, 1) for ask, times in asked.items()}
            for other, asked in _ratios(result).items()
        },
    }


def _rounds(result: Result) -> int:
    return len(next(iter(next(iter(result.rates.values())).values())).rounds)


if __name__ == "__main__":
    main()
