"""The demo in a real browser: Chromium at the page, the real desk behind it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

import helpdesk
from sandbox.server import Sandbox
from sandbox.visitor import Visitor
from terminal.demo import desk_in, made_up_world, tell_story
from terminal.story import friday_noon

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
QUIET += ["--disable-background-networking", "--disable-component-update"]
PATIENCE = 20_000
"""Milliseconds that a slow machine gets for what takes one or two."""

if CHROMIUM is None and os.environ.get("CI"):
    raise RuntimeError("no Chromium: install it (Debian: apt install chromium)")
if CHROMIUM is None:
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, without a window; not for the whole run: while it is open, no test can run its own loop."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as play:
        # As root, as in many containers, Chromium has no sandbox of its own.
        args = [*QUIET, "--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else QUIET
        running = play.chromium.launch(executable_path=CHROMIUM, args=args)
        yield running
        running.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Sandbox]:
    """The demo: the desk at work in its made-up world, on the Friday of the story."""
    with made_up_world(0, friday_noon(helpdesk.now())) as world:
        parts = desk_in(world, tmp_path, machine=helpdesk.now)
        yield world
        parts.stop()


@pytest.fixture
def visitor(world: Sandbox) -> Visitor:
    return Visitor(world.url)


@pytest.fixture
def story(world: Sandbox) -> None:
    """Dirk wrote at noon, Bob solved it, and the page begins to tell."""
    tell_story(world)


class Reader:
    """Somebody at the page, who does what a person can do there."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def dialog(self) -> Locator:
        return self.page.locator(".modal")

    @property
    def thread(self) -> Locator:
        return self.page.locator("[data-region=thread]")

    def step(self, title: str) -> Locator:
        """The story, at the step of that title."""
        return self.page.locator(".guide").filter(has=self.page.get_by_role("heading", name=title))

    def next_step(self) -> None:
        """Press Next once the step is done."""
        self.page.locator(".guide.done").get_by_role("button", name="Next", exact=True).click()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def card(self, subject: str) -> Locator:
        cards = self.page.locator("[data-region=main] .message")
        return cards.filter(has=self.page.get_by_role("heading", name=subject))

    def press_on(self, subject: str, button: str) -> None:
        self.card(subject).get_by_role("button", name=button, exact=True).click()

    def fill(self, label: str, text: str) -> None:
        self.dialog.get_by_role("textbox", name=label).fill(text)

    def choose(self, label: str, value: str) -> None:
        self.dialog.get_by_label(label).select_option(value)

    def send(self) -> None:
        """Send the dialog."""
        self.dialog.locator("[data-submit]").click()

    def reply(self, subject: str, text: str, then: str = "keep") -> None:
        self.press_on(subject, "Reply to customer")
        self.fill("Your mail", text)
        self.choose("And then", then)
        self.send()
        self.dialog.get_by_text("As it will leave").wait_for()
        self.send()

    def type(self, words: str) -> None:
        """Write that in the channel."""
        self.page.get_by_label("Message or command").fill(words)
        self.page.locator(".composer .send").first.click()

    def ask_for(self, scope: str, *, hours: str) -> None:
        """Fill in what the client is asked for, read the amount, send it."""
        self.dialog.get_by_role("textbox").first.fill(scope)
        self.fill("Hours", hours)
        self.send()
        self.dialog.get_by_text("Send it?").wait_for()
        self.send()

    def turn(self, choice: str) -> None:
        """Let time pass, by the clock at the top."""
        self.page.locator(".clock summary").click()
        self.page.locator(".clock .menu").get_by_text(choice).click()
        self.page.locator("body:not(.turning)").wait_for()

    def letters(self, words: str) -> Locator:
        """Rows of the mailbox that is open."""
        return self.page.locator(".letter-row").filter(has_text=words)

    def runs_over(self) -> int:
        """By how many pixels something is wider than the page."""
        wider: int = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        return wider


Scheme = Literal["light", "dark"]


@pytest.fixture
def reader(browser: Browser, world: Sandbox) -> Iterator[Callable[..., Reader]]:
    """Opens the page for somebody; at the end nothing may have failed in it but what was expected (409)."""
    failed: list[str] = []
    opened: list[Page] = []

    def note(line: Any) -> None:
        if line.type == "error" and "409" not in line.text:
            failed.append(line.text)

    def at(path: str = "/", *, width: int = 1500, height: int = 940, scheme: Scheme = "light") -> Reader:
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: failed.append(str(error)))
        page.on("console", note)
        opened.append(page)
        page.goto(world.url + path)
        return Reader(page)

    yield at
    for page in opened:
        page.close()
    assert failed == []
