"""The shell of every page: it stands, links stay below the mount, and what is missing is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def test_a_path_that_leads_nowhere_gets_a_page_that_helps(client: FlaskClient) -> None:
    answer = client.get("/no/such/thing")
    assert answer.status_code == 404
    assert answer.text.count("<h1>") == 1
    assert 'action="/search"' in answer.text
