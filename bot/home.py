"""App Home: the desk as one person sees it, published for them alone when they open it or act."""

import json
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from datetime import datetime, timedelta
from functools import partial
from http.client import HTTPException
from threading import Lock
from typing import Any

from slack_bolt import Ack, App
from slack_sdk.errors import SlackApiError, SlackClientError

from bot import blocks, overview, purses, shelf
from bot.blocks import Block, plain
from bot.gate import HOME, NOT_YOURS, REFRESH
from bot.house import House
from bot.people import SlackSilent
from bot.promises import clocks_of, resolves_at, soonest
from bot.shelf import PER_PAGE, Entry, Sheet
from bot.words import moment
from desk.actor import Actor, Door, Role
from sla.walltime import midnight_of
from store import budgets, cards, shelves
from store.database import Session, Unavailable
from store.points import Point, reached
from store.shelves import Shelf

log = logging.getLogger(__name__)

Pages = dict[str, int]
"""How many tickets of which list come before those that are shown."""

_NO_ANSWER = (SlackClientError, OSError, HTTPException, SlackSilent, Unavailable)


class Homes:
    """Publishes the Home of whoever opens it, and again when they act: never twice at once for one person,
    and only what is true when it is drawn.  It is not owed: what fails is drawn at the next opening.

    threads: where it is done, so that no click waits for Slack."""

    def __init__(self, house: House, threads: Executor) -> None:
        self._house = house
        self._threads = threads
        self._gate = Lock()
        self._openers: set[str] = set()
        self._busy: set[str] = set()
        self._again: set[str] = set()
        self._turned: dict[str, Pages] = {}

    def opened(self, user: str, *, seen: str, turned: Pages | None = None) -> None:
        """Publish what that person opened.  seen: the hash of what they look at, "" when nothing is there;
        turned: where they are in which list, beyond its first page."""
        self._openers.add(user)
        self._turned[user] = turned or {}
        self._soon(user, seen)

    def acted(self, user: str) -> None:
        """Publish it again for somebody who has opened it before, now that something else is true."""
        if user in self._openers:
            self._soon(user, "")

    def _soon(self, user: str, seen: str) -> None:
        with self._gate:
            if user in self._busy:
                self._again.add(user)
                return
            self._busy.add(user)
        self._threads.submit(self._publish, user, seen).add_done_callback(_complain)

    def _publish(self, user: str, seen: str) -> None:
        try:
            _put(self._house, user, seen, self._turned.get(user, {}))
        except _NO_ANSWER as problem:
            log.warning("the Home of %s was not published: %s", user, problem)
        finally:
            with self._gate:
                self._busy.discard(user)
                once_more = user in self._again
                self._again.discard(user)
        if once_more:
            self._soon(user, "")


def register(app: App, homes: Homes) -> None:
    """Listen to who opens Home and who wants to see it anew."""

    def on_opened(ack: Ack, event: dict[str, Any]) -> None:
        if event.get("tab") == "home":
            homes.opened(event["user"], seen=(event.get("view") or {}).get("hash", ""))
        ack()

    def on_refresh(ack: Ack, body: dict[str, Any]) -> None:
        homes.opened(body["user"]["id"], seen=body["view"].get("hash", ""))
        ack()

    def on_turn(ack: Ack, body: dict[str, Any]) -> None:
        title, skip = shelf.place_of(body["actions"][0].get("value") or "")
        turned = _pages_in(body["view"]) | {title: skip}
        homes.opened(body["user"]["id"], seen=body["view"].get("hash", ""), turned=turned)
        ack()

    app.event("app_home_opened")(on_opened)
    app.action(REFRESH)(on_refresh)
    for turn in HOME - {REFRESH}:
        app.action(turn)(on_turn)


def draw(house: House, user: str, turned: Pages) -> Block:
    """What that person may see.  Raises SlackSilent, Unavailable."""
    actor = house.people.actor(user, door=Door.BUTTON)
    drawn = _refusal() if actor is None else _desk(house, actor, turned)
    return {"type": "home", "blocks": drawn, "private_metadata": json.dumps(turned)}


def _pages_in(view: dict[str, Any]) -> Pages:
    """Where in its lists the Home was that somebody clicked on."""
    try:
        kept = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        return {}
    return {str(title): skip for title, skip in kept.items() if isinstance(skip, int) and skip >= 0}


def _put(house: House, user: str, seen: str, turned: Pages) -> None:
    view = draw(house, user, turned)
    reached(Point.HOME_DRAWN)
    try:
        house.slack.views_publish(user_id=user, view=view, hash=seen or None)
    except SlackApiError as error:
        if not seen or error.response["error"] != "hash_conflict":
            raise
        _put(house, user, "", turned)  # it was drawn elsewhere meanwhile: look again at what is true
    else:
        reached(Point.HOME_PUBLISHED)


def _complain(done: Future[None]) -> None:
    """A fault of ours; nobody waits for what comes of this thread."""
    if fault := done.exception():
        log.error("a Home could not be drawn: %s", fault, exc_info=fault)


def _refusal() -> list[Block]:
    return [blocks.header("Helpdesk"), {"type": "section", "text": plain(NOT_YOURS)}]


def _desk(house: House, actor: Actor, turned: Pages) -> list[Block]:
    now, zone = house.clock(), house.style.zone
    tonight = midnight_of(now.astimezone(zone).date() + timedelta(days=1), zone)
    reach, leads = house.people.reach(actor.key), actor.role is Role.LEAD
    led = house.people.reach(actor.key, leads=True)
    with house.db.read() as session:
        lists = [
            (label, *_page(partial(found, session, *about, reach=reach), turned.get(label.title, 0)))
            for label, found, about in (
                (shelf.MINE, shelves.mine, (actor.key,)),
                (shelf.UNASSIGNED, shelves.unassigned, ()),
                (shelf.WAITING, shelves.waiting, (actor.key,)),
                (shelf.DUE_TODAY, shelves.due_before, (tonight,)),
                (shelf.SNOOZED, shelves.snoozed, (actor.key,)),
            )
        ]
        money = budgets.asked(session, reach=led) if leads else ()
        links = links_of(house, session, [*(found for _, found, _ in lists), Shelf(money, len(money))])
        counted = overview.read(session, house.policy.hours, now=now, reach=led) if leads else None
    drawn = [*_troubles(house, leads=leads), *_top(house, now)]
    if counted:
        drawn += [
            *overview.draw(counted, house.people.title_of(led)),
            *purses.draw(money, links, house.style.prefix, now=now),
        ]
    for label, found, skip in lists:
        if found.total or label is not shelf.SNOOZED:
            sheet = Sheet(entries_of(house, found, links, now), skip, found.total)
            drawn += [blocks.divider(), *shelf.draw(label, sheet, actor.key, house.style)]
    return drawn


def _page(found: Callable[..., Shelf], skip: int) -> tuple[Shelf, int]:
    """That page of a list; where it became shorter, its last one."""
    page = found(limit=PER_PAGE, skip=skip)
    if page.tickets or not page.total:
        return page, skip if page.total else 0
    last = (page.total - 1) // PER_PAGE * PER_PAGE
    return found(limit=PER_PAGE, skip=last), last


def links_of(house: House, session: Session, lists: Sequence[Shelf]) -> dict[int, str]:
    """The addresses of the cards of all tickets in these lists.  Raises SlackSilent."""
    numbers = {ticket.number for found in lists for ticket in found.tickets}
    places = cards.places_of(session, numbers)
    return {number: house.permalink(place) for number, place in places.items()}


def _troubles(house: House, *, leads: bool) -> list[Block]:
    lines = [*house.troubles(), *(house.lead_troubles() if leads else ())]
    return [{"type": "section", "text": plain(f"🔴 {blocks.one_line(line, 600)}")} for line in lines]


def _top(house: House, now: datetime) -> list[Block]:
    refresh = blocks.button(REFRESH, "Refresh", "home")
    return [blocks.section(f"As of *{moment(now, house.style.zone)}*", refresh)]


def entries_of(house: House, found: Shelf, links: dict[int, str], now: datetime) -> list[Entry]:
    """The tickets of a list with all that is said of them."""
    return [
        Entry(
            ticket,
            soonest(clocks_of(ticket, house.policy, now=now)),
            resolves_at(ticket, house.policy),
            links.get(ticket.number, ""),
        )
        for ticket in found.tickets
    ]
