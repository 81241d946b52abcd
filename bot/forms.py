"""The windows as they are drawn: reply, resolve, cancel, priority."""

from collections.abc import Sequence

from bot import blocks, fields
from bot.attachable import Choice, choices
from bot.blocks import Block, one_line, plain
from bot.click import value
from bot.words import called, ticket_name
from desk.event import Kind
from desk.files import Named, in_words
from desk.priority import Priority
from desk.status import TRANSITIONS, Status
from desk.ticket import Ticket

KEEP, ASK, RESOLVE, CANCEL = "keep", "ask", "resolve", "cancel"

_AFTERWARDS: dict[str, tuple[str, Status | None]] = {
    KEEP: ("Leave the status as it is", None),
    ASK: ("Wait for the customer's answer", Status.WAITING_FOR_CUSTOMER),
    RESOLVE: ("Resolve it", Status.RESOLVED),
}
"""What may follow a reply, in words, and the status it leads to."""

_IS_MAIL = "The customer gets this as a mail, with your name below it and the history quoted."

LEVELS = {
    Priority.URGENT: "It does not work at all",
    Priority.HIGH: "Some tasks are impossible, or a few users cannot work",
    Priority.MEDIUM: "An error shows, the page can be used",
    Priority.LOW: "It looks wrong and works",
    Priority.IMPROVEMENT: "New work, outside the contract: no dates are promised",
}
"""When each priority is the right one, in the words of the published page."""


THEN_OF = {Kind.REPLIED: KEEP, Kind.ASKED: ASK, Kind.RESOLVED: RESOLVE, Kind.CANCELLED: CANCEL}
"""Which choice made each kind of mail."""


def reply(
    ticket: Ticket,
    then: str,
    prefix: str,
    *,
    opens_files: bool,
    memory: str = "",
    sends: str = "Send",
    text: str = "",
    files: Sequence[Named] = (),
    letters: Sequence[Block] = (),
) -> Block:
    """The window for a mail to the customer.  then: what is chosen to follow it; opens_files: whether the
    desk may fetch what people put into Slack; sends: what its button says; text, files: what stands in it
    already; letters: canned replies to choose from."""
    possible = [key for key, (_, status) in _AFTERWARDS.items() if _may(ticket, status)]
    options = {key: blocks.option(_AFTERWARDS[key][0], key) for key in possible}
    chosen = options.get(then, options[KEEP])
    afterwards: Block = {
        "type": "input",
        "block_id": "then",
        "label": plain("And then"),
        "element": blocks.select("then", "Choose", list(options.values()), chosen=chosen),
    }
    words = fields.text("text", "Your mail", text, placeholder="Dear …", hint=_IS_MAIL)
    shelf = [blocks.actions([blocks.select("canned", "Canned replies", letters)], "shelf")] if letters else []
    parts = [*shelf, words, *_files(ticket, opens_files=opens_files, chosen=files), afterwards]
    return _remembering(_form("reply", "Reply to customer", sends, ticket, prefix, parts), memory)


def resolve(
    ticket: Ticket, prefix: str, *, opens_files: bool, memory: str = "", sends: str = "Resolve"
) -> Block:
    """The window for saying that it is solved.  opens_files, memory, sends: as for a reply."""
    hint = "The customer gets it with the mail that says it is resolved."
    words = blocks.text_input("text", "What was done", optional=True, hint=hint)
    parts = [words, *_files(ticket, opens_files=opens_files)]
    return _remembering(_form("resolve", "Resolve", sends, ticket, prefix, parts), memory)


def cancel(
    ticket: Ticket,
    prefix: str,
    *,
    memory: str = "",
    sends: str = "Cancel the ticket",
    text: str = "",
    duplicate: str = "",
) -> Block:
    """The window for stopping without solving.  memory, sends, text: as for a reply; duplicate: the number
    that stands in it already."""
    words = fields.text(
        "text", "Why", text, placeholder="We have agreed on the phone that this is not needed.",
        hint="The customer gets this reason by mail.",
    )  # fmt: skip
    other = fields.line(
        "duplicate", "Duplicate of ticket number", duplicate, optional=True,
        hint="The customer is told so, joins that ticket, and hears when it is solved.",
    )  # fmt: skip
    parts = [words | {"optional": True}, other]
    return _remembering(_form("cancel", "Cancel the ticket", sends, ticket, prefix, parts), memory)


def _remembering(view: Block, memory: str) -> Block:
    return view | ({"private_metadata": memory} if memory else {})


def priority(ticket: Ticket, chosen: Priority, dates: Sequence[str], prefix: str) -> Block:
    """The window for another priority.  dates: what the chosen one would promise, in Slack's markup."""
    options = {level: blocks.option(level.words, level, LEVELS[level]) for level in Priority}
    choice: Block = {
        "type": "input",
        "block_id": "level",
        "dispatch_action": True,  # the dates below follow the choice before anybody confirms it
        "label": plain("Priority"),
        "element": blocks.select("level", "Choose", list(options.values()), chosen=options[chosen]),
    }
    title = "*As it is*" if chosen is ticket.priority else f"*As {chosen.words}*"
    promised = blocks.section("\n".join([title, *dates]))
    about = blocks.context(_about(ticket, prefix))
    return blocks.modal("priority", "Priority", "Change", [about, choice, promised], memory=_memory(ticket))


def _files(ticket: Ticket, *, opens_files: bool, chosen: Sequence[Named] = ()) -> list[Block]:
    """What goes along: files of the thread, where there are any, and new ones."""
    may = [each for each in choices(ticket) if opens_files or "part" in each.file]
    there = [blocks.option(_choice(each), each.key, f"from {each.whose}") for each in may]
    again = [option for option, each in zip(there, may, strict=True) if each.file in chosen]
    drawn = [blocks.many("picked", "Files of the thread", "None", there, chosen=again)] if there else []
    new = blocks.file_input("added", "New files", "From your computer, up to 10.")
    return [*drawn, new] if opens_files else drawn


def _choice(choice: Choice) -> str:
    size = int(choice.file.get("bytes") or 0)
    told = f" ({in_words(size)})" if size else ""
    return one_line(str(choice.file["name"]), 75 - len(told)) + told


def _may(ticket: Ticket, status: Status | None) -> bool:
    return status is None or status is ticket.status or status in TRANSITIONS[ticket.status]


def _form(
    callback: str, title: str, submit: str, ticket: Ticket, prefix: str, parts: Sequence[Block]
) -> Block:
    """A window whose words are mailed: it shows to whom."""
    about = blocks.context(plain(f"To: {one_line(called(ticket), 400)}"), _about(ticket, prefix))
    return blocks.modal(callback, title, submit, [about, *parts], memory=_memory(ticket))


def _about(ticket: Ticket, prefix: str) -> Block:
    return plain(f"About: {ticket_name(prefix, ticket.number)} · {one_line(ticket.subject, 300)}")


def _memory(ticket: Ticket) -> str:
    return value(ticket.number, ticket.version)
