"""A click is read once, and copies of it are recognised."""

import pytest

from bot.click import Click, value
from desk.errors import DeskError


def a_click(carried="42:7", **other):
    action = {"action_id": "take", "block_id": "b", "action_ts": "1.0", "type": "button", "value": carried}
    return {
        "type": "block_actions",
        "team": {"id": "T1"},
        "user": {"id": "U1"},
        "message": {"ts": "2.0"},
        "actions": [action | other],
    }


def test_a_button_carries_the_ticket_and_the_version_that_was_drawn():
    click = Click.read(a_click())
    assert (click.number, click.drawn, click.choice) == (42, 7, "")


def test_a_list_carries_the_choice_as_well():
    chosen = {"selected_option": {"value": value(42, 7, "resolved")}}
    assert Click.read(a_click(**chosen)).choice == "resolved"


def test_in_a_window_the_ticket_is_remembered_by_the_window():
    body = a_click(selected_option={"value": "urgent"}) | {"view": {"private_metadata": "42:7"}}
    click = Click.read(body)
    assert (click.number, click.drawn, click.choice, click.picture) == (42, 7, "urgent", "42:7")


def test_a_copy_of_a_click_has_its_key_and_another_click_has_not():
    assert Click.read(a_click()).key == Click.read(a_click()).key
    assert Click.read(a_click()).key != Click.read(a_click(action_ts="1.1")).key


def test_a_form_sent_twice_has_one_key():
    view = {"id": "V1", "hash": "h", "private_metadata": "42:7"}
    body = {"type": "view_submission", "user": {"id": "U1"}, "view": view}
    assert Click.read(body).key == "view:V1:h"


@pytest.mark.parametrize("carried", ["", "42", "x:1", "42:7:../..", "42:7:a:b", "٤٢:7x", "9" * 40 + ":1"])
def test_what_no_card_of_ours_carries_is_refused(carried):
    with pytest.raises(DeskError, match="/ticket"):
        Click.read(a_click(carried))
