"""An outside world of our own writing, on loopback: feeds that say what a test makes them say."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

DAY = "Tue, 21 Apr 2026 00:00:00 -0400"
NS = 'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
NOTHING_FOUND = (
    b"<?xml version='1.0' encoding='UTF-8'?><feed xmlns='http://www.w3.org/2005/Atom' "
    b"xmlns:opensearch='http://a9.com/-/spec/opensearch/1.1/'><title>arXiv Query</title>"
    b"<opensearch:totalResults>0</opensearch:totalResults><opensearch:startIndex>0</opensearch:startIndex>"
    b"<opensearch:itemsPerPage>0</opensearch:itemsPerPage></feed>"
)


def item(
    number: int,
    title: str = "A telescope for everybody",
    *,
    abstract: str | None = "We build a telescope out of cardboard and look at the moon with it.",
    creator: str | None = "Ada Lovelace, Bo Ek (Institute of Skies, Turku)",
    link: str | None = None,
    date: str | None = DAY,
) -> str:
    """One item of arXiv's RSS; None leaves a part out. Text is escaped as XML, and is otherwise as given."""
    key = f"2604.{90000 + number}"
    said = f"arXiv:{key}v1 Announce Type: new \nAbstract: {abstract}"
    return "".join(
        (
            f"<item><title>{escape(title)}</title>",
            f"<link>{escape(link or f'https://arxiv.org/abs/{key}')}</link>" if link != "" else "",
            f"<description>{escape(said)}</description>" if abstract is not None else "",
            f'<guid isPermaLink="false">oai:arXiv.org:{key}v1</guid><category>astro-ph.IM</category>',
            f"<pubDate>{date}</pubDate>" if date else "",
            "<arxiv:announce_type>new</arxiv:announce_type>",
            f"<dc:creator>{escape(creator)}</dc:creator>" if creator is not None else "",
            "</item>",
        )
    )


def feed(*items: str, title: str = "astro-ph.IM updates on arXiv.org") -> bytes:
    """A whole RSS document."""
    return (
        f"<?xml version='1.0' encoding='UTF-8'?>\n<rss {NS} version=\"2.0\"><channel><title>{title}</title>"
        f"<link>http://rss.arxiv.org/rss/astro-ph.IM</link><description>.</description>"
        f"<lastBuildDate>Tue, 21 Apr 2026 04:00:02 +0000</lastBuildDate><pubDate>{DAY}</pubDate>"
        + "".join(items)
        + "</channel></rss>"
    ).encode()


class Outside:
    """A server whose routes a test sets: path → (status, body), or a number of seconds between bytes."""

    def __init__(self) -> None:
        outside = self
        self.routes: dict[str, tuple[int, bytes]] = {"/api/query": (200, NOTHING_FOUND)}
        self.trickle: set[str] = set()
        self.asked: list[str] = []
        self.closing = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                pass

            def do_GET(self) -> None:
                path = urlsplit(self.path).path
                outside.asked.append(self.path)
                status, body = outside.routes.get(path, (404, b"not found"))
                self.send_response(status)
                self.send_header("Content-Type", "application/xml")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if path not in outside.trickle:
                    self.wfile.write(body)
                    return
                for byte in body:
                    if outside.closing.is_set():
                        return
                    try:
                        self.wfile.write(bytes([byte]))
                        self.wfile.flush()
                    except OSError:
                        return
                    time.sleep(1)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def announce(self, body: bytes, *, status: int = 200) -> None:
        """What both of arXiv's feeds answer."""
        self.routes["/rss/astro-ph.IM"] = self.routes["/atom/astro-ph.IM"] = (status, body)

    def journal(self, body: bytes, *, status: int = 200) -> None:
        """What the journal's feed answers."""
        self.routes["/journal.xml"] = (status, body)

    def sources(self, *, timeout_s: int = 30) -> str:
        """The configuration that reads arXiv and a journal's feed from here."""
        return f"""
[[sources]]
kind = "arxiv"
categories = ["astro-ph.IM"]
base_url = "{self.url}"
api_url = "{self.url}/api/query"
allow_private_address = true
timeout_s = {timeout_s}

[[sources]]
kind = "feed"
name = "journal"
url = "{self.url}/journal.xml"
allow_private_address = true
timeout_s = {timeout_s}
"""

    def close(self) -> None:
        """Stop serving."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
