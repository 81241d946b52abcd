"""A story on the page: each step is told, done by the visitor or for them, and stays done."""

import json
import urllib.parse
import urllib.request

import pytest

from sandbox.guide import Step
from sandbox.visitor import NotPossibleHere

CARLA = "carla@bakkerij-jansen.example"
STEPS = (
    Step("Say hello", "Write *hello* in #support.", "", {"as": "U0BOB", "at": "C0SUPPORT"},
         lambda visitor: visitor.find("#support", "hello") is not None),
    Step("Let Bob answer", "Press the button.", "Look below.", {"as": "U0ALICE"},
         lambda visitor: visitor.find("#support", "hi there") is not None,
         "Let Bob answer", lambda visitor: visitor.say("Bob", "#support", "hi there")),
)  # fmt: skip


@pytest.fixture
def tell(sandbox):
    sandbox.tell(STEPS)


def guide(sandbox, **where):
    query = urllib.parse.urlencode(where)
    with urllib.request.urlopen(f"{sandbox.url}/page/parts?{query}") as answer:
        return json.load(answer)["regions"]["guide"]


@pytest.mark.usefixtures("tell")
def test_a_step_is_done_when_the_visitor_did_it_and_stays_done(sandbox, visitor):
    assert "Say hello" in guide(sandbox)
    assert "guide done" not in guide(sandbox)
    words = visitor.say("Alice", "#support", "hello")
    assert "guide done" in guide(sandbox)
    visitor.remove("Alice", words)
    assert "guide done" in guide(sandbox)


@pytest.mark.usefixtures("tell")
def test_a_step_says_where_the_page_should_be_and_offers_a_hand(sandbox, visitor):
    assert visitor.go_to_step(1) == {"as": "U0ALICE"}
    assert "Let Bob answer" in guide(sandbox)
    visitor.take_help()
    assert visitor.find("#support", "hi there")
    assert "guide done" in guide(sandbox)


@pytest.mark.usefixtures("tell")
def test_the_story_can_be_hidden_and_comes_back(sandbox, visitor):
    visitor.hide_story()
    assert guide(sandbox) == ""
    visitor.hide_story(False)
    assert "Say hello" in guide(sandbox)


@pytest.mark.usefixtures("tell")
def test_what_the_story_does_not_have_is_refused(visitor):
    with pytest.raises(NotPossibleHere, match="no step 2"):
        visitor.go_to_step(2)
    with pytest.raises(NotPossibleHere, match="no step -1"):
        visitor.go_to_step(-1)
    with pytest.raises(NotPossibleHere, match="offers nothing"):
        visitor.take_help()


def test_without_a_story_the_page_tells_none(sandbox):
    assert guide(sandbox) == ""
