"""What this process counts, by the names that /metrics shows; nothing of it is kept when the process ends."""

from collections.abc import Iterable
from itertools import product

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

from desk.delivery import Audience

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second line for each, which nobody reads

_FAST = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_SLOW = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 45)
_LONG = (1, 5, 10, 30, 60, 300, 900, 3600, 14400)


def _counter(name: str, words: str, **labels: Iterable[str]) -> Counter:
    """A counter that shows 0 from the start for each of these values of its labels."""
    counter = Counter(name, words, tuple(labels), registry=None)
    for values in product(*labels.values()) if labels else ():
        counter.labels(*values)
    return counter


def _histogram(name: str, words: str, buckets: tuple[float, ...]) -> Histogram:
    return Histogram(name, words, registry=None, buckets=buckets)


DISPOSITIONS = (
    "opened", "unreadable", "reply", "opinion", "automatic", "bounce", "quarantined", "collected",
    "duplicate", "own", "canary", "dropped",
)  # fmt: skip
"""What a mail can become."""

RESULTS = ("arrived", "looked", "put back", "put off", "held", "shut", "uncertain", "given up")
"""What can come of one attempt at a delivery."""

DENIED = ("another team or app", "nobody here", "another desk", "no right")
ANSWERS = ("2xx", "4xx", "5xx", "no answer", "lost", "not let in")
"""What a mail server can say to a mail; lost: it fell silent after the final dot."""

INTAKE_MAILS = _counter("intake_mails_total", "Mails that were dealt with", disposition=DISPOSITIONS)
INTAKE_LAG = _histogram("intake_lag_seconds", "From the arrival of a mail until it is filed", _LONG)
BOUNCES = _counter("bounces_total", "Mails of ours that came back")
SUPPRESSED = _counter(
    "auto_mail_suppressed_total", "Automatic mails that were not written, by what kept them back",
    rule=("machine", "doubted", "limit"),
)  # fmt: skip
OUTBOX_ATTEMPTS = _counter(
    "outbox_attempts_total", "Attempts at deliveries, by what came of them", kind=Audience, result=RESULTS
)
RECONCILED = _counter(
    "reconcile_total", "Looks for a delivery in doubt, by whether it had arrived",
    kind=Audience, found=("yes", "no"),
)  # fmt: skip
SLACK_DUPLICATES = _counter("slack_duplicates_removed_total", "Messages that stood in Slack twice")
SLACK_WAITED = _counter("slack_rate_limited_seconds_total", "Seconds for which Slack asked us to wait")
SLACK_ENVELOPE = Gauge("slack_last_envelope_timestamp", "When Slack last brought something", registry=None)
SLACK_ACK = _histogram("slack_ack_seconds", "From a request of Slack until its answer is ready", _FAST)
SLACK_DENIED = _counter("slack_denied_total", "Requests of Slack that were refused", reason=DENIED)
SIGNATURE_FAILURES = _counter("signature_failures_total", "Requests that Slack did not sign")
SMTP_SEND = _histogram("smtp_send_seconds", "For the hand-over of one mail", _SLOW)
SMTP_RESULT = _counter("smtp_result_total", "Mails handed over, by the answer", **{"class": ANSWERS})
SLA_NOTICES = _counter(
    "sla_notices_total", "Warnings put on record",
    clock=("first_response", "next_response", "recovery"), threshold=("50", "75", "90", "100", "over"),
)  # fmt: skip
SLA_LATENESS = _histogram("sla_notice_lateness_seconds", "From when a warning was due until then", _LONG)
CLOCK_STEP = Gauge("clock_step_seconds", "The last jump of this machine's clock", registry=None)
DB_COMMIT = _histogram("db_commit_seconds", "For one commit", _FAST)
DB_BUSY = _counter("db_busy_total", "Transactions that the database could not do")

ALL = (
    INTAKE_MAILS, INTAKE_LAG, BOUNCES, SUPPRESSED, OUTBOX_ATTEMPTS, RECONCILED, SLACK_DUPLICATES,
    SLACK_WAITED, SLACK_ENVELOPE, SLACK_ACK, SLACK_DENIED, SIGNATURE_FAILURES, SMTP_SEND, SMTP_RESULT,
    SLA_NOTICES, SLA_LATENESS, CLOCK_STEP, DB_COMMIT, DB_BUSY,
)  # fmt: skip
