"""The worked examples of the promises, as scenarios: every date, warning and mail at its own time."""

MAIL = "{from: Anna <anna@bakery.example>, subject: Shop is down, text: Nothing works.}"
URGENT = f"""
config: {{desk.default_priority: urgent}}
people: [{{name: Lotte, role: lead}}]
steps:
  - {{at: "%s", as: shop, mail: {MAIL}}}
"""


def urgent(at, *more, until):
    return "\n".join([URGENT % at, *(f"  - {step}" for step in more), f"until: {until}"])


def of(lines, kind, **facts):
    return [
        line for line in lines if line["kind"] == kind and all(line.get(k) == v for k, v in facts.items())
    ]


def times(lines):
    return [line["at"] for line in lines]


def clock(lines, goal):
    return of(lines, "clock", goal=goal)[0]


def test_an_urgent_mail_of_friday_afternoon_warns_on_monday_and_is_broken_at_half_past_four(played):
    lines = played(urgent("2026-11-27T16:30", until="2026-11-30T17:00"))
    leads = of(lines, "leads", goal="recovery")
    assert [(each["at"], each["level"]) for each in leads] == [
        ("2026-11-30T13:30:05Z", 75),
        ("2026-11-30T15:30:05Z", 100),
    ]
    assert {each["due"] for each in leads} == {"2026-11-30T15:30:00Z"}
    thread = of(lines, "thread", goal="recovery")
    assert times(thread) == ["2026-11-30T11:30:00Z", "2026-11-30T13:30:00Z", "2026-11-30T15:30:00Z"]
    assert "<@U0LOTTE>" in leads[1]["headline"]
    assert "<@U0LOTTE>" not in leads[0]["headline"]
    ended = clock(lines, "recovery")
    assert (ended["due"], ended["breached"], ended["spent"]) == ("2026-11-30T15:30:00Z", True, 510.0)


def test_a_mail_of_saturday_is_due_at_closing_time_of_monday_and_nothing_is_said_at_the_weekend(played):
    lines = played(urgent("2026-11-28T11:00", until="2026-11-30T09:30"))
    assert clock(lines, "first_response")["due"] == "2026-11-30T16:00:00Z"
    assert not of(lines, "leads")
    assert not of(lines, "thread")


def test_christmas_moves_the_date_to_the_next_working_day(played):
    lines = played(urgent("2026-12-24T16:30", until="2026-12-27T12:00"))
    assert clock(lines, "recovery")["due"] == "2026-12-28T15:30:00Z"


def test_a_pause_moves_the_recovery_by_the_business_time_that_it_took(played):
    lines = played(
        f"""
config: {{desk: {{default_priority: High}}}}
steps:
  - {{at: 2026-11-30T10:00, as: a, mail: {MAIL}}}
  - {{at: "Tue 11:00", reply: {{ticket: a, by: Sanne, text: "Which page?", then: waiting for customer}}}}
  - {{at: 2026-12-03T14:00, mail: {{from: anna@bakery.example, answers: a, text: The first one.}}}}
until: 2026-12-03T15:00
""".replace("High", "high")
    )
    assert clock(lines, "recovery")["due"] == "2026-12-04T12:00:00Z"
    assert [(each["from"], each["to"]) for each in of(lines, "status")] == [
        (None, "waiting_for_support"),
        ("waiting_for_support", "waiting_for_customer"),
        ("waiting_for_customer", "waiting_for_support"),
    ]


def test_raising_the_priority_beyond_its_date_is_marked_as_reclassified(played):
    lines = played(f"""
steps:
  - {{at: 2026-11-30T09:30, as: a, mail: {MAIL}}}
  - {{at: 2026-12-01T10:00, reply: {{ticket: a, by: Sanne, text: "Which page?", then: ask}}}}
  - {{at: 2026-12-01T15:00, mail: {{from: anna@bakery.example, answers: a, text: The first one.}}}}
  - {{at: 2026-12-02T13:30, click: {{ticket: HD-1, by: Sanne, do: priority, to: Urgent}}}}
until: +5m
""")
    (raised,) = of(lines, "priority")
    assert (raised["from"], raised["to"], raised["reclassified"]) == ("medium", "urgent", True)
    recovery = clock(lines, "recovery")
    assert (recovery["due"], recovery["breached"]) == ("2026-12-01T08:30:00Z", True)
    assert recovery["reason"] == "reclassified"


def test_silence_reminds_after_48_hours_and_resolves_after_72_over_the_change_of_the_clocks(played):
    lines = played(f"""
steps:
  - {{at: 2027-03-26T15:00, as: a, mail: {MAIL}}}
  - {{at: 2027-03-26T16:00, click: {{ticket: a, by: Sanne, do: ask, text: "Does it work again?"}}}}
until: +7d
""")
    mails = of(lines, "mail")
    assert [(each["event"], each["at"], each["automatic"]) for each in mails] == [
        ("opened", "2027-03-26T14:00:00Z", True),
        ("asked", "2027-03-26T15:00:00Z", False),
        ("reminded", "2027-03-28T15:00:00Z", True),
        ("resolved", "2027-03-29T15:00:00Z", True),
    ]
    assert {each["to"] for each in mails} == {"anna@bakery.example"}
    assert all("[HD-1]" in each["subject"] for each in mails)
    assert of(lines, "status")[-1]["by"] == "the desk"


RESOLVED = f"""
steps:
  - {{at: 2026-11-30T09:30, as: a, mail: {MAIL}}}
  - {{at: +30m, click: {{ticket: a, by: Sanne, do: resolve, text: Mended.}}}}
  - {{at: +2h, mail: {{from: anna@bakery.example, answers: a, text: "%s", headers: {{%s}}}}}}
until: +1h
"""


def test_a_complaint_reopens_and_the_clock_goes_on_with_what_it_had_spent(played):
    lines = played(RESOLVED % ("It is broken again!", ""))
    assert of(lines, "ticket")[0]["status"] == "waiting_for_support"
    assert clock(lines, "recovery")["spent"] == 90.0
    assert clock(lines, "next_response")["cycle"] == 1
    assert of(lines, "mail")[-1]["event"] == "reopened"


def test_thanks_do_not_reopen(played):
    lines = played(RESOLVED % ("Thanks!", ""))
    assert of(lines, "ticket")[0]["status"] == "resolved"
    assert of(lines, "thread")[-1]["event"] == "customer_wrote"


def test_an_automatic_reply_is_noted_and_changes_nothing(played):
    lines = played(RESOLVED % ("I am on holiday until Monday.", "Auto-Submitted: auto-replied"))
    assert of(lines, "ticket")[0]["status"] == "resolved"
    assert of(lines, "thread")[-1]["event"] == "machine_wrote"
    assert "automatic" in of(lines, "received")[-1]["became"]


def test_what_an_outage_over_closing_time_missed_is_told_once_at_the_next_opening(played):
    lines = played(
        urgent(
            "2026-11-30T09:00",
            "{at: 2026-11-30T12:00, outage: {of: desk, until: 2026-11-30T20:00}}",
            until="2026-12-01T12:00",
        )
    )
    told = of(lines, "leads", goal="recovery")
    assert [(each["at"], each["level"]) for each in told] == [("2026-12-01T08:00:05Z", 100)]
    assert clock(lines, "recovery")["superseded"] == [50, 75]


def test_what_slack_does_not_take_is_posted_when_it_comes_back(played):
    lines = played(
        urgent(
            "2026-11-30T10:00",
            "{at: 2026-11-30T10:00, outage: {of: slack, until: +90m}}",
            until="2026-11-30T12:00",
        )
    )
    posted = of(lines, "card")
    assert times(posted[:1]) == ["2026-11-30T09:00:00Z"]
    lines = played(f"""
steps:
  - {{at: 2026-11-30T09:55, outage: {{of: [slack, mail], until: 2026-11-30T11:00}}}}
  - {{at: 2026-11-30T10:00, mail: {MAIL}}}
until: +2h
""")
    assert times(of(lines, "card")) == ["2026-11-30T10:00:00Z"]
    assert times(of(lines, "mail")) == ["2026-11-30T10:00:00Z"]
    assert times(of(lines, "status")) == ["2026-11-30T09:00:00Z"]


def test_clocks_start_when_the_mail_reached_the_mailbox_not_when_it_was_fetched(played):
    lines = played(f"""
steps:
  - {{at: 2026-11-30T09:00, outage: {{of: imap, until: 2026-11-30T15:00}}}}
  - {{at: 2026-11-30T10:00, mail: {MAIL}}}
until: 2026-11-30T16:00
""")
    (opened,) = of(lines, "status")
    assert (opened["at"], opened["happened_at"]) == ("2026-11-30T14:00:00Z", "2026-11-30T09:00:00Z")
    assert clock(lines, "first_response")["spent"] == 360.0


def test_a_reply_that_lay_in_the_mailbox_beats_the_silence(played):
    lines = played(f"""
steps:
  - {{at: 2026-11-30T09:00, as: a, mail: {MAIL}}}
  - {{at: 2026-11-30T10:00, click: {{ticket: a, by: Sanne, do: ask}}}}
  - {{at: 2026-12-03T09:00, outage: {{of: mailbox, until: 2026-12-03T12:00}}}}
  - {{at: 2026-12-03T09:30, mail: {{from: anna@bakery.example, answers: a, text: Here it is.}}}}
until: 2026-12-03T13:00
""")
    assert of(lines, "ticket")[0]["status"] == "waiting_for_support"
    assert not of(lines, "status", to="resolved")
