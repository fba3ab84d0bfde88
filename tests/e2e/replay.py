"""The recorded days of arXiv and Hugging Face, served on loopback by a process of their own."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


class Replay:
    """The outside world of April 2026."""

    def __init__(self, shared: Path, date: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(shared / "upstream" / "replay.py"), "--date", date],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()

    def set(self, **state: Any) -> None:
        """Change the date or the faults while it runs."""
        body = json.dumps(state).encode()
        request = urllib.request.Request(f"{self.url}/_control", data=body, method="POST")
        urllib.request.urlopen(request, timeout=10).close()

    @property
    def log(self) -> list[dict[str, Any]]:
        """Every request seen."""
        with urllib.request.urlopen(f"{self.url}/_log", timeout=10) as answer:
            return list(json.load(answer))

    @property
    def sources(self) -> str:
        """The configuration that reads from here."""
        return f"""
[[sources]]
kind = "arxiv"
categories = ["cs.CV"]
base_url = "{self.url}"
api_url = "{self.url}/api/query"
allow_private_address = true

[[sources]]
kind = "huggingface"
base_url = "{self.url}"
allow_private_address = true
"""

    def close(self) -> None:
        """Stop serving."""
        self._process.terminate()
        self._process.wait(10)
        if self._process.stdout is not None:
            self._process.stdout.close()
