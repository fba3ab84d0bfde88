"""What the first requests would wait for, made ready by a thread of its own while the server starts."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from digest.web.desk import desk
from digest.web.previews import week
from digest.web.spaces import space
from digest.web.vicinities import vicinity_of

if TYPE_CHECKING:
    import flask


def warm(app: flask.Flask) -> threading.Thread:
    """Begin; the thread ends by itself, and does not keep the process from ending."""
    thread = threading.Thread(target=_warm, args=(app,), name="warming", daemon=True)
    thread.start()
    return thread


def _warm(app: flask.Flask) -> None:
    with app.app_context():
        try:
            space()
            vicinity_of(desk())
            week(desk())
        except Exception as error:  # noqa: BLE001 - the border of a thread; the first request says it again
            desk().tell("web.not_warmed", error=f"{type(error).__name__}: {error}")
