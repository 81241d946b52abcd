"""A bot in the shape of Bolt's own templates lives in the sandbox as it would in Slack."""

import threading
import urllib.request
from collections.abc import Callable
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_sdk import WebClient

from sandbox.server import Sandbox
from sandbox.visitor import NotPossibleHere, Unanswered, Visitor, text_of

Connect = Callable[[], SocketModeHandler]
Json = dict[str, Any]


def button(action_id: str, text: str, **more: str) -> Json:
    return {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": text}, **more}


def card(words: str) -> list[Json]:
    chosen = [
        {"text": {"type": "plain_text", "text": one.title()}, "value": one} for one in ("low", "urgent")
    ]
    select = {
        "type": "static_select",
        "action_id": "priority",
        "options": chosen,
        "initial_option": chosen[0],
    }
    more = {"type": "overflow", "action_id": "more", "options": chosen}
    return [
        {"type": "section", "text": {"type": "mrkdwn", "text": words}},
        {
            "type": "actions",
            "block_id": "row",
            "elements": [button("take", "Take it", value="42"), select, more],
        },
    ]


def dialog(title: str = "Answer") -> Json:
    words = {"type": "plain_text_input", "action_id": "words", "multiline": True, "min_length": 3}
    label = {"type": "plain_text", "text": "Your answer"}
    return {
        "type": "modal",
        "callback_id": "answer",
        "private_metadata": "42",
        "notify_on_close": True,
        "title": {"type": "plain_text", "text": title},
        "submit": {"type": "plain_text", "text": "Send"},
        "blocks": [{"type": "input", "block_id": "answer", "label": label, "element": words}],
    }


def answers(bot: App) -> list[Json]:
    """Let the bot open a dialog at Take it and refuse answers that say no; gives what it saw."""
    seen: list[Json] = []

    @bot.action("take")
    def take(ack: Any, body: Json, client: WebClient) -> None:
        ack()
        seen.append(body)
        client.views_open(trigger_id=body["trigger_id"], view=dialog())

    @bot.view("answer")
    def answered(ack: Any, body: Json, view: Json) -> None:
        seen.append(body)
        words = view["state"]["values"]["answer"]["words"]["value"]
        if words == "push":
            ack(response_action="push", view=dialog("On top"))
        elif words == "update":
            ack(response_action="update", view=dialog("Changed"))
        elif words == "clear":
            ack(response_action="clear")
        else:
            ack(
                **({"response_action": "errors", "errors": {"answer": "Be kind."}} if words == "nope" else {})
            )

    @bot.view_closed("answer")
    def closed(ack: Any, body: Json) -> None:
        ack()
        seen.append(body)

    return seen


def test_a_message_with_buttons_shows_in_its_channel(visitor: Visitor, slack: WebClient) -> None:
    posted = slack.chat_postMessage(channel="#support", text="Oven", blocks=card("*Oven*"))
    shown = visitor.find("#support", "*Oven*")
    assert shown is not None
    assert shown["ts"] == posted["ts"]
    assert shown["bot_id"] == slack.auth_test()["bot_id"]


def test_a_click_opens_a_dialog_that_is_refused_first_and_then_taken(
    visitor: Visitor, slack: WebClient, bot: App, connect: Connect
) -> None:
    seen = answers(bot)
    connect()
    slack.chat_postMessage(channel="#support", text="Oven", blocks=card("Oven"))
    oven = visitor.find("#support", "Oven")
    assert oven is not None

    visitor.click("Alice", oven, "take")
    assert visitor.modal_of("Alice")["private_metadata"] == "42"
    assert visitor.modal_of("Bob") == {}
    refused = visitor.submit("Alice", {"answer": "nope"})
    assert (refused["outcome"], refused["errors"]) == ("errors", {"answer": "Be kind."})
    assert visitor.submit("Alice", {"words": "With pleasure."})["outcome"] == "closed"

    assert visitor.modal_of("Alice") == {}
    click = seen[0]
    assert click["user"]["id"] == "U0ALICE"
    assert click["container"] | {"is_ephemeral": False} == {
        "type": "message",
        "message_ts": oven["ts"],
        "channel_id": oven["channel"],
        "is_ephemeral": False,
    }
    assert click["actions"][0]["value"] == "42"
    assert click["state"]["values"]["row"]["priority"]["selected_option"]["value"] == "low"
    assert click["message"]["blocks"] == oven["blocks"]
    assert seen[-1]["view"]["state"]["values"]["answer"]["words"]["value"] == "With pleasure."


def test_a_dialog_can_be_pushed_changed_and_cleared(
    visitor: Visitor, slack: WebClient, bot: App, connect: Connect
) -> None:
    answers(bot)
    connect()
    slack.chat_postMessage(channel="#support", text="Oven", blocks=card("Oven"))
    visitor.click("Alice", visitor.channel("#support")[0], "take")

    assert visitor.submit("Alice", {"answer": "push"})["outcome"] == "pushed"
    assert [view["title"]["text"] for view in visitor.modals_of("Alice")] == ["Answer", "On top"]
    assert visitor.submit("Alice", {"answer": "update"})["outcome"] == "updated"
    assert visitor.modal_of("Alice")["title"]["text"] == "Changed"
    assert visitor.submit("Alice", {"answer": "clear"})["outcome"] == "cleared"
    assert visitor.modals_of("Alice") == []


def test_an_empty_required_input_never_reaches_the_app(
    visitor: Visitor, slack: WebClient, bot: App, connect: Connect
) -> None:
    seen = answers(bot)
    connect()
    slack.chat_postMessage(channel="#support", text="Oven", blocks=card("Oven"))
    visitor.click("Alice", visitor.channel("#support")[0], "take")
    refused = visitor.submit("Alice")
    assert (refused["asked"], list(refused["errors"])) == (False, ["answer"])
    assert visitor.submit("Alice", {"answer": "no"})["asked"] is False  # shorter than min_length
    assert len(seen) == 1


def test_closing_a_dialog_is_told_when_the_app_asked_for_it(
    visitor: Visitor, slack: WebClient, bot: App, connect: Connect
) -> None:
    seen = answers(bot)
    connect()
    slack.chat_postMessage(channel="#support", text="Oven", blocks=card("Oven"))
    visitor.click("Alice", visitor.channel("#support")[0], "take")
    visitor.close("Alice")
    assert visitor.modals_of("Alice") == []
    assert (seen[-1]["type"], seen[-1]["is_cleared"]) == ("view_closed", False)


def test_select_and_overflow_say_what_was_chosen(
    visitor: Visitor, slack: WebClient, bot: App, connect: Connect
) -> None:
    chosen: list[Json] = []

    @bot.action("priority")
    @bot.action("more")
    def choose(ack: Any, action: Json, respond: Any) -> None:
        ack()
        chosen.append(action)
        respond(text=f"You chose {action['selected_option']['value']}")

    bot.action("more")(choose)
    connect()
    slack.chat_postMessage(channel="#support", text="Oven", blocks=card("Oven"))
    oven = visitor.channel("#support")[0]
    visitor.choose("Bob", oven, "priority", "urgent")
    visitor.choose("Bob", oven, "more", "low")
    assert [(one["type"], one["selected_option"]["value"]) for one in chosen] == [
        ("static_select", "urgent"),
        ("overflow", "low"),
    ]
    said = visitor.wait_until(lambda: len(visitor.ephemerals("Bob")) == 2 and visitor.ephemerals("Bob"))
    assert [one["text"] for one in said] == ["You chose urgent", "You chose low"]
    assert visitor.ephemerals("Alice") == []
    with pytest.raises(NotPossibleHere, match="never"):
        visitor.choose("Bob", oven, "priority", "never")


def test_a_click_on_what_a_message_showed_a_moment_ago_still_counts(
    visitor: Visitor, slack: WebClient, bot: App, connect: Connect
) -> None:
    clicked: list[Json] = []

    @bot.action("take")
    def take(ack: Any, body: Json) -> None:
        ack()
        clicked.append(body)

    def row(number: int) -> list[Json]:
        take = button("take", "Take", value=f"{number}")
        return [{"type": "actions", "block_id": f"row{number}", "elements": [take]}]

    connect()
    posted = slack.chat_postMessage(channel="#support", text="Oven", blocks=row(1))
    seen = visitor.channel("#support")[0]
    slack.chat_update(channel=posted["channel"], ts=posted["ts"], text="Oven", blocks=row(2))
    visitor.click("Alice", seen, "take", block_id="row1")
    assert clicked[0]["actions"][0]["value"] == "1"
    assert clicked[0]["message"]["blocks"][0]["block_id"] == "row2"
    with pytest.raises(NotPossibleHere):
        visitor.click("Alice", seen, "take", block_id="row0")


def test_a_slash_command_is_answered_for_one_person_only(
    visitor: Visitor, bot: App, connect: Connect
) -> None:
    @bot.command("/ticket")
    def ticket(ack: Any, command: Json) -> None:
        ack(f"{command['text']} for <@{command['user_id']}> in {command['channel_id']}")

    connect()
    visitor.slash("Alice", "/ticket", "mine")
    assert [one["text"] for one in visitor.ephemerals("Alice")] == ["mine for <@U0ALICE> in C0SUPPORT"]
    assert visitor.channel("#support") == []


def test_shortcuts_open_dialogs_too(visitor: Visitor, slack: WebClient, bot: App, connect: Connect) -> None:
    seen: list[Json] = []

    @bot.shortcut("make_ticket")
    def make(ack: Any, body: Json, client: WebClient) -> None:
        ack()
        seen.append(body)
        client.views_open(trigger_id=body["trigger_id"], view=dialog())

    connect()
    words = visitor.say("Bob", "#support", "the printer burns")
    visitor.shortcut("Bob", "make_ticket", words)
    assert visitor.modal_of("Bob")["callback_id"] == "answer"
    visitor.shortcut("Bob", "make_ticket")
    assert [one["type"] for one in seen] == ["message_action", "shortcut"]
    assert seen[0]["message"]["text"] == "the printer burns"
    assert "response_url" not in seen[1]


def test_app_home_shows_what_the_bot_publishes(visitor: Visitor, bot: App, connect: Connect) -> None:
    @bot.event("app_home_opened")
    def opened(event: Json, client: WebClient) -> None:
        hello = {"type": "section", "text": {"type": "mrkdwn", "text": f"Hello <@{event['user']}>"}}
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [hello]})

    connect()
    visitor.open_home("Lena")
    home = visitor.wait_until(lambda: visitor.home_of("Lena"))
    assert "Hello <@U0LENA>" in text_of(home)


def test_what_people_write_in_threads_reaches_the_bot(
    visitor: Visitor, slack: WebClient, bot: App, connect: Connect
) -> None:
    heard: list[Json] = []

    @bot.event("message")
    def message(event: Json) -> None:
        heard.append(event)

    connect()
    root = slack.chat_postMessage(channel="#support", text="Oven")
    visitor.say("Alice", "#support", "I know this one", thread=root["ts"])
    visitor.wait_until(lambda: heard)
    note = heard[0]
    assert (note["text"], note["user"], note["thread_ts"]) == ("I know this one", "U0ALICE", root["ts"])
    assert note["channel_type"] == "channel"
    assert [one["text"] for one in visitor.thread(visitor.channel("#support")[0])] == ["I know this one"]


@pytest.mark.parametrize("ack_seconds", [2.0])
def test_an_event_the_bot_failed_on_comes_again_with_the_same_id(
    visitor: Visitor, bot: App, connect: Connect
) -> None:
    tries: list[tuple[str, str]] = []

    @bot.event("message")
    def message(body: Json, request: Any) -> None:
        tries.append((body["event_id"], request.headers["x-slack-retry-num"][0]))
        if len(tries) < 3:
            raise RuntimeError("not yet")

    connect()
    visitor.say("Alice", "#support", "hello")
    visitor.wait_until(lambda: len(tries) == 3)
    assert len({event_id for event_id, _ in tries}) == 1
    assert [number for _, number in tries] == ["0", "1", "2"]
    heard = visitor.wait_until(
        lambda: len(visitor.journal("delivery", "message")) == 3 and visitor.journal("delivery")
    )
    assert [(one["detail"]["taken"], one["detail"]["reason"]) for one in heard] == [
        (False, "timeout"),
        (False, "timeout"),
        (True, ""),
    ]


@pytest.mark.parametrize("ack_seconds", [0.3])
def test_a_click_nobody_answers_is_told_to_the_person(
    visitor: Visitor, slack: WebClient, bot: App, connect: Connect
) -> None:
    slack.chat_postMessage(channel="#support", text="Oven", blocks=card("Oven"))
    oven = visitor.channel("#support")[0]
    with pytest.raises(Unanswered, match="connection_failed"):
        visitor.click("Alice", oven, "take")
    connect()
    with pytest.raises(Unanswered, match="timeout"):
        visitor.click("Alice", oven, "take")


def test_every_event_goes_to_exactly_one_connection(visitor: Visitor, bot: App, connect: Connect) -> None:
    heard: list[str] = []

    @bot.event("message")
    def message(event: Json) -> None:
        heard.append(event["text"])

    connect()
    connect()
    for number in range(6):
        visitor.say("Alice", "#support", str(number))
    visitor.wait_until(lambda: len(heard) >= 6)
    assert sorted(heard) == [str(number) for number in range(6)]


def test_a_bot_whose_sockets_are_refreshed_comes_back(visitor: Visitor, bot: App, connect: Connect) -> None:
    heard: list[str] = []

    @bot.event("message")
    def message(event: Json) -> None:
        heard.append(event["text"])

    connect()
    visitor.refresh_sockets()
    visitor.wait_until(lambda: len(visitor.journal("api", "apps.connections.open")) == 2)
    visitor.say("Alice", "#support", "still there?")
    visitor.wait_until(lambda: "still there?" in heard)


def test_a_bot_uploads_a_file_into_a_thread(
    sandbox: Sandbox, visitor: Visitor, slack: WebClient, bot: App, connect: Connect
) -> None:
    @bot.command("/report")
    def report(ack: Any, command: Json, client: WebClient) -> None:
        ack()
        root = client.chat_postMessage(channel=command["channel_id"], text="The report")
        client.files_upload_v2(
            channel=command["channel_id"],
            thread_ts=root["ts"],
            filename="report.csv",
            content="day,tickets\nMon,12\n",
            initial_comment="Here it is",
        )

    connect()
    visitor.slash("Alice", "/report")
    root = visitor.wait_until(lambda: visitor.find("#support", "The report"))
    shared = visitor.wait_until(lambda: visitor.thread(root))[0]
    assert (shared["text"], shared["files"][0]["name"]) == ("Here it is", "report.csv")
    asked = urllib.request.Request(
        shared["files"][0]["url_private"], headers={"Authorization": f"Bearer {sandbox.bot_token}"}
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:
        assert answer.read() == b"day,tickets\nMon,12\n"


@pytest.fixture
def request_url(bot: App) -> Any:
    """The bot behind HTTP instead of a socket."""

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

    with make_server("127.0.0.1", 0, SlackRequestHandler(bot), handler_class=Quiet) as server:  # type: ignore[arg-type]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/slack/events"
        server.shutdown()
        thread.join()


def test_the_same_bot_works_behind_a_signed_request_url(
    sandbox: Sandbox, visitor: Visitor, slack: WebClient, bot: App, request_url: str
) -> None:
    seen = answers(bot)

    @bot.command("/ticket")
    def ticket(ack: Any, command: Json) -> None:
        ack(f"heard {command['text']}")

    @bot.event("message")
    def message(event: Json, client: WebClient) -> None:
        client.chat_postMessage(channel=event["channel"], thread_ts=event["ts"], text="noted")

    visitor.deliver_events_to(request_url)
    slack.chat_postMessage(channel="#support", text="Oven", blocks=card("Oven"))
    visitor.click("Alice", visitor.channel("#support")[0], "take")
    assert visitor.submit("Alice", {"answer": "nope"})["outcome"] == "errors"
    assert visitor.submit("Alice", {"answer": "fine"})["outcome"] == "closed"
    visitor.slash("Alice", "/ticket", "mine")
    assert visitor.ephemerals("Alice")[0]["text"] == "heard mine"
    words = visitor.say("Bob", "#support", "a question")
    assert visitor.wait_until(lambda: visitor.thread(words))[0]["text"] == "noted"
    assert len(seen) == 3


def test_a_request_url_that_does_not_answer_the_challenge_is_refused(visitor: Visitor) -> None:
    with pytest.raises(NotPossibleHere, match="challenge"):
        visitor.deliver_events_to("http://127.0.0.1:9/slack/events")
