"""What people really write into such files loads, or gets a sentence that helps."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from digest.config import load
from digest.config.starter import quoted

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "0123456789abcdef0123456789abcdef"


def many(words: list[str]) -> str:
    return f"[{', '.join(map(quoted, words))}]"


@pytest.mark.parametrize("index", range(22))
def test_every_recorded_configuration_loads_word_for_word(shared: Path, tmp_path: Path, index: int) -> None:
    entries = json.loads((shared / "samples" / "topics" / "what-people-type.json").read_text())
    assert len(entries) == 22
    entry = entries[index]
    topics = [("Everything", entry["categories"], entry["keywords"], entry["free_text"] or "")]
    topics += [(name, [], [name], "") for name in entry["topics"]]
    text = f'[site]\nsecret = "{SECRET}"\n[[sources]]\nkind = "huggingface"\n'
    if entry["categories"]:
        text += f'[[sources]]\nkind = "arxiv"\ncategories = {many(entry["categories"])}\n'
    text += '[[subscribers]]\nemail = "ada@example.org"\n'
    for name, categories, keywords, free in topics:
        if categories or keywords or free:
            text += (
                f"[[subscribers.topics]]\nname = {quoted(name)}\ncategories = {many(categories)}\n"
                f"keywords = {many(keywords)}\ntext = {quoted(free)}\n"
            )
    path = tmp_path / "digest.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    settings = load(path, {})
    if any(topics[0][1:]):
        first = settings.readers()[0].topics[0]
        assert first.categories == tuple(entry["categories"])
        assert set(first.keywords) == set(entry["keywords"])
        assert first.text == (entry["free_text"] or "").strip()
    queries = [word for word in entry["keywords"] if "cat:" in word]
    assert len(settings.warnings) == len(queries)
