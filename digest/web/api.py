"""Hugging Face's paper API, read-only: its own clients work with `site.url` as their endpoint.

    GET /api/daily_papers      the community's list of a day, a week or a month
    GET /api/papers/ID         one paper
    GET /api/papers/search     papers that words find
    GET /papers/ID.md          a paper's page as Markdown

A value that cannot be read is a 400 with `{"error": …}`, a paper that there is not a 404; a parameter of
another name is passed over, as it is there. What the objects hold: `api_words`; all of it: `openapi.json`.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import flask

from digest.web.addresses import whole
from digest.web.api_words import listed_item, markdown_page, paper_object
from digest.web.desk import desk
from digest.web.periods import Period, period_of, read_period
from digest.web.problems import abort_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.datastructures import MultiDict

    from digest.store.lists import Entry

blueprint = flask.Blueprint("api", __name__)

USUAL = 50  # items, where nobody says how many
MOST = 100  # items that are given at once, however many are asked for
SORTS = ("publishedAt", "trending", "upvotes")  # the last is ours alone
FRESH_S = 60  # how long an answer may be kept
_REPEATED = ("date", "week", "month", "sort", "submitter")  # on the next page
_NUMBER = re.compile(r"[0-9]{1,6}")
_SHOWN = 60  # characters of a value that an error repeats
_PERIODS: tuple[tuple[str, str], ...] = (("date", "YYYY-MM-DD"), ("week", "YYYY-Www"), ("month", "YYYY-MM"))


class Refused(Exception):  # noqa: N818 - an answer, not only an error
    """The end of a view: what is wrong with what was asked."""

    def __init__(self, words: str, *, status: int = 400) -> None:
        self.status = status
        super().__init__(words)


@blueprint.errorhandler(Refused)
def refused(why: Refused) -> flask.Response:
    """The API's own way to say no."""
    response = flask.jsonify(error=str(why))
    response.status_code = why.status
    return response


@blueprint.get("/api/daily_papers")
def daily_papers() -> flask.Response:
    """The list of `date`, `week` or `month` (the first of them that is given), or of the latest day that has
    one: the hottest first, as on its page, or `sort=upvotes` the most upvoted. `sort=publishedAt` puts the
    newest day of a longer time first."""
    asked = flask.request.args
    period = _period(asked)
    sort = asked.get("sort", "trending")
    if sort not in SORTS:
        raise Refused(f"Invalid sort: expected publishedAt, trending or upvotes, got {_shown(sort)}")
    limit, number = _limit(asked), _number(asked, "p", usual=0)
    lists, has_community = desk().store.lists, desk().has_community
    if period is None:
        day, _ = lists.days(desk().today + dt.timedelta(days=1), has_community=has_community)
        if day is None:
            return _answer([])
        period = period_of("day", day)
    page = lists.trending(
        period.first,
        period.last,
        submitter=asked.get("submitter", "").strip(),
        has_community=has_community,
        by_day=sort == "publishedAt",
        hot_at=None if sort == "upvotes" else desk().clock(),
        limit=limit,
        offset=number * limit,
    )
    response = _answer(page.entries)
    if len(page.entries) + number * limit < page.total and page.entries:
        given = [
            (name, asked[name]) for name in ("date", "week", "month", "sort", "submitter") if name in asked
        ]
        query = urlencode([*given, ("limit", limit), ("p", number + 1)])
        response.headers["Link"] = f'<{whole("/api/daily_papers")}?{query}>; rel="next"'
    return response


@blueprint.get("/api/papers/search")
def search() -> flask.Response:
    """What the words of `q` find, the best first; without words, what is new."""
    asked = flask.request.args
    limit, query = _limit(asked), asked.get("q", "").strip()
    store = desk().store
    if query:
        return _answer(store.search.words(query, limit=limit).entries)
    today = desk().today
    return _answer(store.lists.new(dt.date(1, 1, 1), today, limit=limit).entries)


@blueprint.get("/api/papers/<path:ref>")
def paper(ref: str) -> flask.Response:
    """One paper, by its arXiv id of whatever version, or by `p` and the library's number."""
    entry = desk().store.lists.paper(ref)
    if entry is None:
        raise Refused("Paper not found", status=404)
    return _fresh(flask.jsonify(paper_object(entry)))


@blueprint.get("/papers/<path:ref>.md")
def paper_as_markdown(ref: str) -> flask.Response:
    """A paper's page in Markdown, which `HfApi.read_paper` asks for. (Of the paper itself we have the
    abstract.)"""
    entry = desk().store.lists.paper(ref)
    if entry is None:
        abort_page(404, "No such paper", "The library has no paper of that id, or has it no more.")
    return _fresh(flask.Response(markdown_page(entry), content_type="text/markdown; charset=utf-8"))


def _period(asked: MultiDict[str, str]) -> Period | None:
    """The time that is asked for; each that is given is looked at, the first counts."""
    found: list[Period] = []
    for name, shape in _PERIODS:
        if name not in asked:
            continue
        text = asked[name]
        period = read_period("day" if name == "date" else name, text)  # type: ignore[arg-type]
        if period is None:
            raise Refused(f"Invalid {name}: expected {shape}, got {_shown(text)}")
        found.append(period)
    return found[0] if found else None


def _limit(asked: MultiDict[str, str]) -> int:
    limit = _number(asked, "limit", usual=USUAL)
    if not limit:
        raise Refused("Invalid limit: expected a whole number from 1 on, got 0")
    return min(limit, MOST)


def _number(asked: MultiDict[str, str], name: str, *, usual: int) -> int:
    text = asked.get(name, str(usual))
    if not _NUMBER.fullmatch(text):
        raise Refused(f"Invalid {name}: expected a whole number of at most six digits, got {_shown(text)}")
    return int(text)


def _shown(text: str) -> str:
    """What was asked, short enough to be told again."""
    return f'"{text if len(text) <= _SHOWN else text[:_SHOWN] + "…"}"'


def _answer(entries: Sequence[Entry]) -> flask.Response:
    return _fresh(flask.jsonify([listed_item(entry) for entry in entries]))


def _fresh(response: flask.Response) -> flask.Response:
    response.headers["Cache-Control"] = f"public, max-age={FRESH_S}"
    return response
