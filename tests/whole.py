"""Whether a run proves all that it can: both engines where they else take turns, and every example."""

import os

VARIABLE = "HELPDESK_TEST_WHOLE"
"""Set by `--whole`; the workers of a run hear of it too."""


def is_wanted() -> bool:
    return VARIABLE in os.environ


def examples(many: int) -> int:
    """How many Hypothesis is to draw: a third is found out in the suite, which is run often."""
    return many if is_wanted() else max(many // 3, 10)
