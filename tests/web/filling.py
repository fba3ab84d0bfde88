"""A page in, its forms as a browser without a script would send them out; and every row of a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from lxml import html

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from digest.store import Store


def filled(page: str, action: str, **typed: str) -> dict[str, str]:
    """The fields of the page's one form with that action, as they stand, and then as they are `typed`."""
    forms = [form for form in html.fromstring(page).forms if form.get("action") == action]
    assert len(forms) == 1, [form.get("action") for form in html.fromstring(page).forms]
    sent = {name: value for name, value in forms[0].form_values() if value is not None}
    for area in forms[0].cssselect("textarea"):  # HTML: a line end after the tag is none of the text
        sent[area.get("name")] = (area.text or "").removeprefix("\n")
    assert set(typed) - {"do", "for"} <= {one.get("name") for one in forms[0].inputs}
    return {**sent, **typed}


def faults(answer: TestResponse) -> dict[str, str]:
    """The faults of a page: what stands beside each field, which the summary above says too, with a link."""
    tree = html.fromstring(answer.text)
    beside = {
        one.get("id").removesuffix("-fault"): one.text_content() for one in tree.cssselect("p.fault[id]")
    }
    summary = {
        link.get("href").removeprefix("#"): link.text_content() for link in tree.cssselect(".faults a")
    }
    assert summary == beside
    for name in beside:
        (field,) = tree.cssselect(f"[id={name}]")
        assert field.get("aria-invalid") == "true"
        assert f"{name}-fault" in field.get("aria-describedby")
    return beside


def words(answer: TestResponse) -> str:
    """What the page's main part says, on one line."""
    return " ".join(html.fromstring(answer.text).cssselect("main")[0].text_content().split())


def rows(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with store.database.read() as connection:
        names = connection.scalars(
            sa.text("select name from sqlite_master where type = 'table' and name not like 'paper_words%'")
        ).all()
        found = {}
        for name in names:
            listed = connection.execute(sa.text(f"select * from {name}")).all()
            found[name] = sorted((tuple(row) for row in listed), key=repr)
        return found
