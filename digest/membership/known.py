"""*What do you know about me*: the rows of one person in, words and numbers that JSON can hold out."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from digest.config import format_cadence
from digest.membership.standing import reader

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from digest.membership.house import House

_READER = (
    "email", "name", "timezone", "send_at", "cadence", "max_papers", "trending", "topics", "status", "origin",
    "agreed_at", "agreed_where", "joined_at", "left_at", "paused_until", "last_scheduled_at", "next_due_at",
)  # fmt: skip
_DELIVERY = (
    "id", "slot", "scheduled_at", "state", "attempts", "provider", "provider_id", "reason", "planned_at",
    "updated_at", "history",
)  # fmt: skip
_EVENT = ("delivery_id", "at", "teller", "name", "reason")
_CORRECTION = ("topic", "words", "value", "at")
_IMPORTED = ("topic", "title", "arxiv_id", "doi", "liked_at", "state", "paper_id", "tried_at", "reason")
_NOTE = ("id", "kind", "state", "asked_at", "updated_at", "provider", "provider_id", "reason")


def known(house: House, subscriber_id: int) -> dict[str, Any]:
    """Everything that the database keeps about a reader, in words; also of one who has left. Links and their
    tokens are in none of it. Raises Refused for one who is not there."""
    member = reader(house, subscriber_id, staying=False)
    kept = house.store.kept.about(subscriber_id) or {}
    titles = kept.get("titles", {})

    def paper(paper_id: int) -> dict[str, Any]:
        title, arxiv_id = titles.get(paper_id, ("", ""))
        return {"paper": paper_id, "arxiv_id": arxiv_id, "title": title}

    about = _picked(kept["reader"], _READER)
    about["cadence"] = format_cadence(member.subscriber.cadence)
    found = {
        "you": about,
        "deliveries": [_picked(row, _DELIVERY) for row in kept["deliveries"]],
        "told_of_deliveries": [_picked(row, _EVENT) for row in kept["events"]],
        "editions": [_edition(row, paper) for row in kept["editions"]],
        "papers_shown": kept["papers_shown"],
        "upvotes": [{**paper(row["paper_id"]), "at": row["at"]} for row in kept["upvotes"]],
        "likes": [
            {**paper(row["paper_id"]), **_picked(row, ("topic", "value", "at", "origin"))}
            for row in kept["likes"]
        ],
        "imported": [_picked(row, _IMPORTED) for row in kept["library_entries"]],
        "corrections": [_picked(row, _CORRECTION) for row in kept["corrections"]],
        "resets": [_picked(row, ("topic", "at")) for row in kept["resets"]],
        "confirmations": [_wish(row, mine=subscriber_id) for row in kept["confirmations"]],
        "notes": [_picked(row, _NOTE) for row in kept["notes"]],
        "suppressions": [_picked(row, ("cause", "at", "evidence")) for row in kept["suppressions"]],
    }
    return {name: _plain(value) for name, value in found.items()}


def _edition(row: Mapping[str, Any], paper: Callable[[int], dict[str, Any]]) -> dict[str, Any]:
    body = row["body"]
    return {
        "delivery_id": row["delivery_id"],
        "slot": body["slot"]["key"],
        "made_at": row["made_at"],
        "sections": [
            {
                "title": section["title"],
                "papers": [
                    {
                        **paper(item["paper_id"]),
                        "score": item.get("score"),
                        "reasons": [reason.get("words", "") for reason in item.get("reasons", ())],
                    }
                    for item in section["items"]
                ],
            }
            for section in body["sections"]
        ],
    }


def _wish(row: Mapping[str, Any], *, mine: int) -> dict[str, Any]:
    """A wish. From where it was asked is theirs to know who asked: who confirmed it, or asked on their own
    pages; a stranger may have typed their address."""
    is_theirs = row["subscriber_id"] == mine
    return {
        **_picked(row, ("kind", "email", "asked_at", "confirmed_at")),
        "asked_where": row["asked_where"] if is_theirs else "",
        "shown": row["shown"] if is_theirs else "",
    }


def _picked(row: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
