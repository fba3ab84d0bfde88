"""`digest init` writes a file that loads, once, for its owner alone."""

from __future__ import annotations

import os
import pty
import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.cli.init import local_timezone
from digest.config import Settings, load
from digest.config.load import parse
from digest.config.starter import Answers, quoted, starter

if TYPE_CHECKING:
    import pytest

DIGEST = str(Path(sys.executable).with_name("digest"))


def init(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [DIGEST, "init", *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": os.defpath, **environ},
    )


def written(folder: Path) -> Settings:
    settings = load(folder / "digest.toml", {})
    assert settings.warnings == ()
    return settings


def test_an_address_is_enough(tmp_path: Path) -> None:
    done = init(tmp_path, "--email", "me@example.org", TZ="Europe/Berlin")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-3:] == [
        f"  {DIGEST} collect",
        f"  {DIGEST} preview me@example.org --open",
        f"  {DIGEST} run",
    ]
    assert stat.S_IMODE((tmp_path / "digest.toml").stat().st_mode) == 0o600
    found = written(tmp_path)
    assert [source.kind for source in found.sources] == ["huggingface"]
    (reader,) = found.readers()
    assert (reader.email, reader.timezone, reader.trending) == ("me@example.org", "Europe/Berlin", True)
    assert (found.mail.provider, found.site.sender_address) == ("outbox", "me@example.org")


def test_a_program_that_the_shell_finds_is_called_by_its_name(tmp_path: Path) -> None:
    done = init(tmp_path, "--email", "me@example.org", PATH=str(Path(DIGEST).parent))
    assert done.stdout.splitlines()[-1] == "  digest run"


def test_utc_goes_by_its_usual_name(tmp_path: Path) -> None:
    assert init(tmp_path, "--email", "me@example.org", TZ="Etc/UTC").returncode == 0
    (reader,) = written(tmp_path).readers()
    assert reader.timezone == "UTC"


def test_flags_say_it_all(tmp_path: Path) -> None:
    done = init(
        tmp_path, "a new/folder", "--email", "me@example.org", "--name", "Ada", "--timezone", "Asia/Kolkata",
        "--send-at", "06:30", "--category", "cs.CL, cs.cv", "--category", "math.AG", "--topic",
        "Vision: nerf, gaussian splatting", "--topic", "Robots", "--no-huggingface",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert f"  {DIGEST} --config 'a new/folder/digest.toml' run" in done.stdout.splitlines()
    found = written(tmp_path / "a new" / "folder")
    assert [(source.kind, source.categories) for source in found.sources] == [
        ("arxiv", ("cs.CL", "cs.CV", "math.AG"))
    ]
    (reader,) = found.readers()
    assert (reader.name, reader.timezone, f"{reader.send_at:%H:%M}") == ("Ada", "Asia/Kolkata", "06:30")
    assert [(topic.name, topic.keywords) for topic in reader.topics] == [
        ("Vision", ("nerf", "gaussian splatting")),
        ("Robots", ("Robots",)),
    ]
    assert reader.trending is False


def test_categories_without_topics_are_sections_of_what_is_new_there(tmp_path: Path) -> None:
    assert init(tmp_path, "--email", "me@example.org", "--category", "cs.CL").returncode == 0
    (reader,) = written(tmp_path).readers()
    assert [(topic.name, topic.categories) for topic in reader.topics] == [
        ("Computation and Language (cs.CL)", ("cs.CL",))
    ]


def test_it_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "digest.toml").write_text("mine")
    done = init(tmp_path, "--email", "me@example.org")
    assert done.returncode == 2
    assert "is there already, and init never overwrites" in done.stderr
    assert (tmp_path / "digest.toml").read_text() == "mine"


def test_a_link_to_nowhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "digest.toml").symlink_to(tmp_path / "elsewhere")
    assert init(tmp_path, "--email", "me@example.org").returncode == 2
    assert not (tmp_path / "elsewhere").exists()


def test_each_secret_is_its_own(tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert init(tmp_path, name, "--email", "me@example.org").returncode == 0
    secrets = {written(tmp_path / name).site.secret.get_secret_value() for name in ("a", "b")}
    assert len(secrets) == 2
    assert min(map(len, secrets)) >= 32


def test_without_terminal_and_flags_it_says_what_is_missing(tmp_path: Path) -> None:
    done = init(tmp_path)
    assert done.returncode == 2
    assert "give at least --email ADDRESS" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_every_fault_is_told_under_its_option_and_nothing_is_written(tmp_path: Path) -> None:
    done = init(
        tmp_path, "x", "--email", "nobody", "--timezone", "Berlin", "--send-at", "noon",
        "--category", "cs.ML",
        "--name", "a\nb", "--topic", ": x",
    )  # fmt: skip
    assert done.returncode == 2
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == [
        "--email", "--name", "--timezone", "--send-at", "--category", "--topic",
    ]  # fmt: skip
    assert "nearest: cs.LG, stat.ML" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_nothing_to_read_is_refused(tmp_path: Path) -> None:
    done = init(tmp_path, "--email", "me@example.org", "--no-huggingface")
    assert (done.returncode, list(tmp_path.iterdir())) == (2, [])
    assert "give a --category" in done.stderr


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = init(tmp_path, "file/x", "--email", "me@example.org")
    assert done.returncode == 2
    assert "cannot be written: Not a directory" in done.stderr
    assert "Traceback" not in done.stderr


def test_on_a_terminal_it_asks_and_asks_again(tmp_path: Path) -> None:
    controller, terminal = pty.openpty()
    running = subprocess.Popen(
        [DIGEST, "init"], cwd=tmp_path, stdin=terminal, stdout=terminal, stderr=terminal
    )
    os.close(terminal)
    answers = ["nobody", "me@example.org", "cs.ML", "cs.CL, cs.LG", "Vision: nerf, slam", "Robots", ""]
    os.write(controller, "".join(f"{answer}\n" for answer in answers).encode())
    shown = b""
    try:
        while piece := os.read(controller, 4096):
            shown += piece
    except OSError:  # Linux: the last one has let go of the terminal
        pass
    os.close(controller)
    assert running.wait(timeout=20) == 0, shown.decode()
    text = shown.decode()
    assert "expected a mail address" in text
    assert "nearest: cs.LG, stat.ML" in text
    found = written(tmp_path)
    assert found.sources[0].categories == ("cs.CL", "cs.LG")
    (reader,) = found.readers()
    assert [topic.name for topic in reader.topics] == ["Vision", "Robots"]


def test_zone_of_the_machine_is_found_where_it_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TZ", raising=False)
    assert local_timezone(tmp_path) == "UTC"
    (tmp_path / "timezone").write_text("Asia/Tokyo\n")
    assert local_timezone(tmp_path) == "Asia/Tokyo"
    (tmp_path / "localtime").symlink_to("/usr/share/zoneinfo/Europe/Paris")
    assert local_timezone(tmp_path) == "Europe/Paris"
    monkeypatch.setenv("TZ", "America/New_York")
    assert local_timezone(tmp_path) == "America/New_York"
    monkeypatch.setenv("TZ", "EST5EDT,M3.2.0,M11.1.0")
    assert local_timezone(tmp_path) == "Europe/Paris"


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=20)
HOSTILE = WORDS | st.sampled_from(['"', "\\", '"""', "'''", "]", "{0}", "%s", "#", "é😀", '"]\n[site]'])


@settings(max_examples=60, deadline=None)
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_a_quoted_text_is_that_text(text: str) -> None:
    assert tomllib.loads(f"v = {quoted(text)}") == {"v": text}


@settings(max_examples=40, deadline=None)
@given(name=HOSTILE.filter(lambda name: "\n" not in name), keywords=st.lists(HOSTILE, min_size=1, max_size=3))
def test_what_is_typed_cannot_leave_its_quotes(name: str, keywords: list[str]) -> None:
    keywords = [word.replace("\n", " ").strip() for word in keywords]
    answers = Answers(email="me@example.org", name=name, topics=({"name": f"T{name}", "keywords": keywords},))
    found = parse(starter(answers, "s" * 32), path=Path("digest.toml"), environ={})
    assert found.site.secret.get_secret_value() == "s" * 32
    assert len(found.subscribers) == 1
    assert len(found.readers()[0].topics) == 1
