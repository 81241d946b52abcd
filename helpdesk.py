"""The front door: the clock, and the command line that terminal/ is made of."""

from datetime import UTC, datetime
from pathlib import Path

import click

from terminal.audit import audit
from terminal.backup import backup, restore
from terminal.block import block
from terminal.calendar import calendar
from terminal.call import Call
from terminal.dead import dead
from terminal.deliver import deliver
from terminal.demo import demo
from terminal.doctor import doctor
from terminal.erase import erase
from terminal.export import export
from terminal.fsck import fsck
from terminal.hours import hours
from terminal.inbox import inbox
from terminal.mail import mail
from terminal.quarantine import quarantine
from terminal.read import read
from terminal.rehearse import rehearse
from terminal.repair import repair
from terminal.report import report
from terminal.reschedule import reschedule
from terminal.retention import retention
from terminal.serve import serve
from terminal.setup import check, example_config, manifest
from terminal.simulate import simulate
from terminal.why import why


def now() -> datetime:
    """This moment, in UTC.  The one place that reads the clock."""
    return datetime.now(UTC)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="slack-mail-helpdesk", prog_name="helpdesk")
@click.option(
    "--config", "config_path", type=click.Path(path_type=Path), envvar="HELPDESK_CONFIG",
    help="The settings file.  Default: helpdesk.toml in this folder, if there is one.",
)  # fmt: skip
@click.pass_context
def main(context: click.Context, config_path: Path | None) -> None:
    """A helpdesk that a team runs inside Slack: customers write email, agents work cards.

    Try it first, with nothing set up: helpdesk demo
    """
    context.obj = Call(config_path, now)


for command in (
    demo, serve, check, doctor, deliver, read, mail, quarantine, inbox, dead, block, calendar, hours, why,
    report, simulate, reschedule, repair, fsck, audit, backup, restore, export, erase, retention, manifest,
    example_config,
):  # fmt: skip
    main.add_command(command)

calendar.add_command(rehearse)

if __name__ == "__main__":
    main()
