"""A paper's title and abstract in; what the operator's own model says of it in a sentence, judged, out.

Asks an OpenAI-compatible `/chat/completions`, one request a paper, and believes none of its answer: what is
no sentence about the paper is refused by `core.gist`. Follows nothing that an answer says, keeps nothing, and
never tells a text.
"""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING, Any

from digest.core import gist
from digest.errors import EndpointError

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.endpoint import Endpoint

MAX_BYTES = 256 * 1024
_MOST_TOKENS = 10_000_000  # a count beyond is none

# For `digest check`: long enough to be worth a sentence, and nobody's.
_TITLE = "How Long Should a Morning Mail Be?"
_ABSTRACT = (
    "Mails that list new papers are read in the first minutes of a working day, and little is known of how "
    "long they should be. We asked 48 researchers to read mails of five, twelve and thirty papers on three "
    "mornings, and counted which papers they opened. Of twelve papers they opened as many as of thirty, and "
    "needed half of the time; of five papers they missed every third one that they would have wanted."
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The sentence, or "" and why it was refused; and what it cost, None where the endpoint does not say."""

    text: str = ""
    refusal: str = ""
    tokens: int | None = None


class Writer:
    """A model at an endpoint. Without an endpoint it is only a name: what was written under it can be found,
    and nothing new is. Safe to share between threads."""

    prompt = gist.PROMPT

    def __init__(
        self, endpoint: Endpoint | None, *, model: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._endpoint = endpoint
        self._clock = clock
        self.model = model

    @property
    def is_asked(self) -> bool:
        """Whether it can write, and is not a name alone."""
        return self._endpoint is not None

    def write(self, title: str, abstract: str, *, within_s: float | None = None) -> Answer:
        """One request, which is never repeated here. Raises EndpointError where there is no answer."""
        if self._endpoint is None:
            raise EndpointError("the model is not asked here", is_transient=True)
        body = {
            "model": self.model,
            "messages": gist.prompt(title, abstract),
            "max_tokens": gist.MOST_TOKENS,
            "temperature": 0,
            "stream": False,
        }
        answer = self._endpoint.post(
            "/chat/completions", body, max_bytes=MAX_BYTES, within_s=within_s, tries=1
        )
        tokens = _tokens(answer)
        said = _said(answer, name=self._endpoint.name)
        if not said.text:
            return dataclasses.replace(said, tokens=tokens)
        judged = gist.judged(said.text, title=title, abstract=abstract)
        return Answer(text=judged.text, refusal=judged.refusal, tokens=tokens)

    def check(self) -> str:
        """One small request; one sentence on what it said. Raises EndpointError."""
        begun = self._clock()
        answer = self.write(_TITLE, _ABSTRACT)
        took_s = self._clock() - begun
        if answer.refusal:
            raise EndpointError(
                f"{self.model}: its answer to an example is not used, because it {answer.refusal}; another "
                "model may do better",
                is_transient=False,
            )
        cost = "" if answer.tokens is None else f", for {answer.tokens} tokens"
        return f"{self.model}: “{answer.text}” in {took_s:.1f} s{cost}"


def _said(answer: dict[str, Any], *, name: str) -> Answer:
    """The text as the model wrote it, or why there is none; EndpointError where this is not the protocol."""
    choices = answer.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise EndpointError(
            f"{name}: the answer has no choices; is this a /chat/completions as OpenAI's?", is_transient=False
        )
    message = choices[0].get("message")
    text = message.get("content") if isinstance(message, dict) else None
    if choices[0].get("finish_reason") == "length":
        return Answer(refusal="was cut off before its end")
    if not isinstance(text, str) or not text.strip():
        return Answer(refusal="holds no text")
    return Answer(text=text)


def _tokens(answer: dict[str, Any]) -> int | None:
    usage = answer.get("usage")
    total = usage.get("total_tokens") if isinstance(usage, dict) else None
    return total if type(total) is int and 0 <= total <= _MOST_TOKENS else None
