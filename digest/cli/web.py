"""`digest web`: the web side in the foreground, until SIGTERM."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import click

from digest.cli.frame import App, pass_app
from digest.cli.logging import log_to_stderr

if TYPE_CHECKING:
    import flask


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Listen on this address."
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="And on this port; 0: any."
)
@click.option(
    "--hash-password", is_flag=True, help="Ask for a password, print web.operator_password_hash, and end."
)
@pass_app
def web(app: App, host: str, port: int, hash_password: bool) -> None:
    """Serve the web side: lists, search, subscribing, preferences.

    Meant to stand behind a proxy that speaks https; deploy/ has one, and docs/web.md says what it must do.
    SIGTERM and Ctrl-C end it at once.
    """
    if hash_password:
        from werkzeug.security import generate_password_hash

        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        click.echo(generate_password_hash(password))
        return
    import structlog

    from digest.web.app import create_app
    from digest.web.serving import listening, server_of
    from digest.web.warming import warm
    from digest.wiring import open_desk

    settings = app.settings()
    log_to_stderr()
    with open_desk(settings, tell=structlog.get_logger().info) as desk, listening(host, port) as opened:
        served = create_app(desk, hosts=(host,))
        warm(served)
        server = server_of(served, opened)
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        address = f"http://{_where(host, opened.getsockname()[1])}"
        click.echo(f"Listening on {address}")
        if not desk.site.url:
            click.echo(
                "site.url is not set: nobody can subscribe here, and no mail leads here. Set it to where "
                f"readers reach this, such as {address}",
                err=True,
            )
        try:
            server.run()
        finally:
            server.close()


def application() -> flask.Flask:
    """The app for another server: `gunicorn "digest.cli.web:application()"`. `DIGEST_CONFIG` names the file.

    What it opens is closed when the process ends.
    """
    import atexit
    import contextlib
    import os

    import structlog

    from digest.config import load
    from digest.web.app import create_app
    from digest.web.warming import warm
    from digest.wiring import open_desk

    log_to_stderr()
    settings = load(os.environ.get("DIGEST_CONFIG", "digest.toml"))
    opened = contextlib.ExitStack()
    atexit.register(opened.close)
    app = create_app(opened.enter_context(open_desk(settings, tell=structlog.get_logger().info)))
    warm(app)
    return app


def _where(host: str, port: int) -> str:
    return f"{f'[{host}]' if ':' in host else host}:{port}"
