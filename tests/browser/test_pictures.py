"""Takes the pictures of the README and of docs/: `./run pictures`.  Not part of the suite."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from terminal.story import CARLA, EMMA

ERROR_PAGE = (Path(__file__).parent / "error_page.png").read_bytes()
"""What Carla sees in her webshop."""
PICTURES = Path(__file__).parents[2] / "docs" / "pictures"

pytestmark = [pytest.mark.pictures, pytest.mark.usefixtures("story"), pytest.mark.timeout(300)]


def a_day_at_the_desk(visitor):
    """Carla's webshop is down and Alice works on it; Emma asked for something new."""
    text = 'Hello,\n\nOur webshop only shows "Something went wrong" when somebody pays. Please help!\n\nCarla'
    visitor.mail(CARLA, subject="Webshop shows an error", text=text, files=[("screenshot.png", ERROR_PAGE)])
    card = visitor.wait_until(lambda: visitor.find("#support", "Webshop"))
    visitor.click("Alice", card, "priority")
    visitor.submit("Alice", {"level": "urgent"})
    visitor.wait_until(lambda: "Urgent" in str(visitor.find("#support", "Webshop")))
    visitor.click("Alice", visitor.find("#support", "Webshop"), "take")
    visitor.wait_until(lambda: "In progress" in str(visitor.find("#support", "Webshop")))
    visitor.say("Bob", "#support", "The payment provider had a fault at four, that may be it.", thread=card)
    visitor.mail(EMMA, subject="An idea: dark mode", text="Hi,\n\nCould the portal have a dark mode?\n\nEmma")
    visitor.wait_until(lambda: visitor.find("#support", "dark mode"))
    return card


def test_take_the_pictures(reader, visitor):
    card = a_day_at_the_desk(visitor)
    PICTURES.mkdir(exist_ok=True)

    def take(name, shown):
        shown.screenshot(path=PICTURES / f"{name}.png")

    visitor.wait_until(lambda: len(visitor.inbox(CARLA)) == 2)
    visitor.wait_until(lambda: visitor.inbox(EMMA))
    whole = reader(f"/?as=U0ALICE&box={CARLA}&thread={card['ts']}", width=1720)
    expect(whole.thread).to_contain_text("payment provider")
    take("demo", whole.page)
    take("card", whole.card("Webshop"))
    take("thread", whole.page.locator(".threads"))

    whole.press_on("Webshop", "Reply to customer")
    whole.fill("Your mail", "Dear Carla, since when does this happen?")
    whole.choose("And then", "ask")
    take("dialog", whole.dialog)
    whole.send()
    whole.dialog.get_by_text("As it will leave").wait_for()
    take("preview", whole.dialog)
    whole.send()
    whole.letters("[HD-2]").first.click()
    expect(whole.page.locator(".letter")).to_be_visible()
    whole.press("HTML")
    expect(whole.page.frame_locator(".letter iframe").locator("body")).to_contain_text("HD-2")
    take("mailbox", whole.page.locator(".mail"))

    home = reader("/?as=U0LENA&at=home", width=1300, height=1000)
    expect(home.page.locator(".home .blocks")).to_be_visible()
    home.page.get_by_role("button", name="Hide the story").click()
    expect(home.page.locator(".guide")).to_have_count(0)
    take("home", home.page.locator(".middle"))

    dark = reader(f"/?as=U0ALICE&box={CARLA}", scheme="dark", width=1500, height=900)
    expect(dark.card("Webshop")).to_be_visible()
    take("dark", dark.page)

    phone = reader("/?as=U0ALICE", width=390, height=800)
    take("phone", phone.page)
