"""Whatever opens the links of the sample mails, by GET or HEAD, changes nothing: no row of any table."""

from __future__ import annotations

import email
import email.policy
import html
import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from digest.config import load
from digest.demo.mornings import demonstrate
from digest.web.app import create_app
from digest.wiring import open_desk

if TYPE_CHECKING:
    from pathlib import Path


def rows(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def test_opening_every_link_of_every_sample_mail_changes_no_row(tmp_path: Path) -> None:
    demonstration = demonstrate(tmp_path / "demo")
    settings = load(demonstration.config, {})
    site = settings.site.url
    assert site is not None
    links: set[str] = set()
    for mail in demonstration.mails:
        message = email.message_from_bytes(mail.file.read_bytes(), policy=email.policy.default)
        parts = [part.get_content() for part in message.iter_parts()]
        text = "\n".join([*parts, *map(str, message.values())])
        links |= {html.unescape(one) for one in re.findall(rf'{re.escape(site)}[^\s"<>]*', text)}
    kinds = {one.removeprefix(site).split("/")[1] for one in links}
    assert kinds == {"u", "p", "v", "e"}
    with open_desk(settings) as desk:
        client = create_app(desk).test_client()
        before = rows(tmp_path / "demo" / "digest.db")
        for link in sorted(links):
            path = link.removeprefix(site)
            for method in ("GET", "HEAD"):
                answer = client.open(path, method=method, base_url=site, follow_redirects=True)
                assert answer.status_code == 200, (method, path)
    assert rows(tmp_path / "demo" / "digest.db") == before
