"""django-helpdesk, which makes tickets of mails for bench/intake.py: asked on its input, it says how long.

    python django_helpdesk.py DATABASE MAILS

DATABASE: sqlite:///file, sqlite-wal:///file or a PostgreSQL address; MAILS: a folder with one folder for each
round.  A line with the name of such a folder is answered by the seconds that its mails took.  It is set up as
its own guide says, and its mails to customers go to memory.
"""

import logging
import resource
import sys
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import parse_qs, urlsplit

import django
from django.conf import settings
from django.core.management import call_command
from django.urls import include, path

urlpatterns: list[Any] = []
"""Pages that its mails link to."""


def database_at(address: str) -> dict[str, Any]:
    if address.startswith("sqlite"):
        wal = {"init_command": "PRAGMA journal_mode=WAL", "transaction_mode": "IMMEDIATE"}
        file = address.partition(":///")[2]
        options = wal if address.startswith("sqlite-wal") else {}
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": file, "OPTIONS": options}
    parts = urlsplit(address)
    host = parse_qs(parts.query).get("host", [parts.hostname])[0]
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.strip("/"),
        "USER": parts.username,
        "PASSWORD": parts.password or "",
        "HOST": host,
        "PORT": parts.port or "",
        "CONN_MAX_AGE": None,
    }


def configure(address: str, files: Path) -> None:
    settings.configure(
        SECRET_KEY="for one measurement",
        DATABASES={"default": database_at(address)},
        INSTALLED_APPS=[
            "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
            "django.contrib.sites", "django.contrib.messages", "django.contrib.humanize", "rest_framework",
            "helpdesk",
        ],
        SITE_ID=1,
        ROOT_URLCONF=__name__,
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        MEDIA_ROOT=str(files),
        HELPDESK_TEAMS_MODE_ENABLED=False,
        HELPDESK_ACTIVATE_API_ENDPOINT=False,
    )  # fmt: skip
    django.setup()
    urlpatterns.append(path("helpdesk/", include("helpdesk.urls", namespace="helpdesk")))
    call_command("migrate", verbosity=0)
    call_command("loaddata", "emailtemplate", verbosity=0)


def main(address: str, mails: Path) -> None:
    configure(address, mails / "attachments")
    from django.core import mail
    from helpdesk.email import extract_email_metadata
    from helpdesk.models import Queue, Ticket

    queue = Queue.objects.create(
        title="Support", slug="support", email_address="help@desk.example", allow_email_submission=True
    )
    quiet = logging.getLogger("quiet")
    quiet.addHandler(logging.NullHandler())
    quiet.propagate = False
    quiet.setLevel(logging.ERROR)
    mail.outbox = []
    print("ready", flush=True)
    for line in sys.stdin:
        raws = [file.read_text("utf-8") for file in sorted((mails / line.strip()).iterdir())]
        before = Ticket.objects.count()
        begin = perf_counter()
        for raw in raws:
            extract_email_metadata(raw, queue, quiet)
        took = perf_counter() - begin
        assert Ticket.objects.count() == before + len(raws)
        assert len(mail.outbox) == len(raws)
        mail.outbox.clear()
        print(took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
