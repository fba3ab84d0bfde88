"""`[web]`: what may stand there, what is refused, and what is allowed and yet unwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from werkzeug.security import check_password_hash, generate_password_hash

from digest.config import Settings, load
from digest.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

HEAD = '[site]\nsecret = "0123456789abcdef0123456789abcdef"\n'
SOURCE = '[[sources]]\nkind = "huggingface"\n'


def read(folder: Path, url: str = "", web: str = "") -> Settings:
    path = folder / "digest.toml"
    path.write_text(f"{HEAD}{f'url = {url!r}' if url else ''}\n[web]\n{web}\n{SOURCE}")
    path.chmod(0o600)
    return load(path, {})


@pytest.mark.parametrize(
    ("url", "warns"),
    [
        ("http://digest.example.org", True),
        ("http://192.168.1.7:8000", True),
        ("http://127.0.0.1:8000", False),
        ("http://localhost:8000", False),
        ("http://[::1]:8000", False),
        ("https://digest.example.org", False),
        ("", False),
    ],
)
def test_links_in_the_clear_are_warned_of_but_on_this_machine(tmp_path: Path, url: str, warns: bool) -> None:
    assert any("in the clear" in warning for warning in read(tmp_path, url).warnings) == warns


def test_a_header_that_anybody_could_write_is_not_heeded_and_told(tmp_path: Path) -> None:
    open_to_all = read(tmp_path, web='operator_header = "X-Forwarded-User"')
    assert open_to_all.web.heeded_header is None
    assert any("web.operator_header" in warning for warning in open_to_all.warnings)
    behind = read(tmp_path, web='operator_header = "X-Forwarded-User"\nproxies = 1')
    assert behind.web.heeded_header == "X-Forwarded-User"
    assert behind.warnings == ()


def test_a_password_is_kept_as_a_hash_and_never_as_itself(tmp_path: Path) -> None:
    made = generate_password_hash("correct horse")
    kept = read(tmp_path, web=f"operator_password_hash = '{made}'").web.operator_password_hash
    assert kept is not None
    assert check_password_hash(kept.get_secret_value(), "correct horse")
    with pytest.raises(ConfigError) as refused:
        read(tmp_path, web='operator_password_hash = "correct horse"')
    assert "--hash-password" in str(refused.value)
    assert "correct horse" not in str(refused.value)


@pytest.mark.parametrize("host", ["https://digest", "digest:8000", "a b", "", "*"])
def test_a_host_is_a_name_and_nothing_else(tmp_path: Path, host: str) -> None:
    with pytest.raises(ConfigError, match=r"web\.hosts"):
        read(tmp_path, web=f'hosts = ["{host}"]')
    assert read(tmp_path, web='hosts = ["Digest", "digest", "[::1]"]').web.hosts == ("digest", "[::1]")
