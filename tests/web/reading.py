"""What the tests of reading pages share: a page parsed, statements counted, and what no page may hold."""

from __future__ import annotations

import contextlib
import itertools
import re
from typing import TYPE_CHECKING

import sqlalchemy as sa
from lxml import html

from digest.links import Signer
from tests.web.conftest import SECRET

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from digest.model import Subscriber

LARGEST = 100 * 1024


def parsed(answer: TestResponse) -> html.HtmlElement:
    """The page, after what holds for every page: one h1, a language, not too large, nothing from elsewhere,
    no style or script within."""
    assert answer.content_type == "text/html; charset=utf-8"
    assert len(answer.data) <= LARGEST
    document = html.document_fromstring(answer.text)
    assert document.get("lang") == "en"
    assert len(document.findall(".//h1")) == 1
    levels = [int(one.tag[1]) for one in document.iter("h1", "h2", "h3", "h4")]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    fetched = [one.get("src") or "" for one in document.iter("script", "img", "iframe")]
    assert all(url.startswith("/static/") for url in fetched)
    assert not [one for one in document.iter("script") if one.text]
    assert not document.xpath("//style | //*[@style]")
    ids = document.xpath("//@id")
    assert len(ids) == len(set(ids))
    for name in document.xpath("//@aria-labelledby | //@aria-describedby | //label/@for"):
        assert set(name.split()) <= set(ids)
    return document


def harmless(answer: TestResponse) -> html.HtmlElement:
    """The page of hostile words, which are text in it and nothing else."""
    document = parsed(answer)
    assert "\u202e" not in answer.text
    assert not [one for one in document.iter("script") if not (one.get("src") or "").startswith("/static/")]
    assert not document.xpath("//@*[starts-with(name(), 'on')]")
    assert not [
        url for url in document.xpath("//@href | //@action") if re.match(r"\s*(javascript|data):", url)
    ]
    assert "49" not in (document.findtext(".//title") or "")  # {{ 7 * 7 }}
    return document


def said(document: html.HtmlElement, path: str) -> list[str]:
    """The words of the elements at an XPath, blanks folded."""
    return [" ".join(one.text_content().split()) for one in document.xpath(path)]


def remember(client: FlaskClient, reader: Subscriber) -> None:
    """Let the browser remember its reader, as a reader does: by the button behind a mail's link."""
    token = Signer(SECRET).token("vote", reader.id)
    assert client.post(f"/v/{token}/1", data={"do": "remember"}).status_code == 303


@contextlib.contextmanager
def statements(engine: sa.Engine) -> Iterator[list[str]]:
    """The SQL statements that are executed meanwhile."""
    told: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        told.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield told
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
