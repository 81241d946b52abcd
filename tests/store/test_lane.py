"""How long one writer keeps the others waiting is known: a process in which one never ends is seen."""

from store.lane import Lane


def test_a_turn_is_timed_from_its_begin_to_its_end() -> None:
    ticks = [100.0]
    lane = Lane(lambda: ticks[0])
    assert lane.held_for == 0
    for _ in range(2):
        with lane.turn(urgent=False):
            ticks[0] += 121
            assert lane.held_for == 121
        ticks[0] += 10
        assert lane.held_for == 0
