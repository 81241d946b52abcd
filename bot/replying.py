"""A reply from the window to the courier: written, looked at as it will leave, sent."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot import blocks, canned, foreseen, forms, resembling
from bot.blocks import Block, cut
from bot.click import Click, parsed, value
from bot.fields import about
from bot.filled import rewritten, written_in
from bot.house import House, seen
from bot.outgoing import Outgoing
from bot.words import moment
from desk.actor import Actor
from desk.errors import DeskError
from desk.files import Named
from desk.reach import Reach
from desk.ticket import Ticket
from store import drafts, outbox, tickets
from store.database import Session
from store.drafts import Draft
from store.points import Point, reached
from store.tables import new_token

Body = dict[str, Any]


def register(app: App) -> None:
    """Listen to what comes back from the windows."""
    app.action("canned")(on_canned)
    app.view("send")(on_send)
    for window in ("reply", *_THEN):
        app.view(window)(on_reply)
        app.view_closed(window)(on_closed)


def open_window(
    house: House,
    client: WebClient,
    trigger: str,
    ticket: Ticket,
    actor: Actor,
    then: str,
    *,
    text: str = "",
    files: Sequence[Named] = (),
    other: str = "",
) -> None:
    """Open the window for a mail.  then: what follows it; text, files, other: what stands in it and is chosen
    already."""
    if then in (forms.KEEP, forms.ASK):
        ticket.must_have_address()
    at, token = house.clock(), new_token()
    with house.db.read() as session:
        others = [each for each in drafts.writers(session, ticket.number, now=at) if each.by_key != actor.key]
    view = _window(house, ticket, then, token, text=text, files=files, other=other)
    view["blocks"][1:1] = [being_written(others, house)] if others else []
    client.views_open(trigger_id=trigger, view=view | {"notify_on_close": True})
    reached(Point.WINDOW_OPENED)
    with house.db.change(urgent=True) as session:
        drafts.begin(session, token, ticket.number, by=actor, at=at)
        outbox.owe_card(session, ticket)


def _window(
    house: House, ticket: Ticket, then: str, token: str, *, text: str, files: Sequence[Named], other: str
) -> Block:
    """The window, drawn.  token: under which what is written in it is kept."""
    prefix, opens = house.style.prefix, house.people.home().opens_files
    told = {"memory": value(ticket.number, ticket.version, token)}
    told |= {"sends": "Preview"} if house.foresee and ticket.has_address else {}
    if then == forms.CANCEL:
        return forms.cancel(ticket, prefix, text=text, duplicate=other, **told)
    if then == forms.RESOLVE and not (text or files):
        return forms.resolve(ticket, prefix, opens_files=opens, **told)
    letters = [blocks.option(each.title, each.key) for each in canned.offered(house.canned, ticket)]
    return forms.reply(
        ticket, then, prefix, opens_files=opens, text=text, files=files, letters=letters, **told
    )


def being_written(others: Sequence[Draft], house: House) -> Block:
    """Who else writes to this customer now."""
    since = [f"{each.by_name} since {moment(each.opened_at, house.style.zone)}" for each in others]
    return blocks.context(blocks.plain(f"✍️ Already replying: {blocks.one_line(', '.join(since), 400)}"))


def on_closed(ack: Ack, view: Body, actor: Actor, house: House) -> None:
    """Whoever closes the window is not at it any more."""
    number, _, token = parsed(view.get("private_metadata"))
    with house.db.change() as session:
        if drafts.take(session, token, number):
            outbox.owe_card(session, tickets.get(session, number))
    ack()


def on_canned(ack: Ack, body: Body, client: WebClient, click: Click, actor: Actor, house: House) -> None:
    """Put a canned reply into the window, below what was written."""
    view, ticket = body["view"], house.look(click, actor)
    letter = canned.found(house.canned, click.choice).filled(ticket, actor, house.style.prefix)
    before = written_in(view["state"], "text").rstrip()
    text = cut(f"{before}\n\n{letter}" if before else letter, 3000)
    client.views_update(view_id=view["id"], hash=view["hash"], view=rewritten(view, "text", text))
    ack()


def on_reply(ack: Ack, view: Body, click: Click, actor: Actor, house: House) -> None:
    """Show it as it will leave; without a preview, or where nobody is mailed, do it."""
    mail = Outgoing.read(view["state"], _THEN.get(str(view.get("callback_id")), ""))
    if house.foresee is None or not click.choice:
        send(mail, click, actor, house)
        ack()
        return
    at, reach = house.clock(), house.people.reach(actor.key)
    with house.db.read() as session:
        ticket = seen(session, click, actor)
        before = ticket.status
        _do(mail, ticket, session, house, actor, at, reach=reach)  # on a copy that nobody saves
    if not ticket.has_address:
        send(mail, click, actor, house)
        ack()
        return
    letter = house.foresee(ticket, ticket.history[-1])
    with house.db.change(urgent=True) as session:
        drafts.keep(session, click.choice, click.number, asdict(mail), by=actor, at=at)
    memory = value(click.number, click.drawn, click.choice)
    drawn = foreseen.draw(ticket, letter, before, house.style.prefix, undo=house.undo, memory=memory)
    ack(response_action="push", view=drawn)


_THEN = {"resolve": forms.RESOLVE, "cancel": forms.CANCEL}
"""What follows, where the window does not ask."""


def on_send(ack: Ack, click: Click, actor: Actor, house: House) -> None:
    """Send what was looked at."""
    done: list[Ticket] = []
    reach = house.people.reach(actor.key)

    def change(session: Session, at: datetime) -> None:
        ticket = seen(session, click, actor)
        draft = drafts.take(session, click.choice, click.number)
        if draft is None or draft.by_key != actor.key:
            raise DeskError("This window is too old. Close it and write the mail anew.")
        _do(Outgoing.kept(draft.mail), ticket, session, house, actor, at, reach=reach, undo=house.undo)
        done[:] = [ticket]

    house.once(click.key, change)
    _offer(done, actor, house)
    ack(response_action="clear")


def send(mail: Outgoing, click: Click, actor: Actor, house: House) -> None:
    """Owe the customer that mail at once, and offer to take it back."""
    done: list[Ticket] = []
    reach = house.people.reach(actor.key)

    def change(session: Session, at: datetime) -> None:
        ticket = seen(session, click, actor)
        _do(mail, ticket, session, house, actor, at, reach=reach, undo=house.undo)
        drafts.take(session, click.choice, click.number)
        done[:] = [ticket]

    house.once(click.key, change)
    _offer(done, actor, house)


def _do(
    mail: Outgoing,
    ticket: Ticket,
    session: Session,
    house: House,
    actor: Actor,
    at: datetime,
    *,
    reach: Reach,
    undo: timedelta = timedelta(),
) -> None:
    with about("duplicate"):
        original = resembling.original(session, house, reach, mail.other) if mail.other else None
    mail.do(ticket, by=actor, at=at, most=house.a_mail_takes, undo=undo, original=original)


def _offer(done: Sequence[Ticket], actor: Actor, house: House) -> None:
    house.acted(actor.key)
    for ticket in done:
        house.offer(ticket, actor)
