"""Nothing an outsider writes acts by itself in Slack, which knows their words and refuses them alive."""

import pytest

from desk.actor import Actor
from desk.delivery import Audience

ANNA = Actor.customer("anna@bakery.example", "Anna de Boer")
SWEEP = Actor.system("sweep")

HOSTILE = [
    "<!channel> look",
    "<https://evil.example/pay|your bank>",
    "Look at https://evil.example/bare now",
    "@here and @everyone",
    "in #general",
    "dear <@U0BOB> please",
    "<mailto:me@evil.example|the desk>",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_what_outsiders_write_lies_still_wherever_the_desk_shows_it(desk, slack, at, words):
    mallory = Actor.customer("mallory@evil.example", words)
    number = desk.a_ticket(subject=words, text=words, name=words, detail={"files": [words]})
    desk.change(number, lambda t: t.customer_wrote(words, by=ANNA, at=at("mon 09:30"), files=[words]))
    desk.change(number, lambda t: t.quarantine(words, by=mallory, at=at("mon 09:31"), reason="a stranger"))
    now, due = desk.time.now(), at("mon 17:00")
    desk.change(number, lambda t: t.warn("recovery", 100, cycle=1, by=SWEEP, at=now, due=due))
    desk.time.sleep(6)  # the news of it may wait for what else falls due
    desk.deliver()
    picture = f"{number}:{desk.ticket(number).version}"
    for window in ("reply", "priority"):
        desk.click(window, picture)
        slack.close("Alice")
    shown = [desk.card(number), slack.views, desk.ask(""), desk.ask(str(number)), desk.open_home()]
    assert all(words[:4] in str(each).replace("&lt;", "<") for each in shown)
    assert len(slack.thread(desk.place(number).ts)) == 4
    assert "Overdue" in slack.channel("#support-leads")[0]["text"]
    assert desk.owed(Audience.CARD) == desk.owed(Audience.AGENTS) == desk.owed(Audience.LEADS) == 0
