"""What every table of the settings is."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """One table of helpdesk.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
