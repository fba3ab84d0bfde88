"""Reports without a standard, in our words around the lines by which each program is known."""

from __future__ import annotations

from tests.returns.mails import OUR_MAIL

FORMS: dict[str, tuple[dict[str, str], str, str, str]] = {
    # name: (fields, body, kind, name of the event)
    "qmail, no such user": (
        {"From": "MAILER-DAEMON@mx.example.net", "Subject": "failure notice"},
        (
            "Hi. This is the qmail-send program at mx.example.net.\n"
            "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
            "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
            "<ada@example.net>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
            f"--- Below this line is a copy of the message.\n\nReturn-Path: <digest@example.org>\n{OUR_MAIL}"
        ),
        "hard_bounce",
        "failed 5.1.1",
    ),
    "qmail, after a week": (
        {"From": "MAILER-DAEMON@mx.example.net", "Subject": "failure notice"},
        (
            "Hi. This is the qmail-send program at mx.example.net.\n"
            "I'm afraid I wasn't able to deliver your message to the following addresses.\n\n"
            "<ada@example.net>:\nI couldn't reach the host. (#4.4.1)\n"
            "I'm not going to try again; this message has been in the queue too long.\n\n"
            f"--- Below this line is a copy of the message.\n\n{OUR_MAIL}"
        ),
        "soft_bounce",
        "failed 4.4.1",
    ),
    "Exim, no such user": (
        {
            "X_Failed_Recipients": "ada@example.net",
            "Subject": "Mail delivery failed: returning message to sender",
        },
        (
            "This message was created automatically by mail delivery software.\n\n"
            "A message that you sent could not be delivered to one or more of its\nrecipients. "
            "This is a permanent error. The following address(es) failed:\n\n"
            "  ada@example.net\n    SMTP error from remote mail server after RCPT TO:<ada@example.net>:\n"
            "    host mx.example.net [192.0.2.1]: 550 5.1.1 <ada@example.net> User unknown\n\n"
            f"------ This is a copy of the message, including all the headers. ------\n\n{OUR_MAIL}"
        ),
        "hard_bounce",
        "failed 5.1.1",
    ),
    "Exim, unrouteable": (
        {"X_Failed_Recipients": "ada@example.net", "Subject": "Mail delivery failed"},
        (
            "A message that you sent could not be delivered to one or more of its\nrecipients.\n\n"
            f"  ada@example.net\n    Unrouteable address\n\n------ This is a copy of your message "
            f"------\n{OUR_MAIL}"
        ),
        "soft_bounce",
        "failed",
    ),
    "Exim, delayed": (
        {"Subject": "Warning: message 1abcde-000001-AB delayed 24 hours"},
        (
            "This message was created automatically by mail delivery software.\n"
            "A message that you sent has not been delivered to all recipients after 24 hours on the "
            "queue.\n\n"
            "  ada@example.net\n    Delay reason: 451 4.3.0 try later\n\n"
            "No action is required on your part. Delivery attempts will continue for some time.\n"
        ),
        "deferred",
        "delayed 4.3.0",
    ),
    "Postfix, mailbox full": (
        {"Subject": "Undelivered Mail Returned to Sender"},
        (
            "This is the mail system at host mx.example.net.\n\n"
            "I'm sorry to have to inform you that your message could not\nbe delivered to one or more "
            "recipients.\n\n"
            "<ada@example.net>: host in.example.net[192.0.2.7] said: 552 5.2.2 The mailbox is full\n"
            "    (in reply to RCPT TO command)\n"
        ),
        "soft_bounce",
        "failed 5.2.2",
    ),
    "sendmail, no such user": (
        {
            "Subject": "Returned mail: see transcript for details",
            "Return_Path": "<>",
            "From": "Mail <m@x.example>",
        },
        (
            "   ----- The following addresses had permanent fatal errors -----\n<ada@example.net>\n"
            "    (reason: 550 5.1.1 <ada@example.net>... User unknown)\n\n"
            f"   ----- Original message -----\n{OUR_MAIL}"
        ),
        "hard_bounce",
        "failed 5.1.1",
    ),
    "sendmail, delayed": (
        {"Subject": "Warning: could not send message for past 4 hours"},
        (
            "    **********************************************\n    **      THIS IS A WARNING MESSAGE "
            "ONLY      **\n"
            "    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **\n\n<ada@example.net>... Deferred: timed out\n"
        ),
        "deferred",
        "delayed",
    ),
    "Exchange, not found": (
        {"From": "Microsoft Outlook <postmaster@corp.example>", "Subject": "Undeliverable: 4 for you"},
        (
            "Delivery has failed to these recipients or groups:\n\nada@example.net<mailto:ada@example.net>\n"
            "The address you typed isn't in the directory.\n\nDiagnostic information for administrators:\n\n"
            "Generating server: EX1.corp.example\n\nada@example.net\n"
            "Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by "
            "SMTP address'\n\n"
            f"Original message headers:\n\n{OUR_MAIL}"
        ),
        "hard_bounce",
        "failed 5.1.10",
    ),
    "Exchange, refused": (
        {"From": "postmaster@corp.example", "Subject": "Undeliverable: 4 for you"},
        (
            "Your message did not reach some or all of the intended recipients.\n\n"
            "The following recipient(s) cannot be reached:\n\n ada@example.net on 21.04.2026 07:00\n"
            " #550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized ##\n"
        ),
        "soft_bounce",
        "failed 5.7.1",
    ),
    "Gmail, not found": (
        {
            "From": "Mail Delivery Subsystem <mailer-daemon@googlemail.example>",
            "Subject": "Delivery Status Notification",
        },
        (
            "** Address not found **\n\nYour message wasn't delivered to ada@example.net because the "
            "address couldn't "
            "be found, or is unable to receive mail.\n\nThe response from the remote server was:\n"
            f"550 5.1.1 The email account that you tried to reach does not exist.\n\n----- Original "
            f"message -----\n{OUR_MAIL}"
        ),
        "hard_bounce",
        "failed 5.1.1",
    ),
    "Gmail, not found, without a code": (
        {
            "From": "Mail Delivery Subsystem <mailer-daemon@googlemail.example>",
            "Subject": "Delivery Status Notification",
        },
        (
            "** Address not found **\n\nYour message wasn't delivered to ada@example.net because the "
            "address couldn’t "
            "be found, or is unable to receive mail.\n"
        ),
        "hard_bounce",
        "failed",
    ),
    "Gmail, trying on": (
        {
            "From": "Mail Delivery Subsystem <mailer-daemon@googlemail.example>",
            "Subject": "Delivery Status (Delay)",
        },
        (
            "** Delivery incomplete **\n\nThere was a temporary problem delivering your message to "
            "ada@example.net. "
            "Gmail will retry for 46 more hours. You'll be notified if the delivery fails permanently.\n"
        ),
        "deferred",
        "delayed",
    ),
    "Yahoo, disabled": (
        {"Subject": "Failure Notice"},
        (
            "Sorry, we were unable to deliver your message to the following address.\n\n<ada@example.net>:\n"
            "554: 30 Sorry, your message to ada@example.net cannot be delivered. This mailbox is "
            "disabled (554.30).\n\n"
            f"--- Below this line is a copy of the message.\n\n{OUR_MAIL}"
        ),
        "soft_bounce",
        "failed",
    ),
    "in HTML alone": (
        {"Subject": "Undeliverable: 4 for you", "Content_Type": "text/html; charset=utf-8"},
        (
            "<html><head><title>no such user</title><style>p{x:y}</style></head><body><p>Delivery has "
            "failed to these "
            "recipients or groups:</p><p><a href='mailto:ada@example.net'>ada@example.net</a></p>"
            "<p>550 5.2.2 mailbox full</p></body></html>"
        ),
        "soft_bounce",
        "failed 5.2.2",
    ),
}
