"""First mails of customers as their programs write them: text and HTML, some 5 kB, no two of them alike."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime

_SAYS = (
    "Goedemorgen, sinds vanochtend drukt de printer in winkel {n} niets meer af. ",
    "We hebben hem uitgezet en weer aangezet, en het netwerk werkt op alle andere plekken. ",
    "Op het scherm staat: fout {n}, neem contact op met uw beheerder. ",
    "Kunnen jullie ernaar kijken voordat we om vijf uur sluiten? ",
)
_HEAD = """\
Return-Path: <klant{n}@bedrijf{company}.example>
Delivered-To: help@desk.example
Received: from mx.bedrijf{company}.example (mx.bedrijf{company}.example [192.0.2.1])
 by mx.desk.example (Postfix) with ESMTPS id 4XyZ{n}; {date}
Authentication-Results: mx.desk.example; dkim=pass header.d=bedrijf{company}.example; dmarc=pass
Received: by mail-ej1-f{n}.bedrijf{company}.example with SMTP id a640c23a62f3a; {date}
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=bedrijf{company}.example; s=s1;
 h=from:to:subject:date; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;
 b=FAkeFAkeFAkeFAkeFAkeFAkeFAkeFAkeFAkeFAkeFAke
From: "Klant {n}" <klant{n}@bedrijf{company}.example>
To: Helpdesk <help@desk.example>
Subject: =?utf-8?Q?Printer_in_winkel_{n}_doet_h=C3=A9t_niet?=
Date: {date}
Message-ID: <CAF{n}+x@mail.bedrijf{company}.example>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="b{n}"

"""


def first_mail(n: int, *, at: datetime) -> bytes:
    """The mail of customer n, who writes for one of two hundred companies."""
    paragraphs = ["".join(_SAYS).format(n=n * 31 + each) for each in range(6)]
    plain = "\n\n".join(paragraphs)
    page = "".join(f'<p class=3DMsoNormal style=3D"margin:0">{each}</p>\n' for each in paragraphs)
    body = (
        "--b{n}\nContent-Type: text/plain; charset=utf-8\n\n{plain}\n\n"
        "--b{n}\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
        "<html><head><style>p {{margin:0}}</style></head><body>{page}</body></html>\n--b{n}--\n"
    )
    head = _HEAD.format(n=n, company=n % 200, date=format_datetime(at))
    return (head + body.format(n=n, plain=plain, page=page)).encode()
