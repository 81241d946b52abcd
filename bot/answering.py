"""What people read when something could not be done: Bolt's single error handler."""

import logging
from http.client import HTTPException
from typing import Any

from slack_bolt import App, BoltResponse
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot import hook
from bot.about import thread_of
from bot.blocks import Block, cut, escape, notice
from bot.click import Overtaken
from bot.fields import Misfilled
from bot.filled import again
from bot.gate import writer_of
from bot.outcome import RATE_LIMITS
from bot.people import SlackSilent
from desk.errors import Conflict, DeskError
from store.database import Unavailable

log = logging.getLogger(__name__)

_TOO_SLOW = frozenset(
    {"trigger_expired", "trigger_exchanged", "expired_trigger_id", "exchanged_trigger_id"}
    | {"invalid_trigger_id"}
)
_MOVED_ON = frozenset({"not_found", "hash_conflict"})
"""The window was closed, sent or drawn anew before this was drawn into it: nobody waits for it any more."""


def register(app: App, slack: WebClient) -> None:
    """Answer for every listener: whatever went wrong, the person who asked reads why."""

    def answer(error: Exception, body: dict[str, Any]) -> BoltResponse:
        if _has_moved_on(error, body):
            return BoltResponse(status=200, body="")
        if _is_of_the_world(error):
            log.warning("a request from Slack could not be answered: %s", error)
        elif not isinstance(error, DeskError):
            log.error("a request from Slack failed: %s", error, exc_info=error)
        if "event" in body:
            return _of_event(error, body, slack)
        try:
            return _tell(error, body, slack)
        except (SlackClientError, OSError, HTTPException) as unheard:
            if _has_moved_on(unheard, body):
                return BoltResponse(status=200, body="")
            log.warning("nobody could be told %r: %s", words_for(error), unheard)
            # Slack itself marks the button then
            return BoltResponse(status=400 if isinstance(unheard, hook.NotSlacks) else 500)

    app.error(answer)


def _has_moved_on(error: Exception, body: dict[str, Any]) -> bool:
    in_window = (body.get("view") or {}).get("type") == "modal"
    return in_window and isinstance(error, SlackApiError) and error.response["error"] in _MOVED_ON


def _is_of_the_world(error: Exception) -> bool:
    """Whether somebody else was silent, slow or gone: no line of ours is to blame."""
    if isinstance(error, SlackApiError):
        return error.response["error"] in _TOO_SLOW | _MOVED_ON | RATE_LIMITS
    return isinstance(error, SlackSilent | Unavailable | OSError)


def words_for(error: Exception) -> str:
    """What a person should read about an error."""
    match error:
        case DeskError():
            return str(error)
        case Unavailable():
            return "The desk's database does not answer; nothing was changed. Try again in a minute."
        case SlackSilent():
            return "Slack does not answer the desk's questions; nothing was changed. Try again in a minute."
        case SlackApiError() if error.response["error"] in RATE_LIMITS:
            return "Slack asks the desk to slow down; nothing was changed. Try again in a minute."
        case SlackApiError() if error.response["error"] in _TOO_SLOW:
            return "That took longer than Slack waits (3 seconds); nothing was changed. Please click again."
    return "Something went wrong; nothing was changed. Whoever runs the desk finds the reason in its log."


def _of_event(error: Exception, body: dict[str, Any], slack: WebClient) -> BoltResponse:
    """Only a refusal ends an event; for anything else Slack is to deliver it again."""
    if not isinstance(error, DeskError) or isinstance(error, Conflict):
        return BoltResponse(status=500)
    event = body["event"]
    try:
        slack.chat_postEphemeral(
            channel=event["channel"],
            user=writer_of(event),
            text=escape(str(error)),
            thread_ts=thread_of(event),
        )
    except (SlackClientError, OSError, HTTPException) as unheard:
        log.warning("nobody could be told %r: %s", str(error), unheard)
    return BoltResponse(status=200, body="")


def _tell(error: Exception, body: dict[str, Any], slack: WebClient) -> BoltResponse:
    words = words_for(error)
    if "command" in body:
        return BoltResponse(status=200, body={"response_type": "ephemeral", "text": escape(words)})
    if body.get("type") == "view_submission":
        return BoltResponse(status=200, body=_refusal(body["view"], error))
    if body.get("response_url"):
        _whisper(body, words, slack)
    elif (body.get("view") or {}).get("type") == "home":
        return BoltResponse(status=500)  # Home has no room for it; Slack itself marks the button
    elif body.get("view"):
        slack.views_update(view_id=body["view"]["id"], view=_in_window(body["view"], error))
    elif body.get("type") == "shortcut":  # one from anywhere has no other place for an answer
        slack.views_open(trigger_id=body["trigger_id"], view=notice("Not possible", words))
    return BoltResponse(status=200, body="")


def _in_window(view: dict[str, Any], error: Exception) -> Block:
    """The reason above what somebody has written so far; alone where there is nothing to write."""
    words = words_for(error)
    if not all(view.get(each) for each in ("state", "title", "submit", "private_metadata")):
        return notice("Not possible", words)
    memory = str(view["private_metadata"]).split(":")
    newer = error.picture.split(":")[:2] if isinstance(error, Overtaken) else memory[:2]
    return again(view, words, memory=":".join([*newer, *memory[2:]]))


def _refusal(view: dict[str, Any], error: Exception) -> dict[str, Any]:
    """An error under the field it is about, else the first; a window of its own where there is none."""
    words = words_for(error)
    if isinstance(error, Overtaken):
        return {"response_action": "update", "view": again(view, words, memory=error.picture)}
    fields = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    if fields:
        at = error.field if isinstance(error, Misfilled) and error.field in fields else fields[0]
        return {"response_action": "errors", "errors": {at: cut(words, 150)}}
    return {"response_action": "update", "view": notice("Not possible", words)}


def _whisper(body: dict[str, Any], words: str, slack: WebClient) -> None:
    thread = (body.get("message") or {}).get("thread_ts")
    answer = {"text": escape(words), "response_type": "ephemeral", "replace_original": False}
    hook.send(slack, body["response_url"], answer | ({"thread_ts": thread} if thread else {}))
