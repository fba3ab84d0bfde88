"""The kill proof: `digest run` under `kill -9`, against an SMTP server, SendGrid's stand-in and the outbox.

Run by `make crash`; `python -m tests.crash --help` says what can be chosen. Judges by what the other end
took, never by what the ledger believes.
"""
