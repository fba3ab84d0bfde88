"""One polite client: a URL in, bytes out, or a FetchError that says in one sentence why not.

It waits its turn with every host, gives the whole request one deadline, limits what a body may grow to,
follows redirects by hand, and connects to public addresses only, unless told otherwise. It never parses a
body, never keeps one, and knows nothing of the sources.
"""

from __future__ import annotations

from digest.http.client import MAX_BYTES, Answer, Client
from digest.http.pace import MemoryPace, Pace, host_key
from digest.http.requests import named, own_interval_s

__all__ = ["MAX_BYTES", "Answer", "Client", "MemoryPace", "Pace", "host_key", "named", "own_interval_s"]
