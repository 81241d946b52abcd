"""Files in the sandbox are as strict as in Slack: who sees them, how many, how they get in and out."""

import urllib.request
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.director import NotPossibleHere
from sandbox.installed import Installed
from sandbox.server import Sandbox
from sandbox.visitor import Visitor

Json = dict[str, Any]
DOT = b"\x89PNG\r\n\x1a\n" + bytes(20)


def refusal(call: Any, **arguments: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        call(**arguments)
    return str(refused.value.response["error"])


def got(address: str, token: str = "") -> tuple[bytes, str]:
    """What comes from that address to whoever follows where they are led, and its type."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=30) as answer:
        return answer.read(), answer.headers.get_content_type()


def upload(slack: WebClient, name: str = "a.txt", content: bytes = b"abc") -> str:
    place = slack.files_getUploadURLExternal(filename=name, length=len(content))
    kind = {"Content-Type": "application/octet-stream"}
    urllib.request.urlopen(urllib.request.Request(place["upload_url"], content, kind), timeout=30).close()
    return str(place["file_id"])


def test_a_file_that_people_share_is_a_message_and_opens_with_the_bots_token_only(
    sandbox: Sandbox, slack: WebClient, visitor: Visitor
) -> None:
    root = visitor.say("Alice", "#support", "The oven")
    said = visitor.say("Bob", "#support", "The log", thread=root, files=[("oven log.txt", b"E42")])
    assert (said["subtype"], said["text"], said["files"][0]["user"]) == ("file_share", "The log", "U0BOB")

    file = slack.files_info(file=said["files"][0]["id"])["file"]
    address = file["url_private_download"]
    assert (file["size"], got(address, sandbox.bot_token)) == (3, (b"E42", "text/plain"))
    for token in ("", "xoxb-another"):
        page, kind = got(address, token)
        assert (kind, b"Sign in" in page) == ("text/html", True)


def test_what_stands_where_the_bot_is_not_is_not_there_for_it(
    sandbox: Sandbox, slack: WebClient, visitor: Visitor
) -> None:
    private = visitor.new_channel("lunch", ["Alice"], private=True)
    said = visitor.say("Alice", private["id"], "Menu", files=[("menu.pdf", b"%PDF")])
    assert refusal(slack.files_info, file=said["files"][0]["id"]) == "file_not_found"
    assert got(said["files"][0]["url_private"], sandbox.bot_token)[1] == "text/html"


def test_without_the_scope_a_download_ends_at_the_page_to_log_in() -> None:
    app = Installed(scopes=frozenset({"files:write", "chat:write"}))
    with Sandbox(app=app) as sandbox:
        slack = WebClient(token=sandbox.bot_token, base_url=sandbox.api_url, retry_handlers=[])
        done = slack.files_completeUploadExternal(files=[{"id": upload(slack)}], channel_id="C0SUPPORT")
        assert refusal(slack.files_info, file=done["files"][0]["id"]) == "missing_scope"
        assert got(done["files"][0]["url_private"], sandbox.bot_token)[1] == "text/html"
        assert refusal(slack.views_open, trigger_id="any", view=a_dialog()) == "missing_scope"


def test_a_message_shows_ten_files_and_no_more(slack: WebClient) -> None:
    eleven = [{"id": upload(slack, f"{n}.txt")} for n in range(11)]
    assert refusal(slack.files_completeUploadExternal, files=eleven) == "invalid_arguments"
    assert slack.files_completeUploadExternal(files=eleven[:10], channel_id="C0SUPPORT")["ok"]


def test_what_a_person_uploaded_cannot_be_completed_by_the_bot(slack: WebClient, visitor: Visitor) -> None:
    said = visitor.say("Bob", "#support", "", files=[("a.txt", b"abc")])
    again = [{"id": said["files"][0]["id"]}]
    assert refusal(slack.files_completeUploadExternal, files=again) == "file_not_found"


def a_dialog(**more: Any) -> Json:
    element = {"type": "file_input", "action_id": "added", **more}
    label = {"type": "plain_text", "text": "Files"}
    block = {"type": "input", "block_id": "added", "label": label, "element": element, "optional": True}
    words = {name: {"type": "plain_text", "text": name} for name in ("title", "submit")}
    return {"type": "modal", "callback_id": "ask", "blocks": [block], **words}


def test_a_dialog_takes_files_and_hands_them_over(
    sandbox: Sandbox, slack: WebClient, visitor: Visitor, bot: App, connect: Any
) -> None:
    handed: list[Json] = []

    @bot.command("/ask")
    def ask(ack: Any, command: Json, client: WebClient) -> None:
        client.views_open(trigger_id=command["trigger_id"], view=a_dialog(max_files=2, filetypes=["pdf"]))
        ack()

    @bot.view("ask")
    def answer(ack: Any, view: Json) -> None:
        handed.extend(view["state"]["values"]["added"]["added"]["files"])
        ack()

    connect()
    visitor.slash("Alice", "/ask")
    visitor.wait_until(lambda: visitor.modal_of("Alice"))
    pdf = ("a.pdf", b"%PDF")
    for files, reason in (
        ([pdf] * 3, "no more than 2"),
        ([("a.exe", b"MZ")], "only: pdf"),
        ([("a.pdf", b"")], "no empty files"),
    ):
        with pytest.raises(NotPossibleHere, match=reason):
            visitor.submit("Alice", {"added": files})
    assert visitor.submit("Alice", {"added": [pdf]})["outcome"] == "closed"
    assert [(file["name"], file["size"], file["user"]) for file in handed] == [("a.pdf", 4, "U0ALICE")]
    assert slack.files_info(file=handed[0]["id"])["file"]["size"] == 4
    assert got(handed[0]["url_private_download"], sandbox.bot_token) == (b"%PDF", "application/pdf")


def test_the_page_shows_a_picture_as_one_and_other_files_as_a_box(sandbox: Sandbox, visitor: Visitor) -> None:
    said = visitor.say("Bob", "#support", "", files=[("oven.png", DOT), ("offer.pdf", b"%PDF")])
    page = got(f"{sandbox.url}/?at={said['channel']}")[0].decode()
    picture, box = said["files"]
    assert f'<img src="{picture["url_private"]}"' in page
    assert f'<a class="attachment" href="{box["url_private"]}"' in page
    assert f'<a class="attachment" href="{picture["url_private"]}"' not in page
