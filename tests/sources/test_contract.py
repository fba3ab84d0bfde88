"""Every source keeps the contract of sources."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from tests.contracts.source import NOW, SourceContract, Stage
from tests.http.upstream import Reply
from tests.sources.arxiv_upstream import Arxiv, paper
from tests.sources.opening import opened

if TYPE_CHECKING:
    from tests.http.upstream import Asked, Upstream


def at(upstream: Upstream, login: str) -> str:
    """The upstream's address, with a login in it."""
    return upstream.url.replace("://", f"://{login}")


class TestArxiv(SourceContract):
    def stage(self, upstream: Upstream, *, timeout_s: float = 20.0, login: str = "") -> Stage:
        return Stage(upstream=upstream, source=opened("arxiv", at(upstream, login), timeout_s=timeout_s))

    def announce(self, upstream: Upstream, titles: list[str]) -> None:
        entries = [paper(number, title=_xml(title)) for number, title in enumerate(titles)]
        Arxiv(upstream, {NOW.date(): entries}, NOW.date())

    def break_down(self, upstream: Upstream, fault: Reply) -> None:
        upstream.serve("/*", fault)


class TestHuggingFace(SourceContract):
    def stage(self, upstream: Upstream, *, timeout_s: float = 20.0, login: str = "") -> Stage:
        return Stage(
            upstream=upstream, source=opened("huggingface", at(upstream, login), timeout_s=timeout_s)
        )

    def announce(self, upstream: Upstream, titles: list[str]) -> None:
        items = [{"title": title, "paper": {"id": f"2604.9{n:04}"}} for n, title in enumerate(titles)]

        def answer(asked: Asked) -> Reply:
            today = asked.query["date"] == NOW.date().isoformat()
            return Reply(body=json.dumps(items if today else []).encode())

        upstream.routes["/*"] = answer

    def break_down(self, upstream: Upstream, fault: Reply) -> None:
        upstream.serve("/*", fault)


class TestFeed(SourceContract):
    def stage(self, upstream: Upstream, *, timeout_s: float = 20.0, login: str = "") -> Stage:
        return Stage(
            upstream=upstream, source=opened("feed", f"{at(upstream, login)}/feed.xml", timeout_s=timeout_s)
        )

    def announce(self, upstream: Upstream, titles: list[str]) -> None:
        items = "".join(
            f"<item><title>{escape(_xml(title))}</title><link>/p/{n}</link></item>"
            for n, title in enumerate(titles)
        )
        body = f"<rss version='2.0'><channel><title>Feed</title>{items}</channel></rss>"
        upstream.serve("/*", Reply(body=body.encode(), headers=(("ETag", '"1"'),)))

    def break_down(self, upstream: Upstream, fault: Reply) -> None:
        upstream.serve("/*", fault)


def _xml(title: str) -> str:
    """XML itself refuses most control characters; JSON does not."""
    return title.replace("\x0b", "")
