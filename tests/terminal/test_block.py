"""`helpdesk block`: whom the desk does not hear, by an operator."""

import json

from store import blocks


def test_a_sender_is_blocked_listed_and_heard_again(typed, db):
    assert typed("block", "list").stdout == "Nobody is blocked.\n"
    assert typed("block", "add", "Spam.example").stdout == "spam.example is blocked.\n"
    assert typed("block", "add", "spam.example").stdout == "spam.example is blocked already.\n"
    assert typed("block", "add", "rude@other.example").exit_code == 0

    listed = typed("block", "list", HELPDESK_MAIL__BLOCKED='["junk.example"]').stdout.splitlines()

    by = "by an operator, 2026-11-30 11:00 UTC"
    assert listed == [f"rude@other.example  {by}", f"spam.example  {by}", "junk.example  in the settings"]
    assert typed("block", "remove", "SPAM.example").stdout == "spam.example is heard again.\n"
    with db.read() as session:
        assert [each.sender for each in blocks.every(session)] == ["rude@other.example"]


def test_what_is_no_sender_and_the_desk_itself_are_refused(typed):
    facts = {"address": "sales@shop.example.org", "host": "imap.example", "user": "sales", "password": "p"}
    box = {"HELPDESK_MAILBOXES": json.dumps([facts])}
    theirs = ("helpdesk@localhost", "Sales@shop.example.org", "shop.example.org", "example.org")
    for sender in ("everybody", "a@b@c", *theirs):
        assert typed("block", "add", sender, **box).exit_code == 65, sender

    gone = typed("block", "remove", "nobody.example")

    assert gone.exit_code == 66
    assert "not blocked here; look also at mail.blocked" in gone.stderr


def test_what_a_sender_is_called_drives_no_terminal(typed):
    assert typed("block", "add", "rude\x07\x9b31m@other.example").exit_code == 0
    assert typed("block", "list").stdout.startswith("rude  31m@other.example  by")
