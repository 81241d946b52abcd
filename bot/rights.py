"""Who may do what: every way in from Slack, one row each.  What has no row is denied."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot import asked


class May(StrEnum):
    """AGENTS: agents and leads; LEADS: leads alone, which the ticket itself sees to."""

    AGENTS = "agents"
    LEADS = "leads"


class About(StrEnum):
    """TICKET: one ticket, which only the people of its desk may work; NO_TICKET: none or several, and whoever
    asks gets to see what their desks hold."""

    TICKET = "ticket"
    NO_TICKET = "no ticket"


@dataclass(frozen=True)
class Right:
    """final: it cannot be undone, so who somebody is is asked of Slack at that moment."""

    may: May = May.AGENTS
    final: bool = False
    about: About = About.TICKET


_AGENTS, _AGENTS_FINAL, _LEADS_FINAL = Right(), Right(final=True), Right(May.LEADS, final=True)
_ANYWHERE, _ANYWHERE_FINAL = Right(about=About.NO_TICKET), Right(final=True, about=About.NO_TICKET)

RIGHTS: dict[str, Right] = {
    # the card
    "action take": _AGENTS,
    "action reply": _AGENTS,
    "action status": _AGENTS,
    "action status closed": _LEADS_FINAL,
    "action priority": _AGENTS,
    "action level": _AGENTS,
    "action more": _AGENTS,
    "action more export": _AGENTS_FINAL,
    "action extend": _AGENTS,
    "action reopen": _AGENTS,
    "action close": _LEADS_FINAL,
    # windows that were filled in
    "view reply": _AGENTS,
    "view_closed reply": _AGENTS,
    "view send": _AGENTS_FINAL,
    "action canned": _AGENTS,
    "action undo": _AGENTS,
    "view resolve": _AGENTS_FINAL,
    "view_closed resolve": _AGENTS,
    "view cancel": _AGENTS_FINAL,
    "view_closed cancel": _AGENTS,
    "view priority": _AGENTS,
    "view snooze": _AGENTS,
    "view note": _AGENTS,
    "view hand": _AGENTS,
    "action wake": _AGENTS,
    "view new_ticket": _ANYWHERE,
    # time and money
    "action log_time": _AGENTS,
    "action correct_time": _AGENTS,
    "view time": _AGENTS,
    "view correction": _AGENTS,
    "action budget": _AGENTS,
    "action more_hours": _AGENTS,
    "view budget": _AGENTS_FINAL,
    "view take_back": _AGENTS_FINAL,
    "view plan": _AGENTS_FINAL,
    "action client_yes": _AGENTS_FINAL,
    "action client_no": _AGENTS_FINAL,
    "action client_neither": _AGENTS_FINAL,
    # the thread
    "action accept": _AGENTS_FINAL,
    "action detach": _AGENTS_FINAL,
    "action drop": _AGENTS_FINAL,
    "action send_again": _AGENTS_FINAL,
    "action it_arrived": _AGENTS_FINAL,
    "action let_in": _AGENTS_FINAL,
    "action reveal": _AGENTS_FINAL,
    "action whole": _AGENTS,
    "action whole_of": _AGENTS,
    "action whole_back": _AGENTS,
    "action whole_on": _AGENTS,
    "action whole_show": _AGENTS_FINAL,
    "action duplicate": _AGENTS_FINAL,
    "action breach": _AGENTS,
    "action why": _AGENTS,
    "event message": _AGENTS,
    # App Home, lists, shortcuts
    "event app_home_opened": _ANYWHERE,
    "action home_refresh": _ANYWHERE,
    "action home_turn_back": _ANYWHERE,
    "action home_turn_on": _ANYWHERE,
    "action hand_over": _ANYWHERE,
    "action give_back": _ANYWHERE,
    "action page_back": _ANYWHERE,
    "action page_on": _ANYWHERE,
    "action bring_back": _AGENTS,
    "shortcut new_ticket": _ANYWHERE,
    "shortcut make_ticket": _ANYWHERE,
    "shortcut send_to_customer": _AGENTS,
    # /ticket
    "command queue": _ANYWHERE,
    "command mine": _ANYWHERE,
    "command due": _ANYWHERE,
    "command waiting": _ANYWHERE,
    "command find": _ANYWHERE,
    "command show": _AGENTS,
    "command why": _AGENTS,
    "command new": _ANYWHERE,
    "command take": _AGENTS,
    "command status": _AGENTS_FINAL,
    "command priority": _AGENTS,
    "command time": _AGENTS,
    "command export": _AGENTS_FINAL,
    "command report": _ANYWHERE,
    "command away": _ANYWHERE,
    "command back": _ANYWHERE,
    "command block": _ANYWHERE_FINAL,
    "command unblock": _ANYWHERE_FINAL,
    "command blocked": _ANYWHERE,
    "command help": _ANYWHERE,
    "command unknown": _ANYWHERE,
}


def right_to(body: dict[str, Any]) -> Right | None:
    """The row for what somebody asks of us; None where there is none."""
    name = name_of(body)
    return RIGHTS.get(f"{name} {_choice(body)}") or RIGHTS.get(name)


def _choice(body: dict[str, Any]) -> str:
    """What was chosen from a list: the last part of what it carries."""
    action: dict[str, Any] = (body.get("actions") or [{}])[0]
    return str((action.get("selected_option") or {}).get("value") or "").rpartition(":")[2]


_OF_WINDOWS = {"view_submission": "view", "view_closed": "view_closed"}


def name_of(body: dict[str, Any]) -> str:
    """What it is called in the table."""
    if "event" in body:
        return f"event {body['event'].get('type')}"
    if "command" in body:
        return f"command {asked.read(str(body.get('text') or '')).verb}"
    if body.get("type") in _OF_WINDOWS:
        return f"{_OF_WINDOWS[body['type']]} {body['view'].get('callback_id')}"
    if body.get("type") == "block_actions":
        return f"action {body['actions'][0].get('action_id')}"
    return f"shortcut {body.get('callback_id')}"
