"""What comes in is kept raw first, read by one process at a time, and counted once."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from desk.errors import Conflict
from store import inbox, keepsakes, mailboxes, unread
from store.database import Database
from store.inbox import Arrival, Kept, State

At = Callable[[str], datetime]
ATicket = Callable[..., int]
AtOnce = Callable[..., list[object]]
LEASE = timedelta(minutes=2)


def keep(db: Database, arrival: Arrival) -> int | None:
    with db.change() as session:
        return inbox.keep(session, arrival)


def next_new(db: Database, now: datetime) -> Kept | None:
    with db.change() as session:
        return unread.next_new(session, now=now, lease=LEASE)


def settle(db: Database, number: int | None, state: State, content_key: str | None = None) -> None:
    assert number is not None
    with db.change() as session:
        inbox.dealt_with(session, number, state, content_key=content_key)


@pytest.fixture
def a_mail(at: At) -> Callable[..., Arrival]:
    def build(
        uid: int | None = None, *, raw: bytes = b"\x00\xff: hi\r\n", said: str = "mon 09:00"
    ) -> Arrival:
        validity = 7 if uid is not None else None
        envelope = {"from": "anna@bakery.example", "to": ["help@desk.example"]}
        return Arrival(
            source="imap help@", raw=raw, at=at(said), uidvalidity=validity, uid=uid, envelope=envelope
        )

    return build


AMail = Callable[..., Arrival]


def test_a_mail_is_kept_byte_for_byte(db: Database, a_mail: AMail, at: At) -> None:
    mail = a_mail(1, raw=bytes(range(256)) * 100)
    number = keep(db, mail)
    assert next_new(db, at("mon 10:00")) == Kept(number or 0, mail, 0)
    with db.read() as session:
        assert inbox.raw_of(session, number or 0) == mail.raw
        assert inbox.raw_of(session, 999) is None


def test_a_place_in_a_mailbox_is_kept_once(db: Database, a_mail: AMail) -> None:
    assert keep(db, a_mail(1)) is not None
    assert keep(db, a_mail(1)) is None
    assert keep(db, a_mail(2)) is not None
    with db.read() as session:
        assert inbox.uids_kept(session, "imap help@", 7) == {1, 2}
        assert inbox.uids_kept(session, "imap help@", 8) == set()
        assert inbox.uids_kept(session, "imap other@", 7) == set()


def test_mails_without_a_place_are_all_kept(db: Database, a_mail: AMail) -> None:
    assert keep(db, a_mail()) != keep(db, a_mail())


def test_mails_are_read_in_the_order_in_which_they_were_kept(db: Database, a_mail: AMail, at: At) -> None:
    kept = [keep(db, a_mail(uid, said=said)) for uid, said in ((1, "mon 09:30"), (2, "mon 09:00"))]
    taken = [next_new(db, at("mon 10:00")) for _ in range(3)]
    assert [each and each.id for each in taken] == [*kept, None]


def test_whoever_dies_over_a_mail_leaves_it_to_the_next(db: Database, a_mail: AMail, at: At) -> None:
    keep(db, a_mail(1))
    now = at("mon 10:00")
    assert next_new(db, now) is not None
    assert next_new(db, now + LEASE - timedelta(seconds=1)) is None
    again = next_new(db, now + LEASE)
    assert again is not None
    assert again.attempts == 1


def test_a_mail_from_a_server_whose_clock_is_ahead_is_read_at_once(
    db: Database, a_mail: AMail, at: At
) -> None:
    keep(db, a_mail(1, said="sun 23:00"))
    assert next_new(db, at("mon 10:00")) is not None
    assert next_new(db, at("mon 10:01")) is None


@pytest.mark.parametrize("state", [State.DONE, State.DUPLICATE, State.DROPPED])
def test_what_was_dealt_with_is_not_read_again(state: State, db: Database, a_mail: AMail, at: At) -> None:
    number = keep(db, a_mail(1))
    with db.read() as session:
        assert inbox.waiting(session) == 1
    settle(db, number, state)
    assert next_new(db, at("sun 10:00")) is None
    with db.read() as session:
        assert inbox.waiting(session) == 0


def test_the_same_mail_by_two_ways_is_dealt_with_once(db: Database, a_mail: AMail) -> None:
    first, second = keep(db, a_mail(1)), keep(db, a_mail())
    settle(db, first, State.DONE, "sha")
    with db.read() as session:
        assert inbox.first_with(session, "sha") == first
        assert inbox.first_with(session, "other") is None
    with pytest.raises(Conflict):
        settle(db, second, State.DONE, "sha")
    settle(db, second, State.DUPLICATE)


def test_two_processes_take_different_mails(db: Database, a_mail: AMail, at: At, at_once: AtOnce) -> None:
    for uid in range(40):
        keep(db, a_mail(uid))
    ready = threading.Barrier(3, timeout=20)

    def work() -> list[int]:
        ready.wait()
        taken = []
        while kept := next_new(db, at("mon 10:00")):
            taken.append(kept.id)
        return taken

    outcomes = at_once(work, work, work)
    taken = [number for each in outcomes if isinstance(each, list) for number in each]
    assert len(taken) == len(set(taken)) == 40, outcomes


def test_a_click_counts_once(db: Database, at: At) -> None:
    with db.change() as session:
        assert inbox.is_first(session, "click", at=at("mon 09:00"))
        assert not inbox.is_first(session, "click", at=at("mon 09:01"))
        assert inbox.is_first(session, "another", at=at("mon 09:02"))
    with db.change() as session:
        inbox.forget_clicks(session, before=at("mon 09:01"))
        assert inbox.is_first(session, "click", at=at("mon 09:03"))
        assert not inbox.is_first(session, "another", at=at("mon 09:03"))


def test_a_click_that_failed_may_come_again(db: Database, at: At) -> None:
    def fail() -> None:
        with db.change() as session:
            assert inbox.is_first(session, "click", at=at("mon 09:00"))
            raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            fail()


def test_of_many_deliveries_of_one_click_one_counts(db: Database, at: At, at_once: AtOnce) -> None:
    ready = threading.Barrier(4, timeout=20)

    def click() -> bool:
        ready.wait()
        with db.change() as session:
            return inbox.is_first(session, "click", at=at("mon 09:00"))

    assert sorted(map(str, at_once(click, click, click, click))) == ["False", "False", "False", "True"]


def test_one_process_at_a_time_reads_a_mailbox(db: Database, at: At) -> None:
    def claim(reader: str, said: str) -> bool:
        with db.change() as session:
            return mailboxes.claim(session, "help@", reader, now=at(said), lease=LEASE)

    assert claim("one", "mon 09:00")
    assert not claim("two", "mon 09:01")
    assert claim("one", "mon 09:01")
    assert not claim("two", "mon 09:02")
    assert claim("two", "mon 09:03")
    assert not claim("one", "mon 09:04")


def test_of_processes_that_meet_a_new_mailbox_at_once_one_reads_it(
    db: Database, at: At, at_once: AtOnce
) -> None:
    ready = threading.Barrier(4, timeout=20)

    def claim(reader: str) -> bool:
        ready.wait()
        with db.change() as session:
            return mailboxes.claim(session, "help@", reader, now=at("mon 09:00"), lease=LEASE)

    outcomes = at_once(*[lambda name=name: claim(name) for name in "abcd"])
    assert sorted(map(str, outcomes)) == ["False", "False", "False", "True"]


def read_up_to(db: Database, *names: str, now: datetime) -> datetime | None:
    with db.read() as session:
        return mailboxes.all_read_up_to(session, names, now=now)


def test_silence_counts_only_up_to_where_every_mailbox_was_read(db: Database, at: At) -> None:
    now = at("mon 12:00")
    for name in ("help@", "sales@"):
        with db.change() as session:
            mailboxes.claim(session, name, "one", now=now, lease=LEASE)
    assert read_up_to(db, "help@", "sales@", now=now) is None
    with db.change() as session:
        mailboxes.read_completely(session, "help@", up_to=at("mon 11:00"))
    assert read_up_to(db, "help@", "sales@", now=now) is None
    assert read_up_to(db, "help@", now=now) == at("mon 11:00")
    with db.change() as session:
        mailboxes.read_completely(session, "sales@", up_to=at("mon 10:00"))
    assert read_up_to(db, "help@", "sales@", now=now) == at("mon 10:00")
    assert read_up_to(db, "help@", "unknown@", now=now) is None
    assert read_up_to(db, now=now) == now


def test_silence_does_not_count_while_a_mail_lies_unread_in_the_inbox(
    db: Database, a_mail: AMail, at: At
) -> None:
    number = keep(db, a_mail(1, said="mon 09:30"))
    assert read_up_to(db, now=at("mon 12:00")) == at("mon 09:30")
    settle(db, number, State.DONE)
    assert read_up_to(db, now=at("mon 12:00")) == at("mon 12:00")


def test_a_keepsake_is_made_once(db: Database) -> None:
    def never() -> str:
        raise AssertionError("it was there already")

    with db.change() as session:
        assert keepsakes.get_or_make(session, "secret", lambda: "oven") == "oven"
    with db.change() as session:
        assert keepsakes.get_or_make(session, "secret", never) == "oven"


def test_processes_that_make_a_keepsake_at_once_agree_on_one(db: Database, at_once: AtOnce) -> None:
    ready = threading.Barrier(4, timeout=20)

    def make(value: str) -> str:
        ready.wait()
        with db.change() as session:
            return keepsakes.get_or_make(session, "secret", lambda: value)

    outcomes = at_once(*[lambda value=value: make(value) for value in "abcd"])
    assert len(set(outcomes)) == 1, outcomes
    assert outcomes[0] in set("abcd")
