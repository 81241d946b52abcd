"""Pages behind signed links: looking changes nothing, for mail scanners look; a button sends the answer."""

import logging
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import parse_qsl

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from desk.errors import Conflict, DeskError
from mail.letterhead import Letterhead
from mail.pages import sheet
from store.database import Database, Session, Unavailable

log = logging.getLogger(__name__)

_TRIES = 3
"""How often to look again when somebody else changed the same ticket in the same moment."""

Form = Mapping[str, str]


class Question(Protocol):
    """What is asked behind the links of one kind.  Each method is handed the link's last part."""

    def page(self, session: Session, link: str) -> str | None:
        """The page as things stand; None for a link that is none of ours."""

    def answer(self, session: Session, link: str, form: Form) -> bool:
        """Take what the form says; whether it says anything to us.  Raises DeskError where it is too late."""


class Pages:
    """Serves one question under one path.  largest: bytes of an answer."""

    def __init__(
        self, path: str, question: Question, db: Database, letterhead: Letterhead, *, largest: int
    ) -> None:
        self._path = path
        self._question = question
        self._db = db
        self._letterhead = letterhead
        self._largest = largest

    def routes(self) -> list[Route]:
        """For the web application of the desk."""
        return [Route(f"/{self._path}/{{link}}", self._serve, methods=["GET", "POST"])]

    async def _serve(self, request: Request) -> Response:
        link: str = request.path_params["link"]
        form = await _form_in(request, self._largest) if request.method == "POST" else {}
        try:
            answered = await to_thread.run_sync(self._served, link, form)
        except (Unavailable, Conflict) as problem:
            log.warning("an answer by link was not taken: %s", problem)
            answered = HTMLResponse(sheet.busy(self._letterhead), 503)
        answered.headers.update(sheet.HEADERS)
        return answered

    def _served(self, link: str, form: Form) -> Response:
        if form and self._take(link, form):
            # Loading the page again sends nothing again.  Only the last step: we may stand behind a path.
            return RedirectResponse(link, status_code=303)
        with self._db.read() as session:
            page = self._question.page(session, link)
        return HTMLResponse(page) if page else HTMLResponse(sheet.not_valid(self._letterhead), 404)

    def _take(self, link: str, form: Form) -> bool:
        """Whether there was something to answer; that it came too late, the page says."""
        for left in reversed(range(_TRIES)):
            try:
                with self._db.change(urgent=True) as session:
                    return self._question.answer(session, link, form)
            except Conflict:
                if not left:
                    raise
            except DeskError as refusal:
                log.info("an answer by link came too late: %s", refusal)
                return True
        return False


async def _form_in(request: Request, largest: int) -> Form:
    """What stands in the form; nothing where it is larger than ours can be."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            return {}
    try:
        return dict(parse_qsl(body.decode("ascii"), errors="replace", max_num_fields=8))
    except ValueError:
        return {}
