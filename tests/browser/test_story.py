"""The guided story, from the first mail to the resolution by silence, as a newcomer goes through it."""

import pytest
from playwright.sync_api import expect

from terminal.story import CARLA, DIRK, EMMA

pytestmark = pytest.mark.usefixtures("story")


@pytest.mark.timeout(300)
def test_a_newcomer_goes_through_the_whole_story(reader, visitor):
    new = reader()
    expect(new.step("A helpdesk inside Slack")).to_be_visible()
    expect(new.card("Rapport klopt niet")).to_contain_text("Resolved")
    new.next_step()

    expect(new.step("a mail comes in")).to_be_visible()
    new.press("Let Carla write")
    expect(new.card("Webshop")).to_contain_text("Waiting for support")
    expect(new.letters("[HD-2]")).to_be_visible()
    new.next_step()

    expect(new.step("Say how bad it is")).to_be_visible()
    new.press_on("Webshop", "Priority")
    new.choose("Priority", "urgent")
    expect(new.dialog).to_contain_text("As Urgent")
    new.send()
    expect(new.card("Webshop")).to_contain_text("Urgent")
    new.next_step()

    expect(new.step("Start on it")).to_be_visible()
    new.press_on("Webshop", "Take it")
    expect(new.card("Webshop")).to_contain_text("Alice")
    new.next_step()

    new.reply("Webshop", "Since when does this happen?", then="ask")
    expect(new.card("Webshop")).to_contain_text("Waiting for customer")
    new.next_step()

    new.press("Let Carla answer")
    expect(new.card("Webshop")).to_contain_text("Waiting for support")
    new.next_step()

    expect(new.step("A weekend passes")).to_be_visible()
    new.turn("To Monday 09:00")
    new.next_step()

    expect(new.step("A promise is in danger")).to_be_visible()
    new.turn("To the next thing that is due")
    expect(new.page.locator("[data-region=main]")).to_contain_text("75")
    new.next_step()

    expect(new.step("Solve it")).to_be_visible()
    new.card("Webshop").get_by_label("Status").select_option(label="✅ Resolved")
    new.fill("What was done", "The payment service had lost its certificate; it has a new one.")
    new.send()
    new.dialog.get_by_text("As it will leave").wait_for()
    new.send()
    expect(new.card("Webshop")).to_contain_text("Reopen")
    new.next_step()

    new.press("Let Emma write")
    new.press_on("dark mode", "Priority")
    new.choose("Priority", "improvement")
    expect(new.dialog).to_contain_text("As Improvement")
    new.send()
    new.next_step()

    new.press("Let Dirk reply")
    expect(new.card("Rapport")).to_contain_text("Waiting for support")
    new.next_step()

    expect(new.step("who will not answer")).to_be_visible()
    new.reply("Rapport", "Welke ritten ziet u dubbel?", then="ask")
    new.next_step()

    expect(new.step("Silence")).to_be_visible()
    new.turn("To the next thing that is due")
    new.turn("To the next thing that is due")
    expect(new.card("Rapport")).to_contain_text("Reopen")
    new.next_step()

    expect(new.step("Who may not")).to_be_visible()
    new.press_on("dark mode", "Take it")
    expect(new.page.locator(".whisper").first).to_contain_text("Sorry")
    new.next_step()

    expect(new.step("That is the desk")).to_be_visible()
    assert [len(visitor.inbox(customer)) for customer in (CARLA, DIRK, EMMA)] == [4, 7, 1]


def test_a_step_is_shown_only_together_with_the_person_it_is_for(reader):
    new = reader()
    held = []
    new.page.route("**/_control/guide", lambda route: held.append((route, route.fetch())))
    with new.page.expect_response("**/page/parts*"):
        new.next_step()
    new.page.wait_for_event("request", lambda one: "/page/pulse" in one.url)  # by then it has been drawn
    expect(new.step("a mail comes in")).to_have_count(0)

    [(route, answer)] = held
    route.fulfill(response=answer)
    expect(new.step("a mail comes in")).to_be_visible()
