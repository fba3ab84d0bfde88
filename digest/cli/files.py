"""A file that was named on the command line in, its text out, and back. `-` is standard input."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from digest.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def read_text(path: Path) -> str:
    """The text of a file; UsageError where it cannot be read or is not UTF-8."""
    try:
        raw = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}; name another file") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: byte {error.start} is not UTF-8; save it as CSV UTF-8") from error


def write_private(path: Path, text: str) -> None:
    """Write a file that only this user may read, also where it was there before; UsageError if not."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123
            if os.path.isfile(descriptor):  # noqa: PTH113 - no path: a device such as /dev/stdout keeps its mode
                os.fchmod(descriptor, 0o600)
            file.write(text)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}; name another file") from error
