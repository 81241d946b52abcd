"""A desk that was worked in for weeks, as rows that a database of any released schema can be filled with."""

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, inspect, select

import config
from rehearsal import reading
from rehearsal.desk import opened
from rehearsal.playing import play_at
from store import tables
from store.database import Database

Rows = Mapping[str, Sequence[Mapping[str, Any]]]

_MADE_ANEW = frozenset({"texts"})
"""What the migration fills, or the desk beside each event, in another way on each engine."""


def lived_in(customers: int = 7) -> tuple[Rows, datetime]:
    """All rows at the end, and when that is: tickets that are new, worked, noted on, waiting, warned about,
    resolved by hand and by silence, closed; and a mail that is held."""
    said = reading.parse(_scenario(customers))
    settings = config.load_rehearsed(None, {}, reading.overrides(said))
    scenario = reading.read(said, settings.desk.timezone)
    with opened(settings, scenario) as desk:
        deque(play_at(desk, scenario, settings), maxlen=0)
        with desk.db.read() as session:
            rows = {
                table.name: [dict(row._mapping) for row in session.execute(select(table))]
                for table in tables.metadata.sorted_tables
                if table.name not in _MADE_ANEW
            }
    return rows, scenario.until


def _scenario(customers: int) -> str:
    return "\n".join(["start: 2026-11-02T09:00", "steps:", *_steps(customers), "until: +11d"])


def _steps(customers: int) -> Iterator[str]:
    for n in range(customers):
        mail = f"from: Klant {n} <klant{n}@bedrijf{n}.example>, subject: Zaak {n} ☕, text: Het doet niets."
        yield f"  - {{at: +10m, as: t{n}, mail: {{{mail}}}}}"
        yield f"  - {{at: +1m, click: {{ticket: t{n}, by: Sanne, do: take}}}}" if n % 2 else ""
        then = ("keep", "ask", "resolve")[n % 3]
        yield (
            f"  - {{at: +5m, reply: {{ticket: t{n}, by: Sanne, text: Kijk nog eens, then: {then}}}}}"
            if n % 4
            else ""
        )
        yield f"  - {{at: +1m, note: {{ticket: t{n}, by: Sanne, text: Een notitie.}}}}" if n % 3 == 0 else ""
        answer = f"from: klant{n}@bedrijf{n}.example, answers: t{n}, text: Dank u wel."
        yield f"  - {{at: +30m, mail: {{{answer}}}}}" if n % 4 == 2 else ""
    yield "  - {at: +1d, mail: {from: vreemd@elders.example, subject: 'Re: [HD-2] Zaak', text: Ik ook.}}"


def columns_of(db: Database) -> dict[str, frozenset[str]]:
    """The columns that each table has as the database is now."""
    seen = inspect(db.engine)
    known = [table.name for table in tables.metadata.sorted_tables]
    return {
        name: frozenset(column["name"] for column in seen.get_columns(name))
        for name in seen.get_table_names()
        if name in known
    }


def of_ticket(rows: Rows, number: int) -> Rows:
    """What is about one ticket, but for the raw mails behind it."""
    about = {"tickets": "number", **dict.fromkeys(_ABOUT_TICKETS, "ticket")}
    return {name: [row for row in rows[name] if row[key] == number] for name, key in about.items()}


def of_none(rows: Rows) -> Rows:
    """The rest.  Raw mails know no ticket before it is there."""
    apart = {"tickets", *_ABOUT_TICKETS}
    rest = {name: each for name, each in rows.items() if name not in apart}
    return rest | {"inbox": [row | {"ticket": None} for row in rows["inbox"]]}


_ABOUT_TICKETS = ("cards", "events", "outbox", "emails")


def put(db: Database, rows: Rows, columns: Mapping[str, frozenset[str]]) -> None:
    """Write them with these columns alone, as a desk did that knew no others."""
    with db.change() as session:
        for table in tables.metadata.sorted_tables:
            known = columns.get(table.name, frozenset())
            for row in rows.get(table.name, ()) if known else ():
                facts = {name: value for name, value in row.items() if name in known}
                session.execute(table.insert().values(facts))


def kept(db: Database, table: Table, columns: Collection[str]) -> list[tuple[Any, ...]]:
    """What stands there now, in these columns."""
    chosen = [table.c[name] for name in sorted(columns)]
    with db.read() as session:
        return sorted(map(tuple, session.execute(select(*chosen))), key=repr)
