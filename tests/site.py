"""Who sends, in the tests that need no settings."""

from digest.mail.site import Site

SITE = Site(
    name="Paper Digest",
    sender_name="Paper Digest",
    sender_address="digest@example.org",
    contact="digest@example.org",
    unsubscribe="digest@example.org",
    list_id="digest.example.org",
)
