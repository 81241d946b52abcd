"""What customers wrote must not act by itself in Slack: no mention, no link, no picture of theirs."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.server import Sandbox
from sandbox.visitor import NotPossibleHere, Visitor

Json = dict[str, Any]
CARLA = "carla@bakkerij-jansen.example"
WORDS = (
    "Hello <!channel> and <!here>, dear <!subteam^S0LEADS> people, ask <@U0ALICE> please, or "
    "<#C0GENERAL|general> then <https://evil.example/pay|your bank> or <https://evil.example/bare> or "
    "<mailto:me@evil.example> now. "
    "See https://evil.example/look?a=1&b=2, www.evil.example/too; also @here and @everyone in #general, #42. "
    "From my desk: {own}/archives/C0SUPPORT/p1"
)


@pytest.fixture
def outsider(sandbox: Sandbox, visitor: Visitor) -> Visitor:
    """Somebody outside wrote all that; the desk has not posted anything yet."""
    visitor.limits("none")
    visitor.foreign_words(WORDS.replace("{own}", sandbox.url))
    return visitor


def mrkdwn(text: str, **more: Any) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, **more}}


def plain(text: str) -> Json:
    return {"type": "section", "text": {"type": "plain_text", "text": text}}


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def actions(**button: Any) -> Json:
    words = {"type": "plain_text", "text": "Go"}
    return {"type": "actions", "elements": [{"type": "button", "action_id": "go", "text": words, **button}]}


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


LIVE: dict[str, tuple[str, Json]] = {
    "a broadcast": ("<!channel>", mrkdwn("Carla: <!channel>", verbatim=True)),
    "a broadcast with a label": ("<!here", mrkdwn("<!here|here>", verbatim=True)),
    "a user group": ("<!subteam^S0LEADS>", mrkdwn("dear <!subteam^S0LEADS> people", verbatim=True)),
    "a person": ("<@U0ALICE>", mrkdwn("ask <@U0ALICE>: it is urgent", verbatim=True)),
    "a person before their word": ("<@U0ALICE>", mrkdwn("*<@U0ALICE> please*", verbatim=True)),
    "a channel": ("<#C0GENERAL|general>", mrkdwn("or <#C0GENERAL|general> then", verbatim=True)),
    "a link with a label": ("<https://evil", mrkdwn("<https://evil.example/pay|your bank>", verbatim=True)),
    "a link with another label": ("<https://evil", mrkdwn("<https://evil.example/look?a=1&amp;b=2|x>")),
    "a link without a label": ("<https://evil", mrkdwn("<https://evil.example/bare>", verbatim=True)),
    "a mail address": ("<mailto:me@", mrkdwn("or <mailto:me@evil.example> now", verbatim=True)),
    "a bare address": ("https://evil.example/look", mrkdwn("See https://evil.example/look?a=1&amp;b=2.")),
    "a bare address cut short": ("https://evil.example/lo", mrkdwn("See https://evil.example/lo…")),
    "a bare address of the web": ("www.evil", mrkdwn("(www.evil.example/too)")),
    "a link made of bare words": ("www.evil", mrkdwn("<https://www.evil.example/too/|too>", verbatim=True)),
    "a bare broadcast": ("@here", mrkdwn("also @here and")),
    "a bare channel": ("#general", mrkdwn("in #general.")),
    "verbatim that is false": ("@everyone", mrkdwn("@everyone", verbatim=False)),
    "a field": ("@here", {"type": "section", "fields": [mrkdwn("also @here")["text"]]}),
    "a context": ("@here", {"type": "context", "elements": [mrkdwn("also @here")["text"]]}),
    "markdown": ("https://evil.example/bare", {"type": "markdown", "text": "[x](https://evil.example/bare)"}),
    "a rich link": ("https://evil.example/pay", rich({"type": "link", "url": "https://evil.example/pay"})),
    "a rich broadcast": ("<!channel>", rich({"type": "broadcast", "range": "channel"})),
    "a rich broadcast of bare words": ("<!everyone>", rich({"type": "broadcast", "range": "everyone"})),
    "a rich person": (
        "<@U0ALICE>",
        rich({"type": "text", "text": "ask "}, {"type": "user", "user_id": "U0ALICE"}),
    ),
    "a rich user group": (
        "<!subteam^S0LEADS>",
        rich({"type": "usergroup", "usergroup_id": "S0LEADS"}, {"type": "text", "text": " people"}),
    ),
    "a button": ("https://evil.example/pay", actions(url="https://evil.example/pay")),
    "a picture": (
        "https://evil.example/bare",
        {"type": "image", "alt_text": "x", "image_url": "https://evil.example/bare"},
    ),
}
FINE: dict[str, Json] = {
    "everything, escaped and verbatim": mrkdwn(escaped(WORDS), verbatim=True),
    "everything in plain words": plain(WORDS),
    "everything as rich words": rich({"type": "text", "text": WORDS}),
    "bare words in code": mrkdwn("`https://evil.example/bare` and ```@here #general```"),
    "a mention of the desk's own": mrkdwn("*HD-1* taken by <@U0ALICE>", verbatim=True),
    "the leads, of the desk's own": mrkdwn("<!subteam^S0LEADS> HD-1 is due", verbatim=True),
    "a channel of the desk's own": mrkdwn("moved to <#C0GENERAL|general>", verbatim=True),
    "a date": mrkdwn("<!date^1767225600^{date}|then>", verbatim=True),
    "an address that begins like theirs": mrkdwn("https://evil.example is known to us"),
    "an address of the desk's own": mrkdwn("<https://desk.example/help|Help>"),
    "a number that is no channel": mrkdwn("Ticket #42"),
    "words like theirs": mrkdwn("here and everyone, in general: me@here.example"),
}


@pytest.mark.parametrize(("token", "block"), LIVE.values(), ids=LIVE.keys())
def test_words_of_theirs_that_became_live_are_refused(
    slack: WebClient, outsider: Visitor, token: str, block: Json
) -> None:
    with pytest.raises(SlackApiError) as refused:
        slack.chat_postMessage(channel="#support", text="card", blocks=[block])
    answer = refused.value.response
    assert answer["error"] == "foreign_words_active"
    told = answer["response_metadata"]["messages"][0]
    assert token.lower() in told.lower()
    assert "[json-pointer:/blocks/0" in told
    assert outsider.channel("#support") == []


@pytest.mark.parametrize("block", FINE.values(), ids=FINE.keys())
def test_words_that_lie_still_are_fine(slack: WebClient, outsider: Visitor, block: Json) -> None:
    assert slack.chat_postMessage(channel="#support", text="card", blocks=[block])["ok"]


def test_the_sandboxs_own_links_are_fine_whoever_wrote_them(
    sandbox: Sandbox, slack: WebClient, outsider: Visitor
) -> None:
    link = f"{sandbox.url}/archives/C0SUPPORT/p1"
    blocks = [mrkdwn(f"<{link}|HD-1> {link}"), actions(url=link), rich({"type": "link", "url": link})]
    assert slack.chat_postMessage(channel="#support", text=f"<{link}|HD-1>", blocks=blocks)["ok"]


def test_other_addresses_can_be_declared_the_desks_own(slack: WebClient, outsider: Visitor) -> None:
    outsider.own_addresses("https://evil.example/pay")
    assert slack.chat_postMessage(channel="#support", text="x", blocks=[LIVE["a button"][1]])["ok"]
    assert _error(slack.chat_postMessage, text="x", blocks=[LIVE["a picture"][1]]) == "foreign_words_active"


def test_the_words_above_the_blocks_count_too(slack: WebClient, outsider: Visitor) -> None:
    assert (
        _error(slack.chat_postMessage, text="Carla: <!channel>", blocks=[plain("x")])
        == "foreign_words_active"
    )
    assert _error(slack.chat_postMessage, text="also @here") == "foreign_words_active"
    fallback = "Carla: see https://evil.example/bare"  # with blocks nobody is shown it as a link
    assert slack.chat_postMessage(channel="#support", text=fallback, blocks=[plain("x")])["ok"]


def test_every_way_to_show_something_is_watched(
    sandbox: Sandbox, slack: WebClient, outsider: Visitor
) -> None:
    bad = LIVE["a broadcast"][1]
    card = slack.chat_postMessage(channel="#support", text="card")
    dialog = {"type": "modal", "title": plain("T")["text"], "blocks": [bad]}
    trigger = sandbox.parts.modals.trigger("U0ALICE")
    calls: list[tuple[Any, Json]] = [
        (slack.chat_update, {"ts": card["ts"], "text": "x", "blocks": [bad]}),
        (slack.chat_postEphemeral, {"user": "U0BOB", "text": "x", "blocks": [bad]}),
        (slack.chat_postMessage, {"text": "x", "attachments": [{"blocks": [bad]}]}),
        (slack.chat_postMessage, {"text": "x", "attachments": [{"text": "also @here"}]}),
    ]
    for call, given in calls:
        assert _error(call, **given) == "foreign_words_active"
    views: list[tuple[Any, Json]] = [
        (slack.views_open, {"trigger_id": trigger, "view": dialog}),
        (slack.views_publish, {"user_id": "U0ALICE", "view": {"type": "home", "blocks": [bad]}}),
    ]
    for call, given in views:
        with pytest.raises(SlackApiError, match="foreign_words_active"):
            call(**given)
    address = sandbox.parts.replies.address("U0ALICE", "C0SUPPORT")
    request = urllib.request.Request(address, json.dumps({"text": "x", "blocks": [bad]}).encode())
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    with refused.value:
        assert refused.value.read() == b"foreign_words_active"
    assert outsider.ephemerals("Alice") == []


def test_a_dialog_that_answers_a_submission_is_watched(
    slack: WebClient, outsider: Visitor, bot: App, connect: Callable[[], Any], sandbox: Sandbox
) -> None:
    dialog: Json = {"type": "modal", "callback_id": "d", "title": plain("T")["text"]}
    bot.view("d")(
        lambda ack: ack(response_action="update", view=dialog | {"blocks": [LIVE["a broadcast"][1]]})
    )
    connect()
    trigger = sandbox.parts.modals.trigger("U0ALICE")
    slack.views_open(trigger_id=trigger, view=dialog | {"blocks": [plain("x")]})
    assert outsider.submit("Alice")["outcome"] == "unanswered"
    assert "foreign_words_active" in outsider.journal("fault", "response_action")[0]["detail"]["why"]


@pytest.mark.parametrize(
    "mail",
    [
        {"text": "Dear <!channel>"},
        {"subject": "<!channel>", "text": "x"},
        {"html": "<p>Dear &lt;!channel&gt;</p>", "text": "x"},
        {"text": "x", "headers": {"X-Name": "<!channel>"}},
        {"text": "x", "files": [("<!channel>.txt", b"x")]},
    ],
)
def test_whatever_a_customer_mails_is_known(slack: WebClient, visitor: Visitor, mail: Json) -> None:
    with pytest.raises(NotPossibleHere):  # there is no desk to take it, and the words are known all the same
        visitor.mail(CARLA, **mail)
    assert _error(slack.chat_postMessage, text="Carla: <!channel>") == "foreign_words_active"


def test_what_nobody_outside_wrote_is_the_apps_own_business(slack: WebClient, visitor: Visitor) -> None:
    visitor.limits("none")
    for _, block in LIVE.values():
        assert slack.chat_postMessage(channel="#support", text="x", blocks=[block])["ok"]


def _error(call: Any, **named: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        call(channel="C0SUPPORT", **named)
    return str(refused.value.response["error"])
