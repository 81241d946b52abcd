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

    new.press("Let Emma write")
    new.press_on("dark mode", "Priority")
    new.choose("Priority", "improvement")
    expect(new.dialog).to_contain_text("As Improvement")
    new.send()
    new.next_step()

    expect(new.step("A budget first")).to_be_visible()
    new.press_on("dark mode", "Ask for approval")
    new.ask_for("The portal in the dark.", hours="10")
    expect(new.card("dark mode")).to_contain_text("Waits for emma@noordzeepost.example")
    new.next_step()

    new.press("Let Emma say yes")
    expect(new.card("dark mode")).to_contain_text("€1,250.00")
    new.next_step()

    expect(new.step("More work")).to_be_visible()
    new.type("/ticket time 3 11h dark mode")
    expect(new.card("dark mode")).to_contain_text("11 h of 10 h used (110 %)")
    new.press_on("dark mode", "Ask for more")
    new.ask_for("The maps were harder than they looked.", hours="2")
    new.next_step()

    new.press("Let Emma say yes")
    expect(new.card("dark mode")).to_contain_text("11 h of 12 h used (91 %)")
    new.card("dark mode").get_by_label("Status").select_option(label="✅ Resolved")
    new.fill("What was done", "It is dark at night.")
    new.send()
    new.dialog.get_by_text("As it will leave").wait_for()
    new.send()
    new.next_step()

    expect(new.step("Who may not")).to_be_visible()
    new.press_on("dark mode", "Reopen")
    expect(new.page.locator(".whisper").first).to_contain_text("Sorry")
    new.next_step()

    expect(new.step("The month is over")).to_be_visible()
    new.press("Let the month end")
    new.next_step()

    expect(new.step("A lead lets it go")).to_be_visible()
    report = new.page.locator("[data-region=main] .message").filter(has_text="for Noordzee Post")
    expect(report).to_contain_text("Amount: €1,375.00 excluding VAT")
    report.get_by_role("button", name="Send to the client").click()
    new.page.locator("#confirm").get_by_role("button", name="Send it").click()
    expect(report).to_contain_text("Sent to emma@noordzeepost.example")
    new.next_step()

    expect(new.step("That is the desk")).to_be_visible()
    assert [len(visitor.inbox(customer)) for customer in (CARLA, DIRK, EMMA)] == [4, 7, 5]


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
