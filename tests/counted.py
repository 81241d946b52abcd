"""What this process counts for /metrics while something happens."""

from collections.abc import Iterator
from contextlib import contextmanager

from store import meters

Counts = dict[tuple[str, ...], float]


@contextmanager
def counting() -> Iterator[Counts]:
    """Filled at the end: by how much each figure grew that did, by its name and the values of its labels."""
    before, grown = _read(), Counts()
    yield grown
    now = _read()
    grown |= {name: value - before[name] for name, value in now.items() if value != before[name]}


def _read() -> Counts:
    families = (family for meter in meters.ALL for family in meter.collect())
    samples = [sample for family in families for sample in family.samples]
    whole = (sample for sample in samples if not sample.name.endswith(("_bucket", "_sum")))
    return {(sample.name, *sample.labels.values()): sample.value for sample in whole}
