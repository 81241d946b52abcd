"""[watch]: how somebody outside hears that the desk is well, and so notices when it is not."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from settings.section import Section
from settings.values import Address, Unfit, https_url


def _secret_https(url: SecretStr) -> SecretStr:
    try:
        https_url(url.get_secret_value())
    except Unfit as unfit:
        raise Unfit("that is not an https address", unfit.mend) from None
    return url


class Watch(Section):
    heartbeat_url: Annotated[SecretStr, AfterValidator(_secret_https)] | None = Field(
        default=None,
        description="Asked for after each look that found all well; who hears nothing raises the alarm",
        examples=["https://watch.example/ping/your-secret"],
    )
    heartbeat_file: Path | None = Field(
        default=None,
        description="Gets the moment of each look that found all well; watch its age",
        examples=["/run/helpdesk/well"],
    )
    mail_to: tuple[Address, ...] = Field(
        default=(),
        description="Who is mailed when nothing reaches Slack for ten minutes or a canary is late, and then",
        examples=[["lead@example.com"]],
    )
    canary: bool = Field(
        default=False,
        description="Whether the desk mails itself once in a while, to see that mail leaves and comes back",
    )
    canary_minutes: int = Field(default=60, description="Minutes between two such mails", ge=20, le=1440)
    every_minutes: int = Field(default=5, description="Minutes between two looks", ge=1, le=60)
