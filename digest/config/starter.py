"""A first reader's answers in, the text of a commented `digest.toml` out. Writes no file."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

from digest.config.categories import CATEGORIES, resolve

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What `digest init` was told; as typed, for the settings check it. `topics` are tables."""

    email: str
    name: str = ""
    timezone: str = "UTC"
    send_at: str = "07:00"
    categories: tuple[str, ...] = ()
    topics: tuple[Mapping[str, Any], ...] = ()
    huggingface: bool = True


def quoted(text: str) -> str:
    """A TOML basic string that holds exactly `text`.

    >>> print(quoted('say "hi"\\n'))
    "say \\"hi\\"\\n"
    """
    # JSON's escapes are TOML's; DEL is the one character that JSON leaves bare and TOML does not
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def starter(answers: Answers, secret: str) -> str:
    """The whole file."""
    parts = [_SITE.format(sender=quoted(f"Paper Digest <{answers.email}>"), secret=quoted(secret)), _MAIL]
    if answers.categories:
        parts.append(_ARXIV.format(categories=_list(answers.categories)))
    if answers.huggingface:
        parts.append(_HUGGING_FACE)
    parts.append(_FEED)
    parts.append(
        _READER.format(
            email=quoted(answers.email),
            name=quoted(answers.name),
            timezone=quoted(answers.timezone),
            send_at=quoted(answers.send_at),
            trending="true" if answers.huggingface else "false",
        )
    )
    topics = answers.topics or _whole_categories(answers.categories)
    parts += ["[[subscribers.topics]]\n" + _table(topic) for topic in topics]
    parts.append(_HINT if topics else _NO_TOPICS)
    return "\n".join(parts)


def _whole_categories(categories: Sequence[str]) -> list[Mapping[str, Any]]:
    """Who names categories and no topic wants what is new in them: a section each."""
    names = dict.fromkeys(name for word in categories for name in resolve(word))
    return [{"name": f"{CATEGORIES[name]} ({name})", "categories": [name]} for name in names]


def _table(values: Mapping[str, Any]) -> str:
    return "".join(
        f"{key} = {_list(value) if isinstance(value, list) else quoted(str(value))}\n"
        for key, value in values.items()
    )


def _list(values: Sequence[str]) -> str:
    return f"[{', '.join(map(quoted, values))}]"


_SITE = """\
# Paper Digest. Every option, with its default: config.example.toml and docs/configuration.md.
# A variable such as DIGEST_SITE__SECRET or DIGEST_MAIL__SMTP__PASSWORD overrides what stands here.

[site]
name = "Paper Digest"
sender = {sender}  # whom the mails come from
secret = {secret}  # signs the links in mails; keep it, and keep it to yourself
"""

_MAIL = """\
[mail]
provider = "outbox"  # mails become files in ./outbox until this is "smtp" or "sendgrid"

#[mail.smtp]
#host = "smtp.example.org"
#username = "me@example.org"
#password = ""  # better: DIGEST_MAIL__SMTP__PASSWORD_FILE=/path/of/a/file

#[mail.sendgrid]
#api_key = ""  # better: DIGEST_MAIL__SENDGRID__API_KEY_FILE=/path/of/a/file
"""

_ARXIV = """\
[[sources]]
kind = "arxiv"
categories = {categories}  # the list: https://arxiv.org/category_taxonomy
"""

_HUGGING_FACE = """\
[[sources]]
kind = "huggingface"  # the community's daily papers, with upvotes
"""

_FEED = """\
#[[sources]]
#kind = "feed"  # any RSS, RDF or Atom feed
#name = "journal"
#url = "https://journal.example.org/feed.xml"
"""

_READER = """\
[[subscribers]]
email = {email}
name = {name}
timezone = {timezone}
send_at = {send_at}
cadence = "daily"  # or "weekdays", "weekly:mon", "monthly:1"
trending = {trending}  # a section of what the community likes today
"""

_HINT = """\
# A topic may also have exclude, authors, categories, text (what you look for, in a few sentences) and
# examples (arXiv ids of papers that you like). Try one first: digest topics try "your words"
"""

_NO_TOPICS = """\
#[[subscribers.topics]]
#name = "Graph neural networks"
#keywords = ["graph neural network", "message passing"]
"""
