"""What Slack brings, read once at the border: raw bytes become one sound payload, or nothing."""

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from slack_bolt import App, BoltRequest, BoltResponse

from bot import shape
from store import meters

log = logging.getLogger(__name__)

_DEEPEST = 40
"""Levels of lists and objects; Slack's own have a dozen."""

_MOST_FIELDS = 100
_HARMFUL = {0: None} | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
"""No database keeps a NUL or half a character."""


class Unfit(ValueError):
    """It is nothing that Slack sends."""


def read(body: bytes, content_type: str) -> dict[str, Any]:
    """The payload in a request's body, JSON or a form.  Raises Unfit."""
    try:
        return sound(_parsed(body.decode(), content_type.partition(";")[0].strip().lower()))
    except Unfit:
        raise
    except (ValueError, RecursionError) as problem:
        raise Unfit(f"a body that nobody can read ({type(problem).__name__})") from None


def sound(payload: Any) -> dict[str, Any]:
    """The same payload, fit to be handed to the listeners.  Raises Unfit."""
    cleaned = _cleaned(payload, _DEEPEST)
    if not isinstance(cleaned, dict):
        raise Unfit("a payload that is no object")
    if wrong := shape.wrong_in(cleaned):
        raise Unfit(f"a payload of another shape at {wrong}")
    return cleaned


def hand_over(app: App, payload: dict[str, Any], headers: Mapping[str, str | Sequence[str]]) -> BoltResponse:
    """Have it answered.  Whichever way it came in, nothing of it is parsed again."""
    try:
        request = BoltRequest(mode="socket_mode", body=payload, headers=dict(headers))
    except (
        TypeError,
        AttributeError,
        LookupError,
    ):  # Bolt looks for more and trusts what it finds
        return BoltResponse(status=400, body="")
    meters.SLACK_ENVELOPE.set_to_current_time()
    with meters.SLACK_ACK.time():
        answer = app.dispatch(request)
    log.info("slack request", extra={**_ids(payload), "status": answer.status})
    return answer


def _ids(payload: Mapping[str, Any]) -> dict[str, str]:
    """What it is and whose, without a word of it."""
    event, user = payload.get("event") or {}, payload.get("user")
    who = user.get("id") if isinstance(user, dict) else payload.get("user_id") or event.get("user")
    what = event.get("type") or payload.get("type") or ("command" if "command" in payload else "")
    ids = {"what": what, "slack_event_id": payload.get("event_id"), "actor": who}
    return {name: str(value) for name, value in ids.items() if value}


def _parsed(body: str, content_type: str) -> Any:
    if content_type == "application/json":
        return _json(body)
    if content_type != "application/x-www-form-urlencoded":
        raise Unfit("a content type that Slack does not use")
    form = dict(parse_qsl(body, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    return _json(form["payload"]) if "payload" in form else form


def _json(text: str) -> Any:
    return json.loads(text, parse_constant=_refuse)


def _refuse(constant: str) -> NoReturn:
    raise Unfit(f"{constant} is no JSON")


def _cleaned(part: Any, depth: int) -> Any:
    if not depth:
        raise Unfit("a payload that is too deep")
    match part:
        case str():
            return part.translate(_HARMFUL)
        case list():
            return [_cleaned(each, depth - 1) for each in part]
        case dict():
            said = ((key, each) for key, each in part.items() if each is not None)  # null is nothing
            return {_cleaned(key, depth - 1): _cleaned(each, depth - 1) for key, each in said}
    return part
