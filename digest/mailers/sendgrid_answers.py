"""SendGrid's answer to mail/send, to an Outcome. Pure.

Sources: the v3 reference (202, 200 for sandbox mode, 400 to 413), and answers seen in the wild: an account
without credits answers 401, one past its limits 403, and a proxy in front answers 502 in HTML.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from digest.mailers.wire import one_line
from digest.model import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MIN_PAUSE_S, _MAX_PAUSE_S, _USUAL_PAUSE_S = 1.0, 3600.0, 60.0
_QUOTA_PAUSE_S = 3600.0
_QUOTA_WORDS = ("maximum credits exceeded", "exceeded your messaging limits")


def verdict(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    now: float,
    *,
    secrets: Sequence[str] = (),
    private: Sequence[str] = (),
) -> Outcome:
    """What an answer means.

    `headers` by any case; `now` in seconds since the epoch, for X-RateLimit-Reset. Where the answer is 202
    without an X-Message-Id, the caller knows better names: the id is then "202". The reason repeats neither
    `secrets` nor the words of `private` (`wire.names`).
    """
    said = one_line(_words(body), secrets, private=private)
    answer = f"SendGrid answered {status}{f': {said}' if said else ''}"
    if status == 202:
        message_id = _header(headers, "x-message-id")
        return Outcome(kind="accepted", provider_id=one_line(message_id, private=private, limit=200) or "202")
    if status == 200:
        reason = f"{answer}: sandbox mode is on; nothing was sent, and nothing will be until it is off"
        return Outcome(kind="retry", reason=reason, stop=True)
    if 200 <= status < 300:
        return Outcome(kind="uncertain", reason=f"{answer}, which it does not document")
    if 300 <= status < 400:
        reason = f"{answer}: a redirect, not followed, because it would repeat the API key elsewhere"
        return Outcome(kind="retry", reason=f"{reason}; see mail.sendgrid.base_url", stop=True)
    if status in (400, 413, 422):
        return Outcome(kind="rejected", reason=answer)
    if status == 429:
        pause_s = _pause_s(_header(headers, "x-ratelimit-reset"), now)
        return Outcome(kind="retry", reason=f"{answer}; too many requests", retry_after_s=pause_s, stop=True)
    if status in (401, 403) and any(words in said.lower() for words in _QUOTA_WORDS):
        reason = f"{answer}; the account's quota is used up, and the queue is kept"
        return Outcome(kind="retry", reason=reason, retry_after_s=_QUOTA_PAUSE_S, stop=True)
    if status in (408, 500, 503):
        return Outcome(kind="retry", reason=answer)
    if status >= 500 or status < 200:
        return Outcome(kind="uncertain", reason=f"{answer}; whether it took the message is not known")
    return Outcome(kind="retry", reason=f"{answer}; {_ADVICE.get(status, _ADVICE[404])}", stop=True)


_ADVICE = {
    401: "see mail.sendgrid.api_key",
    403: "see that the API key may send mail, and that site.sender is a verified sender identity",
    404: "see mail.sendgrid.base_url",
}


def _words(body: bytes) -> str:
    """The messages of an error answer, or the beginning of whatever it is."""
    text = body[:10_000].decode("utf-8", "replace")
    try:
        errors = json.loads(text)["errors"]
        return "; ".join(_error_words(error) for error in errors)
    except (ValueError, TypeError, KeyError, AttributeError):
        return text[:200]


def _error_words(error: Mapping[str, object]) -> str:
    field = error.get("field")
    return f"{error.get('message')}{f' ({field})' if field and field != 'null' else ''}"


def _header(headers: Mapping[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.lower() == name), "")


def _pause_s(reset: str, now: float) -> float:
    """Seconds until the epoch second `reset`, within bounds; a minute where it is not given."""
    try:
        pause_s = float(reset) - now
    except ValueError:
        return _USUAL_PAUSE_S
    # NaN compares false with everything: min and max in this order turn it into the lower bound.
    return max(_MIN_PAUSE_S, min(pause_s, _MAX_PAUSE_S))
