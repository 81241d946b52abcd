"""What people do at the page: refused dialogs, a guest, keyboard, phone, darkness, and a Slack in trouble."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

CARLA = "carla@bakkerij-jansen.example"


@pytest.fixture
def oven(visitor):
    """Carla's oven is cold, and its card stands in #support."""
    visitor.mail(CARLA, subject="The oven is cold", text="It does not heat any more.")
    return visitor.wait_until(lambda: visitor.find("#support", "The oven is cold"))


def test_a_dialog_says_what_is_wrong_and_keeps_what_was_typed(reader, oven, visitor):
    alice = reader("/?as=U0ALICE")
    alice.press_on("The oven is cold", "Reply to customer")
    alice.send()
    expect(alice.dialog.get_by_role("alert")).to_contain_text("Please complete this required field")

    alice.fill("Your mail", "Ask <@U0BOB>, he knows the oven.")
    alice.send()
    expect(alice.dialog.get_by_role("alert")).not_to_contain_text("required field")
    expect(alice.dialog.get_by_role("textbox", name="Your mail")).to_have_value(
        "Ask <@U0BOB>, he knows the oven."
    )

    alice.fill("Your mail", "Is the plug in?")
    alice.send()
    alice.dialog.get_by_text("As it will leave").wait_for()
    alice.send()
    expect(alice.dialog).to_have_count(0)
    visitor.wait_until(lambda: any("Is the plug in?" in one["text"] for one in visitor.inbox(CARLA)))


def test_a_guest_is_refused_and_nothing_changes(reader, oven, visitor):
    gus = reader("/?as=U0GUS")
    gus.press_on("The oven is cold", "Take it")
    expect(gus.page.locator(".whisper").first).to_contain_text("only the people of the support team")
    expect(gus.card("The oven is cold")).to_contain_text("nobody yet")
    assert visitor.ephemerals("Alice") == []


FOCUSED = "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent.trim()"


def tab_to(page, name, most=150):
    """Press Tab until the element of that name has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED) == name:
            return
    raise AssertionError(f"no way to {name!r} by keyboard")


def test_a_ticket_is_worked_by_keyboard_alone(reader, oven, visitor):
    page = reader("/?as=U0ALICE").page
    tab_to(page, "Take it")
    page.keyboard.press("Enter")
    expect(page.locator("[data-region=main]")).to_contain_text("In progress")

    tab_to(page, "Reply to customer")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Your mail")).to_be_focused()
    page.keyboard.type("It is the fuse.")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    tab_to(page, page.locator("[data-submit]").inner_text())
    expect(page.locator("[data-submit]")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_text("As it will leave").wait_for()
    tab_to(page, "Send")
    page.keyboard.press("Enter")
    expect(page.locator(".modal")).to_have_count(0)
    visitor.wait_until(lambda: any("It is the fuse." in one["text"] for one in visitor.inbox(CARLA)))

    tab_to(page, "Priority")
    page.keyboard.press("Enter")
    expect(page.locator(".modal")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".modal")).to_have_count(0)


def test_the_keyboard_keeps_its_place_when_the_page_is_drawn_anew(reader, oven, visitor):
    page = reader("/?as=U0ALICE").page
    tab_to(page, "Reply to customer")
    visitor.click("Bob", oven, "take")
    expect(page.locator("[data-region=main]")).to_contain_text("Bob")
    expect(page.get_by_role("button", name="Reply to customer")).to_be_focused()


def test_nothing_runs_over_the_edge_of_any_screen(reader, oven, visitor):
    alice = reader("/?as=U0ALICE")
    for width in (360, 768, 1024, 1280, 1920, 2560):
        alice.page.set_viewport_size({"width": width, "height": 740})
        alice.page.reload()
        expect(alice.card("The oven is cold")).to_be_visible()
        assert alice.runs_over() == 0, width
        alice.press_on("The oven is cold", "Reply to customer")
        expect(alice.dialog).to_be_visible()
        assert alice.runs_over() == 0, width
        visitor.close("Alice")


def test_a_ticket_is_worked_on_a_phone(reader, oven, visitor):
    phone = reader("/?as=U0ALICE", width=360, height=740)
    phone.press_on("The oven is cold", "Take it")
    expect(phone.card("The oven is cold")).to_contain_text("In progress")
    phone.card("The oven is cold").locator(".replies").click()
    expect(phone.thread).to_contain_text("Alice took it")
    phone.page.locator(".panes").get_by_text("Mail").click()
    expect(phone.letters("The oven is cold").first).to_be_visible()
    phone.letters("[HD-1]").first.click()
    expect(phone.page.locator(".letter-text")).to_contain_text("HD-1")
    assert phone.runs_over() == 0
    phone.page.locator(".panes").get_by_text("Places").click()
    phone.page.get_by_role("link", name="general").click()
    expect(phone.page.get_by_role("heading", name="general")).to_be_visible()


CONTRASTS = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
"""Gives what is hard to read."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.usefixtures("story")
def test_every_word_can_be_read_by_day_and_by_night(reader, visitor, oven, scheme):
    visitor.click("Alice", oven, "take")
    visitor.say("Bob", "#support", "I know that oven", thread=oven)
    page = reader(f"/?as=U0ALICE&thread={oven['ts']}&box={CARLA}&traffic=all", scheme=scheme, width=1700).page
    expect(page.locator("[data-region=thread]")).to_contain_text("I know that oven")
    assert page.evaluate(CONTRASTS) == []
    page.locator(".letter-row").first.click()
    expect(page.locator(".letter")).to_be_visible()
    page.locator("[data-region=main]").get_by_role("button", name="Priority").last.click()
    expect(page.locator(".modal")).to_be_visible()
    assert page.evaluate(CONTRASTS) == []


def test_traffic_shows_what_was_asked_and_answered(reader, oven):
    page = reader("/?as=U0ALICE").page
    page.get_by_role("button", name="Traffic").click()
    page.locator(".kinds").get_by_role("button", name="Web API").click()
    row = page.locator(".row").filter(has_text="chat.postMessage").first
    row.locator("summary").click()
    expect(row.locator("pre")).to_contain_text("The oven is cold")
    page.get_by_role("button", name="Close the traffic").click()
    expect(page.locator(".row")).to_have_count(0)


def test_commands_are_offered_at_the_composer(reader, oven):
    page = reader("/?as=U0ALICE").page
    page.locator(".commands summary").click()
    page.locator(".commands .menu").get_by_role("button", name="/ticket").click()
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    expect(page.locator(".whisper").first).to_contain_text("The oven is cold")


def test_with_a_slack_that_stumbles_there_is_one_card_one_reply_and_one_mail(reader, visitor):
    alice = reader("/?as=U0ALICE")
    visitor.fault("chat.postMessage", drop="after")  # the card stands, and the desk does not know it
    visitor.mail(CARLA, subject="The oven is cold", text="It does not heat any more.")
    expect(alice.card("The oven is cold")).to_have_count(1)
    visitor.wait_until(lambda: not visitor.state()["faults"])
    visitor.fault("event.message", twice=True)
    visitor.fault("chat.postMessage", status=429, retry_after=1, after=1)
    card = visitor.find("#support", "The oven is cold")
    visitor.say("Alice", "#support", "It is the fuse, I think", thread=card)

    alice.press_on("The oven is cold", "Take it")
    alice.reply("The oven is cold", "Is the fuse still in one piece?", then="ask")
    expect(alice.card("The oven is cold")).to_contain_text("Waiting for customer")
    visitor.wait_until(lambda: not visitor.state()["faults"], seconds=30)

    alice.card("The oven is cold").locator(".replies").click()
    replies = alice.thread.locator(".message")
    expect(replies.filter(has_text="Is the fuse still in one piece?")).to_have_count(1)
    expect(replies.filter(has_text="It is the fuse, I think")).to_have_count(1)
    expect(alice.card("The oven is cold")).to_have_count(1)
    assert sum("Is the fuse still" in one["text"] for one in visitor.inbox(CARLA)) == 1


def test_a_customer_who_is_away_answers_by_machine_and_nothing_changes(reader, oven, visitor):
    alice = reader(f"/?as=U0ALICE&box={CARLA}")
    alice.press("Go away")
    expect(alice.page.locator(".away")).to_contain_text("Carla is away")
    alice.reply("The oven is cold", "Is the fuse still in one piece?", then="ask")
    expect(alice.letters("Automatic reply")).to_have_count(1)
    expect(alice.card("The oven is cold")).to_contain_text("Waiting for customer")
    alice.card("The oven is cold").locator(".replies").click()
    expect(alice.thread).to_contain_text("out of the office")
    alice.press("Back again")
    expect(alice.page.locator(".away")).to_have_count(0)
