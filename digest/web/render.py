"""A page's name and its words in, a response out. Templates are the operator's or ours; nothing is decided.

    return page("paper", entry=entry, similar=similar)

renders `templates/web/paper.html.j2`, autoescaped; a word that a template asks for and does not get is an
error. Every template has `site`, `web` (the settings), `to(path)`, `static_url(name)`, `csrf_field()`,
`nav` (the places of the header) and `asked` (what stands in the search box).
"""

from __future__ import annotations

import difflib
import functools
from typing import TYPE_CHECKING, NamedTuple, cast

import flask
import jinja2

from digest.errors import TemplateError
from digest.mail.templates import builtin_folder
from digest.web.addresses import to
from digest.web.desk import desk
from digest.web.entries import marked
from digest.web.sessions import csrf_field
from digest.web.statics import FOLDER, static_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EXTENSION = "digest.pages"
LISTS = ("date", "week", "month", "papers")  # what the header's "Papers" leads to


class Place(NamedTuple):
    """Where the header leads, in one word, and whether that is where the reader is."""

    path: str
    words: str
    is_here: bool


def load_pages(folder: Path | None) -> jinja2.Environment:
    """The templates of pages, single ones replaced by those of `folder`, each read once.

    Raises TemplateError, which names file and line, for one of the operator's that does not parse, and for
    one that replaces none of ours. (Ours are proved by our tests, and read when they are first wanted.)
    """
    if folder is None:
        return _ours()
    _refuse_strangers(folder)
    environment = _environment(folder, builtin_folder())
    for name in sorted(name for name in _names(folder) if name.endswith(".j2")):
        try:
            environment.get_template(name)
        except jinja2.TemplateSyntaxError as fault:
            where = fault.filename or fault.name or name
            raise TemplateError(f"{where}:{fault.lineno}: {fault.message}") from fault
        except UnicodeDecodeError as fault:
            raise TemplateError(f"{folder / name}: it is not UTF-8") from fault
    return environment


@functools.cache
def _ours() -> jinja2.Environment:
    """Ours alone, once a process: an app is made of them in no time."""
    return _environment(builtin_folder())


def _environment(*folders: Path) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.FileSystemLoader(one) for one in folders]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    environment.globals.update(to=to, static_url=static_url, csrf_field=csrf_field, marked=marked)
    return environment


def _names(folder: Path) -> Iterator[str]:
    yield from (str(path.relative_to(folder)) for path in (folder / "web").rglob("*") if path.is_file())


def _refuse_strangers(folder: Path) -> None:
    """A page of the operator's that replaces none of ours has a mistyped name."""
    known = sorted(_names(builtin_folder()))
    for stranger in sorted(set(_names(folder)) - set(known)):
        near = difflib.get_close_matches(stranger, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"pages stand in web, other files in {FOLDER}"
        raise TemplateError(f"{folder / stranger}: it replaces nothing of ours; {hint}")


def page(name: str, status: int = 200, **words: object) -> flask.Response:
    """The page of that name. Raises jinja2.UndefinedError where a word is missing."""
    return flask.Response(fragment(name, **words), status=status, content_type="text/html; charset=utf-8")


def fragment(name: str, **words: object) -> str:
    """The HTML of that template: a page, or a piece of one that a script asked for."""
    environment = cast("jinja2.Environment", flask.current_app.extensions[EXTENSION])
    common = {"site": desk().site, "may_subscribe": desk().may_subscribe, "asked": "", "nav": _nav()}
    return environment.get_template(f"web/{name}.html.j2").render({**common, **words})


def _nav() -> list[Place]:
    paths = {"Papers": "/", "Search": "/search", "Archive": "/archive"}
    if desk().may_subscribe:
        paths["Subscribe"] = "/subscribe"
    first = flask.request.path.split("/")[1]
    here = "" if first in LISTS else first
    return [
        Place(path=path, words=words, is_here=here == path.split("/")[1]) for words, path in paths.items()
    ]
