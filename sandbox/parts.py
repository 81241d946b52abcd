"""The parts of one sandbox, put together once and handed to the doors (Web API, control, page)."""

from dataclasses import dataclass

from sandbox.api_files import Files
from sandbox.delivery import Delivery
from sandbox.faults import Faults
from sandbox.foreign import Foreign
from sandbox.gestures import Gestures
from sandbox.guide import Guide
from sandbox.installed import Installed
from sandbox.journal import Journal
from sandbox.limits import Limits
from sandbox.mailworld import MailWorld
from sandbox.modals import Modals
from sandbox.replies import Replies
from sandbox.sockets import Sockets
from sandbox.talk import Talk
from sandbox.timekeeper import Timekeeper
from sandbox.webapi import WebApi
from sandbox.workspace import Workspace


@dataclass(frozen=True)
class Parts:
    workspace: Workspace
    modals: Modals
    files: Files
    replies: Replies
    mail: MailWorld
    sockets: Sockets
    delivery: Delivery
    gestures: Gestures
    faults: Faults
    journal: Journal
    webapi: WebApi
    timekeeper: Timekeeper
    guide: Guide
    app: Installed
    limits: Limits
    talk: Talk
    foreign: Foreign
