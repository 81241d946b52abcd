"""When a mail reached us: our own server's word for it, and nobody else's."""

from datetime import UTC, datetime, timedelta

import pytest

from mail.arrival import reached_us

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NINE = "Mon, 23 Nov 2026 10:00:00 +0100 (CET)"
HERS = "Received: from laptop by mx.customer.example; Mon, 23 Nov 2026 07:00:00 +0000\r\n"
DATE = "Date: Mon, 23 Nov 2026 06:00:00 +0000\r\n"


def received(by="mx.desk.example", at=NINE):
    return (
        f"Received: from mx.customer.example (10.0.0.7)\r\n\tby {by} (Postfix)\r\n\twith ESMTP id 1; {at}\r\n"
    )


@pytest.mark.parametrize(
    ("headers", "at"),
    [
        (received() + HERS + DATE, NOW - timedelta(hours=3)),
        (received(by="MX.Desk.Example") + DATE, NOW - timedelta(hours=3)),
        (HERS + received() + DATE, NOW),
        (HERS + DATE, NOW),
        (DATE, NOW),
        (received(at="yesterday") + DATE, NOW),
        (received(at="Tue, 24 Nov 2026 10:00:00 +0100") + DATE, NOW),
        (received(at="Mon, 23 Nov 2020 10:00:00 +0100") + DATE, NOW - timedelta(days=5)),
        (received(by="mx.desk.example.evil.example") + DATE, NOW),
    ],
    ids=[
        "our server's", "in capitals", "not on top", "only hers", "nobody's", "nonsense", "in the future",
        "years ago", "somebody like us",
    ],
)  # fmt: skip
def test_clocks_start_when_our_own_server_received_a_mail(headers, at):
    raw = f"Return-Path: <a@customer.example>\r\n{headers}From: a@customer.example\r\n\r\nx".encode()
    assert reached_us(raw, ["mx.desk.example"], now=NOW) == at


def test_a_server_that_nobody_named_is_not_believed():
    assert reached_us((received() + "\r\nx").encode(), [], now=NOW) == NOW
