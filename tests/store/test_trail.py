"""Whoever tampers with what happened is found out; what was erased by the rules is held against nobody."""

import random
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text

from desk.actor import Actor
from store import chain, erasing, tickets, trail
from store.chain import Head
from store.database import Database, Session
from store.erasing import Deed
from store.trail import Looked

At = Callable[[str], datetime]
OPERATOR = Actor.operator("olga")

FLIPS = (
    ("events", "kind", "'closed'"),
    ("events", "by_key", "'mallory@elsewhere.example'"),
    ("events", "by_name", "'Mallory'"),
    ("events", "by_role", "'lead'"),
    ("events", "by_door", "'link'"),
    ("events", "status", "'closed'"),
    ("events", "priority", "'urgent'"),
    ("events", "text", "text || '.'"),
    ("events", "key", "'made up'"),
    ("events", "detail", "'{\"forged\": 1}'"),
    ("events", "seq", "seq + 1000"),
    ("links", "leaf", "link"),
    ("links", "link", "leaf"),
    ("links", "salt", "leaf"),
    ("links", "words", "leaf, salt = NULL"),
    ("links", "seq", "seq + 1000"),
    ("links", "position", "position + 100000"),
)
"""A table, a column, and what stands there afterwards."""


@pytest.fixture
def busy(db: Database, a_ticket: Callable[..., int], sanne: Actor, at: At) -> list[int]:
    """Four tickets on which things happened, all of it in the chain."""
    numbers = [a_ticket(subject=f"Oven {place}") for place in range(4)]
    with db.change() as session:
        for number in numbers:
            ticket = tickets.get(session, number)
            ticket.take(by=sanne, at=at("mon 10:00"))
            ticket.ask("Which oven?", by=sanne, at=at("mon 10:05"))
            ticket.note("They are in a hurry.", by=sanne, at=at("mon 10:06"))
    grow(db)
    return numbers


def grow(db: Database) -> None:
    with db.change() as session:
        while chain.grow(session):
            pass


def looked(db: Database, *anchors: Head) -> Looked:
    with db.read() as session:
        return trail.look(session, anchors)


def end_of(db: Database) -> Head:
    with db.read() as session:
        return chain.head(session)


def found_after(db: Database, harm: Callable[[Session], object]) -> Looked:
    """What a look finds after that harm, which is undone again."""
    anchor = end_of(db)
    with db._begun(db._writer) as session:
        harm(session)
        return trail.look(session, [anchor])


def harm_of(dice: random.Random) -> Callable[[Session], object]:
    """Somebody flips, deletes, swaps or cuts off something."""
    table, column, other = dice.choice(FLIPS)
    order = "position" if table == "links" else "ticket, seq"
    kind, share = dice.choice(("flip", "delete", "swap", "cut")), dice.random()

    def harm(session: Session) -> None:
        lax = (
            "PRAGMA defer_foreign_keys = ON"
            if session.is_sqlite
            else "SET session_replication_role = replica"
        )
        session.execute(text(lax))
        columns = "position, 0" if table == "links" else "ticket, seq"
        rows = session.execute(text(f"SELECT {columns} FROM {table} ORDER BY {order}")).all()  # noqa: S608
        one, two = rows[int(share * len(rows))], rows[int(share * len(rows)) - 1]
        match kind:
            case "flip":
                _do(session, f"UPDATE {table} SET {column} = {_fit(session, column, other)}", table, one)  # noqa: S608
            case "delete":
                _do(session, f"DELETE FROM {table}", table, one)  # noqa: S608
            case "swap":
                _swap(session, table, one, two)
            case "cut":
                for row in rows[int(share * len(rows)) :]:
                    _do(session, f"DELETE FROM {table}", table, row)  # noqa: S608

    harm.__doc__ = f"{kind} {table}.{column} = {other} at {share:.3f}"
    return harm


def _fit(session: Session, column: str, other: str) -> str:
    return f"{other}::jsonb" if column == "detail" and not session.is_sqlite else other


def _do(session: Session, said: str, table: str, row: Any) -> None:
    which = "position = :a" if table == "links" else "ticket = :a AND seq = :b"
    session.execute(text(f"{said} WHERE {which}"), {"a": row[0], "b": row[1]})


def _swap(session: Session, table: str, one: Any, two: Any) -> None:
    """Each stands where the other stood."""
    names = ("position",) if table == "links" else ("ticket", "seq")
    for row, to in ((one, (-1, -1)), (two, one), ((-1, -1), two)):
        moved = ", ".join(f"{name} = {int(value)}" for name, value in zip(names, to, strict=False))
        _do(session, f"UPDATE {table} SET {moved}", table, row)  # noqa: S608


def test_where_nobody_tampered_nothing_is_found(db: Database, busy: list[int], at: At) -> None:
    seen = looked(db, end_of(db))
    assert (seen.places, seen.links, seen.unchained) == ((), 16, 0)
    with db.change() as session:
        tickets.get(session, busy[0]).note("Later.", by=OPERATOR, at=at("mon 11:00"))
    assert (looked(db).places, looked(db).unchained) == ((), 1)


@pytest.mark.parametrize(
    "damages", [60, pytest.param(1_000, marks=pytest.mark.long)], ids=["some", "a thousand"]
)
def test_every_damage_is_found(db: Database, busy: list[int], damages: int) -> None:
    dice = random.Random(damages)
    harms = [harm_of(dice) for _ in range(damages)]
    missed = [harm.__doc__ for harm in harms if not found_after(db, harm).places]
    assert missed == []
    assert looked(db, end_of(db)).places == ()


def test_a_chain_that_was_made_anew_from_its_middle_is_found_by_its_anchor(
    db: Database, busy: list[int]
) -> None:
    anchor = end_of(db)
    with db.change() as session:
        session.execute(text("UPDATE events SET text = 'Nothing to see' WHERE seq = 1"))
        session.execute(text("DELETE FROM links"))
        session.execute(text("UPDATE tickets SET chained = 0"))
    grow(db)
    assert looked(db).places == ()
    assert looked(db, anchor).places == (f"link {anchor.position} is not what its anchor says",)


def test_after_an_erasure_the_chain_still_holds_and_what_is_left_cannot_be_changed(
    db: Database, busy: list[int], at: At
) -> None:
    anchor = end_of(db)
    for number, what in ((busy[0], "forget"), (busy[1], "delete")):
        with db.change() as session:
            deed = Deed(what, OPERATOR, at("tue 09:00"))
            person = erasing.find(session, "anna@bakery.example").person
            {"forget": erasing.forget_ticket, "delete": erasing.delete_ticket}[what](
                session, number, person, deed
            )
    assert looked(db, anchor).places == ()
    for said in (
        "UPDATE events SET text = 'forged' WHERE seq = 1 AND ticket = :number",
        "DELETE FROM events WHERE kind = 'erased'",
        "DELETE FROM receipts WHERE what = 'delete'",
        "UPDATE receipts SET removed = '[]'",
        "UPDATE links SET words = leaf WHERE ticket = :number AND seq = 1",
    ):
        harm = text(said)
        values = {"number": busy[0]} if ":number" in said else {}
        assert found_after(db, lambda session, h=harm, v=values: session.execute(h, v)).places, said
