"""Mails that come back, written for these tests in the forms that the mail servers use."""

from __future__ import annotations

import datetime as dt

from digest.links import Signer
from digest.returns.whose import Ours

ID = "00d1e2f3a4b5c6d7"
OTHER_ID = "ffd1e2f3a4b5c6d7"
SIGNER = Signer("a secret that is long enough for a test")
READER = 1729
TOKEN = SIGNER.token("unsubscribe", READER)
ARRIVED = dt.datetime(2026, 4, 21, 6, tzinfo=dt.UTC)
DATE = "Tue, 21 Apr 2026 05:30:00 +0000"
AT = dt.datetime(2026, 4, 21, 5, 30, tzinfo=dt.UTC)

OURS = Ours(
    return_path="bounces+{delivery}@example.org",
    domain="example.org",
    read_token=lambda token: SIGNER.read("unsubscribe", token),
)

OUR_MAIL = f"""From: Paper Digest <digest@example.org>
To: <ada@example.net>
Subject: 4 for you: An unknown user model
Message-ID: <{ID}@example.org>
List-Unsubscribe: <mailto:digest@example.org?subject={TOKEN}>

Papers about an unknown user. To leave: mailto:digest@example.org?subject={TOKEN}
"""


def mail(body: str, *, to: str = f"bounces+{ID}@example.org", **fields: str) -> bytes:
    """A mail with these fields; `content_type="…"` is Content-Type. Those of None are left out."""
    head = {"From": "Mail Delivery System <MAILER-DAEMON@mx.example.net>", "To": to, "Date": DATE}
    head |= {name.replace("_", "-"): value for name, value in fields.items()}
    lines = [f"{name}: {value}\n" for name, value in head.items() if value]
    return ("".join(lines) + "\n" + body).encode("utf-8", "surrogateescape")


def multipart(*parts: tuple[str, str], report_type: str = "delivery-status", **more: str) -> bytes:
    """A multipart/report of (type, body)."""
    body = "".join(f"--b1\nContent-Type: {kind}\n\n{text}\n" for kind, text in parts) + "--b1--\n"
    kind = f'multipart/report; report-type={report_type}; boundary="b1"'
    return mail(body, MIME_Version="1.0", Content_Type=kind, **more)


def recipient(action: str, status: str, diagnostic: str = "", **fields: str) -> str:
    """A group of fields about one recipient."""
    lines = {"Final-Recipient": "rfc822; ada@example.net", "Action": action, "Status": status}
    lines["Diagnostic-Code"] = diagnostic
    lines |= {name.replace("_", "-"): value for name, value in fields.items()}
    return "".join(f"{name}: {value}\n" for name, value in lines.items() if value)


def dsn(*recipients: str, returned: str = OUR_MAIL, **more: str) -> bytes:
    """A delivery report (RFC 3464) with these groups."""
    status = "Reporting-MTA: dns; mx.example.net\nArrival-Date: Tue, 21 Apr 2026 05:00:00 +0000\n\n"
    return multipart(
        ("text/plain", "This is the mail system at host mx.example.net.\n"),
        ("message/delivery-status", status + "\n".join(recipients)),
        ("message/rfc822", returned),
        Subject="Undelivered Mail Returned to Sender",
        Auto_Submitted="auto-replied",
        **more,
    )


def complaint(kind: str, *, returned: str = OUR_MAIL, **more: str) -> bytes:
    """A complaint (RFC 5965)."""
    report = (
        f"Feedback-Type: {kind}\nUser-Agent: SomeLoop/1.0\nVersion: 1\nOriginal-Rcpt-To: <ada@example.net>\n"
    )
    return multipart(
        ("text/plain", "This is an email abuse report.\n"),
        ("message/feedback-report", report),
        ("message/rfc822", returned),
        report_type="feedback-report",
        Subject="FW: 4 for you",
        **{"From": "<feedback@loop.example.com>", **more},
    )
