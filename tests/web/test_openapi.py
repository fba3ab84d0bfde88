"""The API's description, held against the running server: nothing is missing in it, and nothing is untrue."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import re
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import sqlalchemy as sa
from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse
from openapi_core.validation.response.exceptions import InvalidData

from digest import __version__
from digest.config import WebSettings
from digest.store import Store
from digest.web.app import create_app
from digest.web.openapi import FILE
from tests.mailers.sendgrid_posts import PUBLIC_KEY, event, signed
from tests.web.conftest import NOW, library
from tests.web.served import served
from tests.web.test_api import BARE, RICH

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import flask

    from digest.model import Subscriber
    from digest.web.desk import Desk

KEPT = json.loads(FILE.read_text(encoding="utf-8"))
WEBHOOK = "/webhooks/sendgrid"
AT = int(NOW.timestamp())
OURS = re.compile(r"/api/|/webhooks/|/healthz|/readyz|/metrics|/robots\.txt|.*\.(?:atom|md)$")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked of which server, and the path of the description that it is an example of."""

    server: str
    rule: str
    path: str
    status: int
    method: str = "get"
    body: bytes | None = None
    headers: dict[str, str] = dataclasses.field(default_factory=dict)


def of(rule: str, status: int, *paths: str, server: str = "whole", **more: Any) -> list[Asked]:
    return [Asked(server=server, rule=rule, path=path, status=status, **more) for path in paths or (rule,)]


def posted(status: int, body: bytes = b"[]", *, at: int = AT, **more: Any) -> list[Asked]:
    headers = {**signed(body, at=at).headers, "Content-Type": "application/json"}
    return of(WEBHOOK, status, method="post", body=body, headers=headers, **more)


LIST, PAPER, SEARCH, MARKDOWN = (
    "/api/daily_papers", "/api/papers/{id}", "/api/papers/search", "/papers/{id}.md",
)  # fmt: skip
ASKED: tuple[Asked, ...] = (
    *of(LIST, 200, LIST, f"{LIST}?date=2026-04-21", f"{LIST}?week=2026-W17&limit=2", f"{LIST}?month=2026-04"),
    *of(LIST, 200, f"{LIST}?date=2026-04-19", f"{LIST}?month=2026-04&sort=publishedAt&submitter=taesiri&p=0"),
    *of(LIST, 200, f"{LIST}?month=2026-04&sort=upvotes", f"{LIST}?week=2026-W17&sort=trending"),
    *of(LIST, 400, f"{LIST}?date=2026-02-30", f"{LIST}?sort=best", f"{LIST}?limit=0", f"{LIST}?p=-1"),
    *of(LIST, 503, server="broken"),
    *of(SEARCH, 200, SEARCH, f"{SEARCH}?q=gaussian&limit=3", f"{SEARCH}?q=zymurgy"),
    *of(SEARCH, 400, f"{SEARCH}?q=gaussian&limit=many"),
    *of(SEARCH, 503, f"{SEARCH}?q=gaussian", server="broken"),
    *of(PAPER, 200, "/api/papers/2604.20001", "/api/papers/2604.10002", "/api/papers/p32"),
    *of(PAPER, 404, "/api/papers/2604.99999"),
    *of(PAPER, 503, "/api/papers/2604.10001", server="broken"),
    *of(MARKDOWN, 200, "/papers/2604.20001.md"),
    *of(MARKDOWN, 404, "/papers/2604.99999.md"),
    *of(MARKDOWN, 503, "/papers/2604.10001.md", server="broken"),
    *of("/feed.atom", 200, "/feed.atom", "/feed.atom?category=cs.CV", "/feed.atom?sort=upvotes"),
    *of("/feed.atom", 503, server="broken"),
    *of("/search.atom", 200, "/search.atom?q=gaussian"),
    *of("/search.atom", 400, "/search.atom", "/search.atom?q=x&from=never"),
    *of("/search.atom", 503, "/search.atom?q=gaussian", server="broken"),
    *of("/feed/topic/{token}.atom", 200, "/feed/topic/TOKEN.TOPIC.atom"),
    *of("/feed/topic/{token}.atom", 404, "/feed/topic/nobody.x.atom"),
    *of("/feed/topic/{token}.atom", 410, "/feed/topic/TOKEN.none.atom"),
    *of("/feed/topic/{token}.atom", 503, "/feed/topic/TOKEN.TOPIC.atom", server="broken"),
    *of("/api/openapi.json", 200),
    *of("/healthz", 200),
    *of("/readyz", 200),
    *of("/readyz", 503, server="broken"),
    *of("/metrics", 200),
    *of("/metrics", 404, server="bare"),
    *of("/robots.txt", 200),
    *posted(204, json.dumps([event("delivered")]).encode()),
    *posted(400, b"{}"),
    *posted(401, at=AT - 99 * 3600),
    *posted(404, server="bare"),
    *posted(413, b"[" + b" " * 1024 * 1024 + b"]"),
    *posted(503, json.dumps([event("delivered")]).encode(), server="broken"),
)


@pytest.fixture
def servers(desk: Desk, reader: Subscriber, tmp_path: Path) -> Iterator[dict[str, str]]:
    """One that has everything, one where all that can be off is off, and one whose database is broken."""
    library(desk.store, RICH, BARE)
    whole = dataclasses.replace(desk, webhook_key=PUBLIC_KEY)
    bare = dataclasses.replace(desk, settings=WebSettings(metrics=False))
    with Store.open(f"sqlite:///{tmp_path / 'broken.db'}") as store, contextlib.ExitStack() as stack:
        with store.database.begin() as connection:
            for table in ("papers", "subscribers", "delivery_events"):
                connection.execute(sa.text(f"DROP TABLE {table}"))
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
        broken = dataclasses.replace(whole, store=store)
        apps = {"whole": create_app(whole), "bare": create_app(bare), "broken": create_app(broken)}
        yield {name: stack.enter_context(served(app)) for name, app in apps.items()}


def ask(url: str, asked: Asked) -> MockResponse:
    """The server's answer, as it came over the wire."""
    request = urllib.request.Request(url, data=asked.body, headers=asked.headers, method=asked.method.upper())
    try:
        answer = urllib.request.urlopen(request, timeout=30)
    except urllib.error.HTTPError as refused:
        answer = refused
    with answer:
        return MockResponse(
            answer.read(),
            status_code=answer.status,
            headers=dict(answer.headers),
            content_type=answer.headers.get("Content-Type", "").partition(";")[0],
        )


def description(url: str) -> OpenAPI:
    """What is kept, for the server at that address."""
    return OpenAPI.from_dict({**KEPT, "servers": [{"url": url}]})


def test_every_answer_is_as_it_is_described(servers: dict[str, str], reader: Subscriber, desk: Desk) -> None:
    token, topic = desk.signer.token("feed", reader.id), reader.topics[0].ref
    described = {name: description(url) for name, url in servers.items()}
    untrue: list[str] = []
    for asked in ASKED:
        url = servers[asked.server]
        path = asked.path.replace("TOKEN", token).replace("TOPIC", topic)
        response = ask(url + path, asked)
        split = urlsplit(path)
        request = MockRequest(
            url, asked.method, split.path, args=dict(parse_qsl(split.query)), data=asked.body,
            headers=asked.headers,
        )  # fmt: skip
        assert (asked, response.status_code) == (asked, asked.status), response.data
        try:
            if asked.status < 300:
                described[asked.server].validate_request(request)
            described[asked.server].validate_response(request, response)
        except OpenAPIError as why:
            untrue.append(f"{asked.method} {asked.path}: {asked.status}: {why!r} {why.__cause__!r}")
    assert untrue == []


def test_every_answer_that_is_described_was_asked_for() -> None:
    described = {
        (rule, method, int(status))
        for rule, methods in KEPT["paths"].items()
        for method, operation in methods.items()
        for status in operation["responses"]
    }
    assert {(asked.rule, asked.method, asked.status) for asked in ASKED} == described


def test_every_address_for_programs_is_described(app: flask.Flask) -> None:
    def nameless(rule: str) -> str:
        return re.sub(r"<[^>]*>|\{[^}]*\}", "{}", rule)

    routes = {
        (nameless(rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if OURS.match(rule.rule)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    described = {(nameless(rule), method) for rule, methods in KEPT["paths"].items() for method in methods}
    assert routes == described


def test_a_field_that_is_not_described_would_be_found(servers: dict[str, str]) -> None:
    asked = of(PAPER, 200, "/api/papers/2604.20001")[0]
    response = ask(servers["whole"] + asked.path, asked)
    more = json.dumps({**json.loads(response.data), "unheard": 1}).encode()
    described = description(servers["whole"])
    request = MockRequest(servers["whole"], "get", asked.path)
    described.validate_response(request, response)
    with pytest.raises(InvalidData):
        described.validate_response(request, MockResponse(more, content_type="application/json"))


def test_it_is_served_with_this_site_and_version(servers: dict[str, str]) -> None:
    told = json.loads(ask(servers["whole"] + "/api/openapi.json", of("", 200)[0]).data)
    assert told["servers"] == [{"url": "http://127.0.0.1:8000"}]
    assert told["info"]["version"] == __version__
    assert told["paths"] == KEPT["paths"]
