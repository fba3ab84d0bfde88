"""What every provider needs at its edge: addresses fit for the wire, answers fit for the ledger, and the
order of a batch. Opens nothing, sends nothing, logs nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest.errors import AddressError
from digest.model import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from digest.model import Message

# RFC 5321's Dot-string and Domain, and no more: no quotes, comments, routes or blanks, because smtplib and
# other libraries take those apart in ways of their own, and what is taken apart may come out as two.
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*")
_ANY_ADDRESS = re.compile(r"<?(?:\"[^\"<>@]*\"|[^\s<>@\"']{1,256})@[^\s<>@\"']*[^\s<>@\"'.,;:)]>?")
_SHORTEST_NAME = 3  # a shorter one would tear holes into sentences, and names nobody


def wire_address(address: str) -> str:
    """A bare address as it may stand in a command: ASCII, the domain in its ASCII form (IDNA).

    Addresses were validated where they came in; this is the last look before they reach a server. Raises
    AddressError, whose sentence does not repeat the address.
    """
    local, at, domain = address.rpartition("@")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            raise AddressError("the address's domain cannot be written in ASCII") from None
    if not local.isascii():
        raise AddressError("the address's local part is not ASCII, which few mail servers take")
    if not (at and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain)):
        raise AddressError("it is not a plain mail address")
    if len(local) > 64 or len(domain) > 253:
        raise AddressError("the address is longer than RFC 5321 allows")
    return f"{local}@{domain}"


def names(address: str) -> tuple[str, ...]:
    """What names a person in an address, or in a login: its local part, with and without a tag.

    >>> names("ada+papers@example.org"), names("digest-bot")
    (('ada+papers', 'ada'), ('digest-bot',))
    """
    local = address.rpartition("@")[0] or address
    found = dict.fromkeys((local, local.partition("+")[0]))
    return tuple(name for name in found if len(name) >= _SHORTEST_NAME)


def one_line(
    answer: str | bytes, secrets: Sequence[str] = (), *, private: Sequence[str] = (), limit: int = 300
) -> str:
    """A provider's words as one printable line of at most `limit` characters, without addresses or `secrets`,
    and without the words of `private` (see `names`) in any case.

    >>> one_line(b"5.1.1 <bob@example.org>: unknown\\r\\nsee https://example.org/help")
    '5.1.1 (address): unknown see https://example.org/help'
    """
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    for secret in secrets:
        if secret:
            text = text.replace(secret, "(secret)")
    text = "".join(character if character.isprintable() else " " for character in text)
    text = _ANY_ADDRESS.sub("(address)", " ".join(text.split()))
    for name in private:
        # A name between letters is part of another word.
        text = re.sub(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", "(name)", text, flags=re.IGNORECASE)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def in_order(messages: Sequence[Message], send_one: Callable[[Message], Outcome]) -> Iterator[Outcome]:
    """One outcome a message, each sent only when it is asked for; after a stop, the rest stay untried.

    A message whose addresses are unfit for the wire is settled here and never reaches the provider.
    """
    stopped: Outcome | None = None
    for message in messages:
        outcome = stopped or _refused(message) or send_one(message)
        if outcome.stop and stopped is None:
            stopped = Outcome(
                kind="retry",
                reason=f"not tried: {outcome.reason}",
                retry_after_s=outcome.retry_after_s,
                stop=True,
            )
        yield outcome


def _refused(message: Message) -> Outcome | None:
    try:
        wire_address(message.recipient)
    except AddressError as error:
        return Outcome(kind="rejected", reason=f"the recipient was refused before sending: {error}")
    try:
        wire_address(message.sender)
    except AddressError as error:
        # Every message has the same sender: this is the configuration's fault, and the queue is kept.
        reason = f"the sender was refused before sending: {error}; see mail.return_path and site.sender"
        return Outcome(kind="retry", reason=reason, stop=True)
    return None
