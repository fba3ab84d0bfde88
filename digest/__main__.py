"""`digest`: the command line's outermost frame, and the one place where errors become words and codes.

Imports nothing at first: `digest --help` answers from `digest.cli.commands` in the time that Python takes
to start.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Carry out one command line. 0: done; 1: something failed; 2: usage or configuration; 130: Ctrl-C."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    try:
        code = _front_page() if arguments in (["--help"], ["-h"]) and _columns() >= 80 else _run(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # whoever read us has enough; nothing may be written again, not even by the interpreter's exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


def _front_page() -> int:
    from digest.cli.commands import front_page

    sys.stdout.write(front_page())
    return 0


def _run(arguments: list[str]) -> int:
    from digest.cli.group import run
    from digest.errors import DigestError

    try:
        return run(arguments)
    except DigestError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return error.exit_code


def _columns() -> int:
    """The width for which click would write (`shutil.get_terminal_size`, without its imports)."""
    try:
        if (columns := int(os.environ["COLUMNS"])) > 0:
            return columns
    except (KeyError, ValueError):
        pass
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or 80  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):
        return 80


if __name__ == "__main__":
    sys.exit(main())
