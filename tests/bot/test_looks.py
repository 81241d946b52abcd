"""Whether the desk is ready is said in time, whatever hangs."""

from threading import Event, Thread

import pytest

from bot.looks import Looks


def test_what_hangs_is_said_to_hang_and_the_others_are_heard() -> None:
    goes_on, begun = Event(), []

    def hangs() -> None:
        begun.append(1)
        goes_on.wait(30)

    looks = Looks({"database": hangs, "slack": lambda: "it is shut", "disk": lambda: None}, within=0.05)
    said = [looks.in_time() for _ in range(3)]
    assert all(each["slack"] == "it is shut" and each["disk"] is None for each in said)
    assert all(str(each["database"]).startswith("no answer for") for each in said)
    assert len(begun) == 1, "one that hangs is not begun again and again"

    goes_on.set()
    patient = Looks({"database": hangs}, within=30)
    assert patient.in_time() == {"database": None}


def test_after_it_has_hung_it_is_looked_at_anew() -> None:
    goes_on = Event()
    looks = Looks({"database": lambda: None if goes_on.wait(30) else "it hangs"}, within=0.05)
    assert looks.in_time()["database"]
    goes_on.set()
    for _ in range(600):  # half a minute at the most
        if looks.in_time()["database"] is None:
            return
    pytest.fail("what hung is never looked at again")


def test_two_who_ask_at_once_are_told_the_same() -> None:
    asked, both = [], Event()

    def look() -> str:
        asked.append(1)
        both.wait(30)
        return "it is away"

    looks, said = Looks({"database": look}, within=30), []
    others = [Thread(target=lambda: said.append(looks.in_time())) for _ in range(2)]
    for each in others:
        each.start()
    both.set()
    for each in others:
        each.join()
    assert said == 2 * [{"database": "it is away"}]


def test_a_fault_of_the_desk_stays_one() -> None:
    def faulty() -> str | None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Looks({"database": faulty}).in_time()
