"""What tests say to the sandbox: people click, type and mail, and somebody looks at what came of it.

    visitor = Visitor(sandbox.url)
    letter = visitor.mail("carla@bakkerij-jansen.example", subject="Oven", text="It does not heat.")
    card = visitor.wait_until(lambda: visitor.find("#support", "Oven"))
    visitor.click("Alice", card, "take")
    visitor.choose("Alice", card, "priority", "urgent")
    dialog = visitor.wait_until(lambda: visitor.modal_of("Alice"))
    assert visitor.submit("Alice", {"answer": "We are on it."})["outcome"] == "closed"
    visitor.wait_until(lambda: visitor.inbox("carla@bakkerij-jansen.example"))

People are named by first name or id (Alice, Bob, Lena, Nora, Gus the guest, Otto of another team), channels
by "#support", "#support-leads", "#general", "#support-2025" (archived) or id.  Messages, views and letters
are plain dictionaries as Slack gives them; messages also have "channel", letters are described at `inbox`.
"""

import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from sandbox.director import Director, Json, NotPossibleHere
from sandbox.visitor_mail import Customers, attached

Found = TypeVar("Found")


class Unanswered(AssertionError):
    """The app did not acknowledge a gesture within three seconds: the person sees an error."""


class Visitor(Director, Customers):
    """Everything goes over the control API of the sandbox at `url`; nothing is remembered here."""

    # what people do in Slack

    def say(
        self,
        user: str,
        channel: str,
        text: str,
        thread: Json | str = "",
        files: Iterable[tuple[str, bytes]] = (),
    ) -> Json:
        """Write in a channel, or in the thread of a message, and share files with it; gives the message."""
        where = {"channel": channel, "thread_ts": _ts(thread)}
        return self._do("say", user=user, text=text, files=attached(files), **where)

    def edit(self, user: str, message: Json, text: str) -> None:
        self._do("edit", user=user, channel=message["channel"], ts=message["ts"], text=text)

    def remove(self, user: str, message: Json) -> None:
        """Delete a message, the bot's too."""
        self._do("remove", user=user, channel=message["channel"], ts=message["ts"])

    def react(self, user: str, message: Json, name: str, there: bool = True) -> None:
        """Put an emoji under a message, or with there=False take one's own away."""
        self._do("react", user=user, channel=message["channel"], ts=message["ts"], name=name, there=there)

    def click(self, user: str, message: Json, action_id: str, value: Any = None, block_id: str = "") -> Json:
        """Click a button of a message or ephemeral; `value` or `block_id` say which, where there are several.

        Raises NotPossibleHere when there is no such button, Unanswered when the app does not ack."""
        where = {"channel": message["channel"], "ts": message["ts"]}
        act = {"action_id": action_id, "value": value, "block_id": block_id}
        return self._acked("click", user=user, **where, **act)

    def choose(self, user: str, message: Json, action_id: str, value: Any, block_id: str = "") -> Json:
        """Choose in a select, overflow, radio or date element: an option's value or text, or a list."""
        return self.click(user, message, action_id, value, block_id)

    def click_in_view(
        self,
        user: str,
        action_id: str,
        value: Any = None,
        *,
        view: str = "",
        block_id: str = "",
        values: Mapping[str, Any] | None = None,
    ) -> Json:
        """Click or choose in the top dialog (or `view="home"`, or a view's id), `values` already entered."""
        act = {"action_id": action_id, "value": value, "block_id": block_id}
        view = view or self.modal_of(user).get("id", "")
        return self._acked("click", user=user, view=view, values=dict(values or {}), **act)

    def submit(self, user: str, values: Mapping[str, Any] | None = None, *, view: str = "") -> Json:
        """Fill the top dialog (by block_id or action_id; a file_input with (name, bytes)) and submit it.

        Gives {"outcome": closed | errors | updated | pushed | cleared | unanswered,
        "errors": {block_id: text}, "asked": whether the app was asked at all (Slack itself holds back a
        required input left empty)}."""
        return self._do("submit", user=user, values=_sendable(values or {}), view=view)

    def close(self, user: str, *, view: str = "", everything: bool = False) -> None:
        """Close the top dialog, or the whole stack."""
        self._do("close", user=user, view=view, all=everything)

    def slash(self, user: str, command: str, text: str = "", channel: str = "#support") -> Json:
        """Type a slash command; an answer in the ack appears among `ephemerals`."""
        return self._acked("slash", user=user, command=command, text=text, channel=channel)

    def shortcut(self, user: str, callback_id: str, message: Json | None = None) -> Json:
        """A global shortcut, or one on a message."""
        place = {"channel": message["channel"], "ts": message["ts"]} if message else {}
        return self._acked("shortcut", user=user, callback_id=callback_id, **place)

    def open_home(self, user: str) -> None:
        """Open the app's Home tab (an event: look at `home_of` until it is there)."""
        self._do("home", user=user)

    def archive(self, channel: str, archived: bool = True) -> None:
        self._do("archive", channel=channel, archived=archived)

    def rename(self, channel: str, name: str) -> None:
        self._do("rename", channel=channel, name=name)

    def share(self, channel: str, shared: bool = True) -> None:
        """Share it with another company (Slack Connect), or with shared=False no longer."""
        self._do("share", channel=channel, shared=shared)

    def delete_channel(self, channel: str) -> None:
        """Delete it for good, with all that was said in it."""
        self._do("delete_channel", channel=channel)

    def new_channel(self, name: str, members: Iterable[str], *, private: bool = False) -> Json:
        """Make a channel for these people; "Helpdesk" is the bot.  Gives it as conversations.info does."""
        return self._do("new_channel", name=name, members=list(members), private=private)

    def invite(self, channel: str, user: str, there: bool = True) -> None:
        """Bring somebody (also "Helpdesk", the bot) into a channel, or with there=False out of it."""
        self._do("invite", channel=channel, user=user, there=there)

    def hire(self, name: str, kind: str = "member", channels: Iterable[str] = ("#support",)) -> Json:
        """Somebody new, already in these channels; gives them as users.info does ("Gil Smit" is U0GIL).

        kind: member, guest, single_channel_guest, stranger (of a company that shares a channel), elsewhere
        (of another workspace of the same organization), or bot (of another app: it only can `say`)."""
        return self._do("hire", name=name, kind=kind, channels=list(channels))

    def deactivate(self, user: str) -> None:
        """They can do nothing any more; what they wrote, and their place in channels, stays."""
        self._do("deactivate", user=user)

    # what there is to see

    def state(self, *only: str, box: str = "") -> Json:
        """Everything at once: people, channels with messages, ephemerals, views, homes, mailboxes, faults.

        only: none but these; box: of the mailboxes none but this address."""
        query = urllib.parse.urlencode({"only": ",".join(only), "box": box})
        return self._call("GET", f"state?{query}")

    def channel(self, name: str) -> list[Json]:
        """The messages of a channel, oldest first, without the replies in threads."""
        return [one for one in self._messages(name) if one.get("thread_ts") in (None, one["ts"])]

    def thread(self, root: Json) -> list[Json]:
        """The replies under a message, oldest first."""
        everything = self._messages(root["channel"])
        return [one for one in everything if one.get("thread_ts") == root["ts"] and one["ts"] != root["ts"]]

    def find(self, channel: str, words: str) -> Json | None:
        """The newest message in the channel (not in threads) that shows these words anywhere."""
        fitting = [one for one in self.channel(channel) if words in text_of(one)]
        return fitting[-1] if fitting else None

    def again(self, message: Json) -> Json:
        """The same message as it is now."""
        everything = [*self._messages(message["channel"]), *self.state("ephemerals")["ephemerals"]]
        return next(one for one in everything if one["ts"] == message["ts"])

    def ephemerals(self, user: str) -> list[Json]:
        """What only this person sees, oldest first."""
        state = self.state("ephemerals", "people")
        return [one for one in state["ephemerals"] if one["only_for"] == _id(state, user)]

    def modals_of(self, user: str) -> list[Json]:
        """The dialogs this person has open, the top one last; each with "errors" and "notice"."""
        state = self.state("views", "people")
        return list(state["views"].get(_id(state, user), []))

    def modal_of(self, user: str) -> Json:
        """The dialog on top, or an empty dictionary."""
        views = self.modals_of(user)
        return views[-1] if views else {}

    def home_of(self, user: str) -> Json:
        """What the app published on this person's Home tab, or an empty dictionary."""
        state = self.state("homes", "people")
        return dict(state["homes"].get(_id(state, user), {}))

    def inbox(self, address: str) -> list[Json]:
        """What this customer received, oldest first: id, subject, from, to, cc, date, message_id,
        in_reply_to, references (list), auto_submitted, text, html, attachments (name, type, size,
        content as base64), headers (list of [name, value]), envelope_from, envelope_to, at."""
        name = address.lower()
        box = self.state("mailboxes", box=name)["mailboxes"][name]
        return [letter for letter in box if letter["way"] == "in"]

    def raw(self, letter: Json) -> bytes:
        """The letter's bytes as they were handed over."""
        with urllib.request.urlopen(f"{self._url}/mail/{letter['id']}.eml", timeout=10) as answer:
            return bytes(answer.read())

    def journal(self, kind: str = "", name: str = "", after: int = 0) -> list[Json]:
        """What was asked and done: number, at, kind (api, delivery, mail, gesture, fault), name, detail."""
        query = urllib.parse.urlencode({"kind": kind, "name": name, "after": after})
        return list(self._call("GET", f"journal?{query}")["entries"])

    def wait_until(self, look: Callable[[], Found], seconds: float = 30.0) -> Found:
        """Look again and again until there is something to see; gives it.  AssertionError when time is up."""
        begun = time.monotonic()
        while True:
            found = look()
            if found:
                return found
            waited = time.monotonic() - begun
            if waited > seconds:
                raise AssertionError(f"nothing to see after {seconds} seconds")
            # Looking costs what is looked at its time: the longer it takes, the more seldom.
            time.sleep(min(max(0.02, waited / 5), 0.1))

    def _messages(self, name: str) -> list[Json]:
        for channel in self.state("channels")["channels"]:
            if name.lstrip("#") in (channel["name"], channel["id"]):
                return list(channel["messages"])
        raise NotPossibleHere(f"there is no channel {name}")

    def _acked(self, act: str, **body: Any) -> Json:
        answer = self._do(act, **body)
        if not answer["acked"]:
            raise Unanswered(f"the app did not ack {act}: {answer['reason']}")
        return answer


def text_of(message: Json) -> str:
    """All the words a message shows: its text and those of its blocks, one a line."""
    return "\n".join([str(message.get("text", "")), *_texts(message.get("blocks", []))])


def buttons_of(message: Json) -> list[str]:
    """The action_ids a person can use in a message or view, in order."""
    return [str(one["action_id"]) for one in _walk(message.get("blocks", [])) if "action_id" in one]


def _texts(part: Any) -> list[str]:
    return [one["text"] for one in _walk(part) if isinstance(one.get("text"), str)]


def _walk(part: Any) -> Iterable[Json]:
    if isinstance(part, dict):
        yield part
    inside = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    for one in inside:
        yield from _walk(one)


def _sendable(values: Mapping[str, Any]) -> Json:
    return {name: attached(value) if _are_files(value) else value for name, value in values.items()}


def _are_files(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, tuple) for one in value)


def _ts(thread: Json | str) -> str:
    return thread if isinstance(thread, str) else str(thread["ts"])


def _id(state: Json, user: str) -> str:
    for person in state["people"]:
        if user in (person["id"], person["real_name"]) or user.lower() == person["name"]:
            return str(person["id"])
    raise NotPossibleHere(f"there is nobody called {user}")
