"""The files.* methods of the upload in three steps, and the addresses that bytes go to and come from."""

import base64
import mimetypes
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from sandbox.arguments import Arguments
from sandbox.messages import Message
from sandbox.refused import Json, NotPossible, Refused
from sandbox.workspace import Workspace
from sandbox.world import BOT_USER, TEAM

AT_ONCE = 10
"""Files that one message shows."""


@dataclass
class File:
    """`user`: whose it is; `handed`: a person put it into a dialog, so that the app may look at it."""

    id: str
    name: str
    size: int
    created: int
    upload_key: str
    content: bytes | None = None
    title: str = ""
    complete: bool = False
    shares: Json = field(default_factory=dict)
    user: str = BOT_USER
    handed: bool = False

    @property
    def mimetype(self) -> str:
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    def shown(self, root_url: str) -> Json:
        address = f"{root_url}/files-pri/{TEAM}-{self.id}/{quote(self.name)}"
        return {
            "id": self.id,
            "created": self.created,
            "timestamp": self.created,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": self.mimetype,
            "filetype": self.name.rpartition(".")[2],
            "user": self.user,
            "size": self.size,
            "mode": "hosted",
            "is_external": False,
            "is_public": False,
            "url_private": address,
            "url_private_download": address,
            "permalink": address,
            "shares": {"public": self.shares} if self.shares else {},
            "channels": list(self.shares),
        }


class Files:
    def __init__(self, workspace: Workspace, root_url: str) -> None:
        self._workspace, self._root_url = workspace, root_url
        self.files: dict[str, File] = {}

    def methods(self) -> dict[str, Callable[[Arguments], Json]]:
        return {
            "files.getUploadURLExternal": self.address,
            "files.completeUploadExternal": self.complete,
            "files.info": self.info,
            "files.delete": self.delete,
        }

    def address(self, call: Arguments) -> Json:
        length = call.number("length", 0)
        if length <= 0:
            raise Refused("invalid_arguments", ["[ERROR] missing required field: length"])
        file = File(
            f"F0{secrets.token_hex(5).upper()}",
            call.needed("filename"),
            length,
            self._workspace.clock.seconds(),
            secrets.token_urlsafe(16),
        )
        self.files[file.id] = file
        return {"ok": True, "upload_url": f"{self._root_url}/upload/v1/{file.upload_key}", "file_id": file.id}

    def take_bytes(self, upload_key: str, content: bytes) -> bool:
        """Keep what was sent to an upload address; False for an unknown address or a wrong length."""
        for file in self.files.values():
            if file.upload_key == upload_key and not file.complete and len(content) == file.size:
                file.content = content
                return True
        return False

    def keep(self, user: str, given: Json, *, handed: bool = False) -> File:
        """A file from the machine of a person: its name, and its content in base64."""
        content = base64.b64decode(str(given["content"]))
        if not content:
            raise NotPossible(f"{given['name']} is empty, and Slack takes no empty files")
        number, key = f"F0{secrets.token_hex(5).upper()}", secrets.token_urlsafe(16)
        file = File(
            number, str(given["name"]), len(content), self._workspace.clock.seconds(), key, content,
            complete=True, user=user, handed=handed,
        )  # fmt: skip
        self.files[file.id] = file
        return file

    def hand_in(self, user: str, element: Json, given: Sequence[Json]) -> list[Json]:
        """What a person puts into a file_input, as a view's state holds it."""
        most, kinds = int(element.get("max_files", AT_ONCE)), element.get("filetypes") or []
        if len(given) > most:
            raise NotPossible(f"no more than {most} files can be put in here")
        for one in given:
            ending = str(one["name"]).rpartition(".")[2].lower()
            if kinds and ending not in kinds:
                raise NotPossible(f"{one['name']} cannot be put in here, only: {', '.join(kinds)}")
        return [self.keep(user, one, handed=True).shown(self._root_url) for one in given]

    def complete(self, call: Arguments) -> Json:
        """Share what was uploaded; works once."""
        listed = call.parsed("files") or []
        found = [self._uploaded(one) for one in listed if isinstance(one, dict)]
        if not found:
            raise Refused("invalid_arguments", ["[ERROR] missing required field: files"])
        if len(found) > AT_ONCE:
            raise Refused(
                "invalid_arguments", [f"[ERROR] no more than {AT_ONCE} items allowed [json-pointer:/files]"]
            )
        channels = [one for one in (call.text("channel_id") or call.text("channels")).split(",") if one]
        places = [self._workspace.writable(channel) for channel in channels]
        thread_ts = call.text("thread_ts")
        if thread_ts and any(self._workspace.find(place, thread_ts) is None for place in places):
            raise Refused("thread_not_found")
        for file, given in zip(found, listed, strict=True):
            file.complete, file.title = True, str(given.get("title") or file.name)
        for place in places:
            self.share(found, place.id, BOT_USER, text=call.text("initial_comment"), thread_ts=thread_ts)
        return {"ok": True, "files": [file.shown(self._root_url) for file in found]}

    def share(self, files: list[File], channel: str, user: str, *, text: str, thread_ts: str) -> Message:
        ts = self._workspace.clock.ts()
        for file in files:
            file.shares.setdefault(channel, []).append({"ts": ts, "thread_ts": thread_ts or None})
        shown = [file.shown(self._root_url) for file in files]
        message = Message(channel, ts, user, text=text, thread_ts=thread_ts, files=shown)
        return self._workspace.add(message)

    def info(self, call: Arguments) -> Json:
        file = self._known(call.needed("file"))
        if not self.is_open_to_the_app(file):
            raise Refused("file_not_found")
        return {"ok": True, "file": file.shown(self._root_url)}

    def delete(self, call: Arguments) -> Json:
        """Its own only; messages that showed it show it no more."""
        file = self._known(call.needed("file"))
        if file.user != BOT_USER:
            raise Refused("cant_delete_file")
        del self.files[file.id]
        for channel in self._workspace.channels.values():
            for message in channel.messages:
                message.files = [each for each in message.files if each["id"] != file.id]
        return {"ok": True}

    def is_open_to_the_app(self, file: File) -> bool:
        """Its own, those in channels it is in, and those that people handed to it."""
        there = (self._workspace.channels[one] for one in file.shares if one in self._workspace.channels)
        return file.user == BOT_USER or file.handed or any(BOT_USER in one.members for one in there)

    def _known(self, name: str) -> File:
        if name not in self.files:
            raise Refused("file_not_found")
        return self.files[name]

    def _uploaded(self, given: Json) -> File:
        file = self._known(str(given.get("id", "")))
        if file.content is None or file.user != BOT_USER:
            raise Refused("file_not_found")
        if file.complete:
            raise Refused("file_already_completed")
        return file
