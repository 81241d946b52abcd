"""What one person sees of the world at one place of the page, as the templates need it."""

import json
from datetime import datetime

from sandbox import mrkdwn
from sandbox.arguments import as_given
from sandbox.forms import state_of
from sandbox.letters import CUSTOMERS
from sandbox.messages import Message
from sandbox.modals import View
from sandbox.parts import Parts
from sandbox.refused import Json
from sandbox.world import SUPPORT, Channel

ACTORS = ("U0ALICE", "U0BOB", "U0LENA", "U0GUS", "U0OTTO")
TRAFFIC = {"all": "", "Web API": "api", "to the app": "delivery", "mail": "mail", "people": "gesture"}
TRAFFIC |= {"faults": "fault"}
ROWS = 120
SAME_HEAD_SECONDS = 300


class Sights:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def seen(self, asked: dict[str, str]) -> Json:
        """Everything the templates show.  asked: the page's query (as, at, thread, box, letter, ...)."""
        workspace, modals = self._parts.workspace, self._parts.modals
        me = workspace.people.get(asked.get("as", ""), workspace.people["U0ALICE"])
        own = [one for one in workspace.channels.values() if me.id in one.members and not one.deleted]
        channel = self._chosen(asked.get("at", SUPPORT), own)
        root = workspace.find(channel, asked.get("thread", "")) if channel else None
        view, home = modals.top(me.id), modals.homes.get(me.id)
        return {
            "me": me,
            "people": workspace.people,
            "actors": [workspace.people[one] for one in ACTORS],
            "channels": own,
            "channel": channel,
            "now": workspace.clock.now(),
            "feed": self._feed(channel, me.id) if channel else [],
            "thread": self._thread(channel, root, me.id) if channel and root else [],
            "root": root,
            "view": view,
            "depth": len(modals.stacks.get(me.id, [])),
            "view_state": _entered(view),
            "home": home,
            "home_state": _entered(home),
            "state_of_message": lambda one: state_of(one.blocks, one.values)["values"],
            "app": self._parts.app,
            "guide": self._parts.guide,
            **self._mail(asked),
            **self._traffic(asked.get("traffic", "")),
        }

    def name_of(self, name: str) -> str:
        """What people call a user, a channel or a user group."""
        workspace = self._parts.workspace
        if name in workspace.people:
            return workspace.people[name].name
        if name in workspace.channels:
            return workspace.channels[name].name
        return "support-leads" if name in workspace.groups else name

    def _chosen(self, wanted: str, own: list[Channel]) -> Channel | None:
        """The channel that is open; None is the app's Home."""
        if wanted == "home":
            return None
        there = [one for one in own if one.id == wanted] or [one for one in own if not one.im]
        return there[0] if there else None

    def _feed(self, channel: Channel, me: str) -> list[Json]:
        """Roots and what only this person sees, in order, each with the figures of its thread."""
        workspace = self._parts.workspace
        shown = [one for one in channel.messages if not one.is_reply or one.broadcast]
        shown += [one for one in workspace.ephemerals if _whispered(one, channel, me) and not one.thread_ts]
        shown.sort(key=lambda one: one.ts)
        rows: list[Json] = []
        threads = workspace.threads(channel)
        for one in shown:
            thread = threads.get(one.ts, [])
            row = self._row(one, rows[-1]["message"] if rows else None)
            writers = list(dict.fromkeys(reply.user for reply in thread))[:4]
            told = [each for each in workspace.ephemerals if each.only_for == me and each.thread_ts == one.ts]
            row |= {"replies": len(thread), "writers": writers, "latest": thread[-1:], "whispers": len(told)}
            rows.append(row)
        return rows

    def _thread(self, channel: Channel, root: Message, me: str) -> list[Json]:
        workspace = self._parts.workspace
        shown = [root, *workspace.thread(channel, root.ts)]
        whispers = [one for one in workspace.ephemerals if _whispered(one, channel, me)]
        shown += [one for one in whispers if one.thread_ts == root.ts]
        shown.sort(key=lambda one: one.ts)
        return [self._row(one, before) for before, one in zip([None, *shown], shown, strict=False)]

    def _row(self, message: Message, before: Message | None) -> Json:
        """A message and whether it goes on under the same head as the one before it."""
        goes_on = (
            before is not None
            and (before.user, before.only_for) == (message.user, message.only_for)
            and float(message.ts) - float(before.ts) < SAME_HEAD_SECONDS
            and not message.blocks[1:]
            and not before.blocks[1:]
        )
        new_day = before is None or _date(before.ts) != _date(message.ts)
        return {"message": message, "goes_on": goes_on and not new_day, "new_day": new_day}

    def _mail(self, asked: dict[str, str]) -> Json:
        boxes = self._parts.mail.boxes
        address = asked.get("box", "") if asked.get("box", "") in CUSTOMERS else next(iter(CUSTOMERS))
        letters = [one.shown() for one in reversed(boxes.get(address, []))]
        wanted = asked.get("letter", "")
        letter = next((one for one in letters if one["id"] == wanted), None)
        counts = {name: len([one for one in boxes.get(name, []) if one.way == "in"]) for name in CUSTOMERS}
        return {
            "customers": CUSTOMERS,
            "box": address,
            "letters": letters,
            "letter": letter,
            "counts": counts,
            "away": self._parts.mail.absences.shown().get(address, ""),
            "as_html": asked.get("html") == "1",
        }

    def _traffic(self, kind: str) -> Json:
        """The newest of what was asked and answered, the latest first, when somebody looks at it."""
        if kind not in TRAFFIC.values() and kind != "all":
            return {"traffic": []}
        entries = self._parts.journal.read(kind="" if kind == "all" else kind)[: -ROWS - 1 : -1]
        rows = [one | {"brief": _brief(one), "whole": _whole(one)} for one in entries]
        return {"traffic": rows, "traffic_kind": kind, "traffic_kinds": TRAFFIC}


def _entered(view: View | None) -> Json:
    entered: Json = state_of(view.blocks, view.values)["values"] if view else {}
    return entered


def _whispered(message: Message, channel: Channel, me: str) -> bool:
    return message.channel == channel.id and message.only_for == me


def _date(ts: str) -> str:
    return datetime.fromtimestamp(float(ts), mrkdwn.ZONE).date().isoformat()


def _brief(entry: Json) -> str:
    """One line about a journal entry: how it ended, and whom it was about."""
    detail = entry["detail"]
    answer = detail.get("answer")
    ended = [answer.get("error") or "ok"] if isinstance(answer, dict) and "ok" in answer else []
    if "taken" in detail:
        ended = ["taken" if detail["taken"] else f"not taken: {detail['reason']}"]
    given = detail.get("given") or detail
    named = [
        str(given[name]) for name in ("channel", "user", "sender", "subject", "error") if given.get(name)
    ]
    return " · ".join([*ended, *named])


def _whole(entry: Json) -> str:
    detail = {name: _readable(value) for name, value in entry["detail"].items()}
    return json.dumps(detail, indent=2, ensure_ascii=False, default=str)


def _readable(value: object) -> object:
    """Arguments that came as JSON text, as what they say."""
    if not isinstance(value, dict):
        return value
    return {name: as_given(one) for name, one in value.items()}
