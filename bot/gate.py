"""The gate every request from Slack passes: our workspace, our app, one of our people."""

import logging
from collections.abc import Callable
from typing import Any

from slack_bolt import App, BoltContext, BoltResponse

from bot import about
from bot.click import Click
from bot.house import House
from bot.people import Rights
from bot.rights import About, Right, right_to
from desk.actor import Actor, Door
from desk.errors import NotAllowed
from store import meters

log = logging.getLogger(__name__)

NOT_YOURS = (
    "Sorry, only the people of the support team can work with tickets here. "
    "If you should be one of them, ask a team lead to invite you to the support channel."
)

OF_ANOTHER_DESK = (
    "Sorry, this ticket is for {desk}, and only its people can work with it. "
    "Ask one of them, or ask a team lead to invite you to the channel of {desk}."
)

REFRESH = "home_refresh"
HOME = frozenset({REFRESH, "home_turn_back", "home_turn_on"})
"""The controls on App Home."""

_CLICKS = frozenset({"block_actions", "view_submission"})
_ANSWERED = frozenset({"message", "app_home_opened"})
"""Events that listeners answer; the others tell of the workspace."""


_SLACK = Actor.system("slack")
"""Somebody there."""


def register(app: App, house: House) -> None:
    """Give every listener `house`, `actor` and, for clicks, `click`; let nobody else through."""

    def admit(body: dict[str, Any], context: BoltContext, next_: Callable[[], None]) -> BoltResponse | None:
        if not _is_ours(body, house):
            log.warning("refused an envelope of team %r, app %r", _team(body), body.get("api_app_id"))
            meters.SLACK_DENIED.labels("another team or app").inc()
            return BoltResponse(status=403, body="")
        if "event" in body and body["event"].get("type") not in _ANSWERED:
            _learn(body["event"], house)
            return BoltResponse(status=200, body="")
        if _is_of_ourselves(body, house):
            return _ours(body, house, context, next_)
        right = right_to(body)
        if right is None:
            log.error("no row of bot.rights allows %s", body.get("type"))
            meters.SLACK_DENIED.labels("no right").inc()
            raise NotAllowed(NOT_YOURS)
        actor = _actor(body, right, house)
        if actor is None and _shows_home(body):
            next_()  # bot.home looks up by itself who somebody is, and draws outsiders a refusal
            return None
        if actor is None and "event" in body:
            return BoltResponse(
                status=200, body=""
            )  # what outsiders write in the channel is none of our business
        if actor is None:
            meters.SLACK_DENIED.labels("nobody here").inc()
            raise NotAllowed(NOT_YOURS)
        context["house"], context["actor"] = house, actor
        is_click = body.get("type") in _CLICKS and right.about is About.TICKET
        context["click"] = Click.read(body) if is_click else None
        next_()
        return None

    app.use(admit)


def _actor(body: dict[str, Any], right: Right, house: House) -> Actor | None:
    """Who acts; of several desks, what they are to the one whose ticket it is.  Raises NotAllowed."""
    user, door = _who(body), _door(body)
    if right.about is About.NO_TICKET or len(house.people.desks) == 1:
        return house.people.actor(user, door=door, afresh=right.final)
    if house.people.actor(user, door=door) is None:
        return None
    desk = about.desk_of(body, house.db)
    actor = house.people.actor(user, door=door, afresh=right.final, at=desk)
    if actor is None and desk is not None:
        meters.SLACK_DENIED.labels("another desk").inc()
        raise NotAllowed(refusal(house.people.desk(desk)))
    return actor


def refusal(desk: Rights) -> str:
    """What somebody reads who is of another desk."""
    return OF_ANOTHER_DESK.format(desk=desk.title)


def _is_of_ourselves(body: dict[str, Any], house: House) -> bool:
    """An event about a message of our own: that it was posted, drawn anew or deleted."""
    return "event" in body and _who(body) == house.people.home().user


def _ours(
    body: dict[str, Any], house: House, context: BoltContext, next_: Callable[[], None]
) -> BoltResponse | None:
    """Of what becomes of our own messages only a deletion is news; Slack does not say by whom."""
    if body["event"].get("subtype") != "message_deleted":
        return BoltResponse(status=200, body="")
    context["house"], context["actor"], context["click"] = house, _SLACK, None
    next_()
    return None


def _is_ours(body: dict[str, Any], house: House) -> bool:
    """Slack signs for the app and not for the workspace: both are compared here."""
    app_is_ours = house.app is None or body.get("api_app_id") == house.app
    return app_is_ours and _team(body) == house.people.home().team


def _shows_home(body: dict[str, Any]) -> bool:
    """Somebody opened App Home or asks for it again: it carries no ticket, and refusals are drawn on it."""
    if "event" in body:
        return str(body["event"].get("type")) == "app_home_opened"
    clicked = [action.get("action_id") for action in body.get("actions") or []]
    return len(clicked) == 1 and clicked[0] in HOME and str((body.get("view") or {}).get("type")) == "home"


def _learn(event: dict[str, Any], house: House) -> None:
    """Something happened to the workspace, the channel or the app itself: what was known of it may be old."""
    house.people.forget()
    house.moved()
    log.warning("Slack says %s (%s)", event.get("type"), event.get("channel") or event.get("tokens"))


def _team(body: dict[str, Any]) -> str | None:
    team = body.get("team")
    found: str | None = team.get("id") if isinstance(team, dict) else body.get("team_id")
    return found


def _who(body: dict[str, Any]) -> str:
    """Who acts; "" is nobody.  An event of a shared channel names a user of another workspace, who is looked
    up like everybody."""
    if "event" in body:
        return writer_of(body["event"])
    user = body.get("user")
    return str(user["id"] if isinstance(user, dict) else body.get("user_id") or "")


def writer_of(event: dict[str, Any]) -> str:
    """Whose event it is: of an edit whoever made it, of a deletion whoever had written the message."""
    now, before = event.get("message") or {}, event.get("previous_message") or {}
    edited = (now.get("edited") or {}).get("user") or now.get("user")
    return str(event.get("user") or edited or before.get("user") or "")


def _door(body: dict[str, Any]) -> Door:
    if "event" in body:
        return Door.THREAD
    return Door.COMMAND if "command" in body else Door.BUTTON
