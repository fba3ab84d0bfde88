"""The table of commands, and the front page that it makes. Imports nothing: `digest --help` is this file.

click would print the same page (held by a test) at five times the cost of starting Python.
"""

from __future__ import annotations

SUMMARY = "Each morning, to each reader, the few new papers that matter to them, once."

COMMANDS: dict[str, str] = {
    "init": "Write a digest.toml to start from.",
    "check": "Try settings, database, templates, sources and provider.",
    "collect": "Pull listings from the sources into the library.",
    "run": "One tick: collect, plan what is due, compose, deliver.",
    "start": "Run the schedule in the foreground.",
    "web": "Serve the web side: lists, search, subscribing, preferences.",
    "preview": "Show the mail that a reader would get.",
    "topics": "Try a topic before it is saved; show and correct what one has learned.",
    "subscribers": "Add, list, import, export, pause, remove and erase readers.",
    "likes": "Import a library as likes, list what a reader likes, take it back.",
    "editors": "Add, list and end editors, and print their links.",
    "deliveries": "List and show deliveries, and settle uncertain ones.",
    "suppressions": "List, add, lift, import and export addresses that get no mail.",
    "bounces": "Read delivery reports and requests to leave that came by mail.",
    "sources": "Show how each source is doing.",
    "db": "Back the database up while it is used, and put a backup back.",
    "demo": "Three sample mornings for six sample readers.",
}
"""Name → what it does, in one line. The command is `digest.cli.<name>:<name>`."""

OPTIONS: tuple[tuple[str, str], ...] = (
    ("--config PATH", "The configuration file.  [env var: DIGEST_CONFIG; default: digest.toml]"),
    ("--version", "Show the version and exit."),
    ("-h, --help", "Show this message and exit."),
)

WIDTH = 80
"""The narrowest terminal for which `front_page` is click's page; click wraps it for narrower ones."""


def front_page(prog: str = "digest") -> str:
    """What `digest --help` prints on a terminal of 80 columns or more."""
    return (
        f"Usage: {prog} [OPTIONS] COMMAND [ARGS]...\n\n  {SUMMARY}\n\n"
        f"Options:\n{_rows(OPTIONS)}\nCommands:\n{_rows(tuple(COMMANDS.items()))}"
    )


def _rows(rows: tuple[tuple[str, str], ...]) -> str:
    width = max(len(name) for name, _ in rows) + 2
    room = WIDTH - 2 - width - 2
    lines = []
    for name, text in rows:
        first, *rest = _wrapped(text, room)
        lines.append(f"  {name:<{width}}{first}\n")
        lines.extend(f"  {'':{width}}{line}\n" for line in rest)
    return "".join(lines)


def _wrapped(text: str, room: int) -> list[str]:
    first, *words = text.split(" ")  # two blanks in a row stay two, as in click
    lines = [first]
    for word in words:
        line = f"{lines[-1]} {word}"
        if len(line) > room:
            lines.append(word)
        else:
            lines[-1] = line
    return lines
