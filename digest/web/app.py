"""A desk in, a Flask app out: its pages, its guards, its errors. Opens nothing and starts nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flask

from digest.web import desk as desks
from digest.web import latest, limits, problems, render, statics
from digest.web.blueprints import BLUEPRINTS
from digest.web.security import secure
from digest.web.sessions import configure_sessions, flask_path
from digest.web.wsgi import surround

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.web.desk import Desk


def create_app(desk: Desk, *, hosts: Sequence[str] = ()) -> flask.Flask:
    """The web side of this desk. `hosts`: the names or addresses that the server listens on.

    Raises TemplateError for an operator's template that does not parse or replaces nothing.
    """
    app = flask.Flask(__name__, static_folder=None, template_folder=None)
    app.logger.disabled = True  # its lines hold paths; what there is to say, `problems` tells
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False  # it would redirect to a path that somebody else wrote
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions[desks.EXTENSION] = desk
    app.extensions[render.EXTENSION] = render.load_pages(desk.templates)
    app.extensions[statics.EXTENSION] = statics.load_statics(desk.templates)
    app.extensions[limits.EXTENSION] = limits.new_limiter()
    app.extensions[latest.EXTENSION] = latest.Latest()
    secure(app, desk, hosts=hosts)
    configure_sessions(app, desk)
    problems.register(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    surround(app, path=flask_path(desk.site.url), proxies=desk.settings.proxies, tell=desk.tell)
    return app
