"""`helpdesk report`: a month in figures, for people, spreadsheets and other programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from terminal.call import Call
from terminal.moments import in_utc
from terminal.reading import opened

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from config import Config
    from desk.reach import Reach
    from sla.report import Figures, Lengths


@click.command()
@click.option(
    "--month", metavar="YYYY-MM", help="Which month, by the desk's clocks.  Default: this one, so far."
)
@click.option("--client", help="Only this client, by the name of the contract or the domain.")
@click.option("--desk", help="Only the tickets of this desk, where there are several.")
@click.option("--csv", "form", flag_value="csv", help="A row for each client, for a spreadsheet.")
@click.option(
    "--json", "form", flag_value="json", help="One JSON object a line for each client; times in UTC."
)
@click.pass_obj
def report(call: Call, month: str | None, client: str | None, desk: str | None, form: str | None) -> None:
    """Say what came in and went out, which promises were kept, how long it took, what is open, what was
    worked, and what clients were asked to approve.

    All clients together come first, then each.  A promise counts in the month in which it was decided.
    Only reads, also beside a running desk.

    Example: helpdesk report --month 2026-11 --desk Sales --csv > november.csv
    """
    from settings.promised import policy_of
    from sla.month import month_of
    from sla.report import report_of

    config = call.settings()
    now = call.now()
    try:
        begin, end = month_of(month or "", config.desk.timezone, now=now)
    except ValueError as wrong:
        raise click.BadParameter(str(wrong), param_hint="--month") from wrong
    with opened(config) as db:
        reach = _reach(config, desk)
        found = report_of(db, policy_of(config), begin=begin, end=end, now=now, reach=reach)
    click.echo(_FORMS[form or ""](_only(found, client), config.desk.timezone), nl=False)


def _reach(config: Config, desk: str | None) -> Reach:
    from desk.reach import EVERYTHING, reach_of

    if desk is None:
        return EVERYTHING
    first = {config.desk.name.lower(): ""}
    known = first | {each.name.lower(): each.name for each in config.desks}
    if desk.lower() not in known:
        names = ", ".join([config.desk.name, *(each.name for each in config.desks)])
        raise click.BadParameter(f"there is no desk {desk!r}; there is {names}", param_hint="--desk")
    return reach_of(frozenset({known[desk.lower()]}), frozenset(known.values()))


def _only(found: Sequence[Figures], client: str | None) -> list[Figures]:
    if client is None:
        return list(found)
    chosen = [figures for figures in found if (figures.client or "").lower() == client.lower()]
    if not chosen or not client:
        names = ", ".join(figures.client for figures in found if figures.client) or "nobody"
        raise click.BadParameter(f"nothing happened for {client!r}; there is {names}", param_hint="--client")
    return chosen


def _page(found: Sequence[Figures], zone: ZoneInfo) -> str:
    head = f"{found[0].begin.astimezone(zone):%B %Y}"
    found = found[:1] if [figures.client for figures in found[1:]] == [""] else found  # nobody has a contract
    parts = ["\n".join([_name(figures), *(f"  {line}" for line in _lines(figures))]) for figures in found]
    return "\n\n".join([head, *parts]) + "\n"


def _lines(figures: Figures) -> Iterator[str]:
    from bot.month import facts

    yield from (f"{name:<24}{value}" for name, value in facts(figures))


def _name(figures: Figures) -> str:
    return "All clients" if figures.client is None else figures.client or "(no client)"


def _csv(found: Sequence[Figures], _zone: ZoneInfo) -> str:
    rows = [_flat(figures) for figures in found]
    page = io.StringIO()
    writer = csv.DictWriter(page, list(rows[0]), lineterminator="\r\n")  # RFC 4180
    writer.writeheader()
    writer.writerows({name: _tame(value) for name, value in row.items()} for row in rows)
    return page.getvalue()


def _tame(value: Any) -> Any:
    """A spreadsheet takes text that begins like this for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t")) else value


def _flat(figures: Figures) -> dict[str, Any]:
    from desk.breach import BreachReason
    from desk.priority import Priority
    from sla.report import PROMISED, Rate

    row = _head(figures)
    for goal in PROMISED:
        for priority in Priority:
            rate = figures.rates.get((goal, priority), Rate(0, 0))
            row[f"{goal}_{priority}_kept"], row[f"{goal}_{priority}_decided"] = rate.kept, rate.decided
    for goal in PROMISED:
        row |= {f"{goal}_{name}": value for name, value in _minutes(figures.times[goal]).items()}
    for reason in (*BreachReason, None):
        row[f"broken_{reason or 'no_reason_given'}"] = figures.reasons.get(reason, 0)
    row |= {f"open_{name}": value for name, value in _minutes(figures.ages).items()}
    return row | _money(figures) | {f"helped_{name}": count for name, count in _helped(figures).items()}


def _json(found: Sequence[Figures], _zone: ZoneInfo) -> str:
    return "".join(json.dumps(_object(figures), ensure_ascii=False) + "\n" for figures in found)


def _object(figures: Figures) -> dict[str, Any]:
    rates = [
        {"goal": str(goal), "priority": str(priority), "kept": rate.kept, "decided": rate.decided}
        for (goal, priority), rate in figures.rates.items()
    ]
    return _head(figures) | {
        "promises": rates,
        "broken": {str(reason or "no_reason_given"): count for reason, count in figures.reasons.items()},
        "took": {str(goal): _minutes(lengths) for goal, lengths in figures.times.items()},
        "open": _minutes(figures.ages),
        "money": _money(figures),
        "helped": _helped(figures),
    }


def _head(figures: Figures) -> dict[str, Any]:
    return {
        "client": "*" if figures.client is None else figures.client,
        "begin": in_utc(figures.begin),
        "end": in_utc(figures.end),
        "opened": figures.opened,
        "resolved": figures.resolved,
        "cancelled": figures.cancelled,
    }


def _helped(figures: Figures) -> dict[str, int]:
    return {"good": figures.helped.kept, "answers": figures.helped.decided}


def _money(figures: Figures) -> dict[str, Any]:
    """Amounts as text: a number with a point is no money."""
    of = figures.money
    return {
        "logged_minutes": of.logged,
        "billable_minutes": of.billable,
        "billable_eur": f"{of.amount:.2f}",
        "budget_approved_minutes": of.approved,
        "budget_used_minutes": of.used,
        "waiting_approvals": of.waiting,
        "waiting_eur": f"{of.waiting_amount:.2f}",
    }


def _minutes(lengths: Lengths | None) -> dict[str, Any]:
    if lengths is None:
        return {"count": 0, "median_minutes": None, "p90_minutes": None, "longest_minutes": None}
    spans = {"median": lengths.middle, "p90": lengths.most, "longest": lengths.longest}
    return {"count": lengths.count} | {
        f"{name}_minutes": round(span.total_seconds() / 60, 2) for name, span in spans.items()
    }


_FORMS: dict[str, Callable[[Sequence[Figures], ZoneInfo], str]] = {"": _page, "csv": _csv, "json": _json}
