"""The page shows each person what that person would see, and nothing that was written there comes alive."""

import json
import smtplib
import urllib.parse
import urllib.request
from email.message import EmailMessage

import pytest
from slack_sdk import WebClient

from sandbox import mrkdwn, richtext
from sandbox.server import Sandbox
from sandbox.visitor import Visitor

NAMES = {"U0ALICE": "Alice Bakker", "C0SUPPORT": "support", "S0LEADS": "support-leads"}

WORDS = {
    "*bold* and _italic_ and ~gone~": "<b>bold</b> and <i>italic</i> and <s>gone</s>",
    "2*3*4 snake_case_name": "2*3*4 snake_case_name",
    "a &amp; b &lt;b&gt;": "a &amp; b &lt;b&gt;",
    "<script>alert(1)</script>": "scriptalert(1)/script",
    "`<b>` ```x &lt; y```": "<code>&lt;b&gt;</code> <pre>x &lt; y</pre>",
    "<@U0ALICE> <#C0SUPPORT|> <!here>": (
        '<span class="mention">@Alice Bakker</span> <span class="mention">#support</span> '
        '<span class="mention loud">@here</span>'
    ),
    "<!subteam^S0LEADS>": '<span class="mention loud">@support-leads</span>',
    "<https://x.example/?a=1&amp;b=2|here>": (
        '<a href="https://x.example/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">here</a>'
    ),
    "<javascript:alert(1)|click>": "click",
    "<data:text/html,x|click>": "click",
    ":tada: :no_such_thing:": "🎉 :no_such_thing:",
    "&gt; quoted\nnot": "<blockquote>quoted</blockquote>not",
    "one\ntwo": "one<br>two",
    "<!date^1795775400^{date_short_pretty} at {time}|soon>": "<time>27 Nov 2026 at 11:30</time>",
    "<!date^x^{time}|soon>": "soon",
}


@pytest.mark.parametrize(("text", "html"), WORDS.items(), ids=WORDS.keys())
def test_mrkdwn_is_drawn_as_slack_draws_it(text: str, html: str) -> None:
    assert mrkdwn.render(text, lambda name: NAMES.get(name, name)) == html


def test_nothing_in_rich_text_comes_alive() -> None:
    words = [
        {"type": "text", "text": "<img src=x onerror=alert(1)>", "style": {"bold": True}},
        {"type": "link", "url": "javascript:alert(1)", "text": "here"},
        {"type": "user", "user_id": "U0ALICE"},
    ]
    block = {"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": words}]}
    drawn = richtext.render(block, lambda name: NAMES.get(name, name))
    assert drawn == (
        "<blockquote><b>&lt;img src=x onerror=alert(1)&gt;</b>here"
        '<span class="mention">@Alice Bakker</span></blockquote>'
    )


def look(sandbox: Sandbox, **where: str) -> dict[str, str]:
    """The regions of the page as somebody sees them."""
    query = urllib.parse.urlencode({name.rstrip("_"): value for name, value in where.items()})
    with urllib.request.urlopen(f"{sandbox.url}/page/parts?{query}") as answer:
        return dict(json.load(answer)["regions"])


def test_each_person_sees_their_own_channels_and_whispers(
    sandbox: Sandbox, visitor: Visitor, slack: WebClient
) -> None:
    slack.chat_postMessage(channel="C0LEADS", text="Something runs late")
    slack.chat_postEphemeral(channel="C0SUPPORT", user="U0BOB", text="Only for Bob")
    assert "Something runs late" in look(sandbox, as_="U0LENA", at="C0LEADS")["main"]
    assert "Something runs late" not in look(sandbox, as_="U0GUS", at="C0LEADS")["main"]
    assert "support-leads" not in look(sandbox, as_="U0GUS")["sidebar"]
    assert "Only for Bob" in look(sandbox, as_="U0BOB")["main"]
    assert "Only for Bob" not in look(sandbox, as_="U0ALICE")["main"]


def test_the_page_shows_threads_and_what_a_click_needs(sandbox: Sandbox, slack: WebClient) -> None:
    take = {
        "type": "button",
        "action_id": "take",
        "value": "42",
        "text": {"type": "plain_text", "text": "Take"},
    }
    row = {"type": "actions", "block_id": "row", "elements": [take]}
    root = slack.chat_postMessage(channel="C0SUPPORT", text="card", blocks=[row])
    slack.chat_postMessage(channel="C0SUPPORT", text="An answer", thread_ts=root["ts"])
    seen = look(sandbox, thread=root["ts"])
    assert 'data-action="take" data-block="row" data-value="42"' in seen["main"]
    assert "1 reply" in seen["main"]
    assert "An answer" not in seen["main"]
    assert "An answer" in seen["thread"]


def test_a_permalink_opens_the_thread(sandbox: Sandbox, slack: WebClient) -> None:
    root = slack.chat_postMessage(channel="C0SUPPORT", text="Here I am")
    link = slack.chat_getPermalink(channel="C0SUPPORT", message_ts=root["ts"])["permalink"]
    with urllib.request.urlopen(link) as answer:
        assert answer.url.startswith(f"{sandbox.url}/?at=C0SUPPORT&thread={root['ts']}")
        assert "Here I am" in answer.read().decode()


def test_html_mail_is_shown_where_nothing_runs(sandbox: Sandbox, visitor: Visitor) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = (
        "help@desk.example",
        "carla@bakkerij-jansen.example",
        "<b>Hi</b>",
    )
    mail.set_content("plain")
    mail.add_alternative("<script>alert(1)</script>", subtype="html")
    with smtplib.SMTP(*sandbox.smtp_address, timeout=30) as connection:
        connection.send_message(mail)
    letter = visitor.inbox("carla@bakkerij-jansen.example")[0]
    seen = look(sandbox, letter=letter["id"], html="1")["mail"]
    assert "&lt;b&gt;Hi&lt;/b&gt;" in seen
    assert f'<iframe sandbox src="/mail/{letter["id"]}.html"' in seen
    with urllib.request.urlopen(f"{sandbox.url}/mail/{letter['id']}.html") as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert policy.endswith("sandbox")


def test_the_page_loads_nothing_from_elsewhere(sandbox: Sandbox) -> None:
    with urllib.request.urlopen(sandbox.url) as answer:
        page, policy = answer.read().decode(), answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'")
    assert "https://" not in page
    for name in ("page.css", "page.js"):
        with urllib.request.urlopen(f"{sandbox.url}/static/{name}") as answer:
            assert "https://" not in answer.read().decode()
