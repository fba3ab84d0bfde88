"""The demonstration as a whole, run as `digest demo` runs it."""

from __future__ import annotations

import email
import email.policy
import socket
import stat
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from digest.config import load
from digest.demo.mornings import LIBRARY_OF, Demonstration, demonstrate
from digest.errors import UsageError
from digest.store import Store

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    """One demonstration for all tests that only look at it."""
    return demonstrate(tmp_path_factory.mktemp("demo") / "demo")


def parsed(shown: Demonstration) -> list[EmailMessage]:
    return [
        email.message_from_bytes(mail.file.read_bytes(), policy=email.policy.default) for mail in shown.mails
    ]


def words(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_each_reader_gets_the_mails_of_their_slots(shown: Demonstration) -> None:
    slots = {(mail.reader.email.partition("@")[0], mail.slot) for mail in shown.mails}
    daily = ["2026-04-20", "2026-04-21", "2026-04-22"]
    assert slots == {
        *(("mira.calloway-obi", day) for day in daily),
        *(("henrike.falkenrath", day) for day in daily),
        *(("anjali.thekkedath", day) for day in daily),
        *(("ren.asahikawa", day) for day in daily),
        ("bronwen.tidswell", "2026-W17"),
        *(("desmond.quinlivan", day) for day in daily),
    }
    assert len(shown.mails) == len(slots)


def test_a_mail_leaves_at_the_hour_that_its_reader_asked_for(shown: Demonstration) -> None:
    from zoneinfo import ZoneInfo

    for mail in shown.mails:
        assert mail.sent_at.astimezone(ZoneInfo(mail.reader.timezone)).time() == mail.reader.send_at


def test_the_outbox_holds_these_mails_and_no_others(shown: Demonstration) -> None:
    folder = shown.index.parent
    assert {mail.file for mail in shown.mails} == set((folder / "outbox").glob("*.eml"))


def test_mails_say_that_they_are_samples(shown: Demonstration) -> None:
    for message in parsed(shown):
        assert "Paper Digest (samples)" in str(message["From"])
        assert "samples" in words(message, "html")
        assert "samples" in words(message, "plain")


def test_no_reader_is_shown_a_paper_twice(shown: Demonstration) -> None:
    with Store.open(f"sqlite:///{shown.index.parent / 'digest.db'}") as store:
        shown_papers: Counter[tuple[int, int]] = Counter()
        for mail in shown.mails:
            frozen = store.editions.by_delivery([mail.file.stem])[mail.file.stem]
            shown_papers.update((mail.reader.id, item.paper_id) for item in frozen.edition.items)
    assert shown_papers
    assert max(shown_papers.values()) == 1


def test_every_work_is_in_the_library_once(shown: Demonstration) -> None:
    assert shown.papers == 61


def test_a_topic_gets_its_own_papers(shown: Demonstration) -> None:
    by_reader: dict[str, str] = {}
    for mail, message in zip(shown.mails, parsed(shown), strict=True):
        name = mail.reader.email.partition("@")[0]
        by_reader[name] = by_reader.get(name, "") + " ".join(words(message, "plain").split())
    assert "Pebble: Gaussian Splatting of Whole Streets" in by_reader["mira.calloway-obi"]
    assert "LUMEN-5" in by_reader["henrike.falkenrath"]
    assert "RLHF with Annotators" in by_reader["anjali.thekkedath"]
    assert "触覚だけで布を折る" in by_reader["ren.asahikawa"]
    assert "barley" in by_reader["bronwen.tidswell"]
    assert "When Longer Chains of Thought Stop Helping" in by_reader["desmond.quinlivan"]
    for excluded in ("A Survey of 3D Reconstruction", "Medical Scans"):
        assert excluded not in by_reader["mira.calloway-obi"]
    assert "Rush Hour as a Message" not in by_reader["ren.asahikawa"]


def test_a_library_of_a_readers_own_became_likes_of_theirs(shown: Demonstration) -> None:
    with Store.open(f"sqlite:///{shown.index.parent / 'digest.db'}") as store:
        member = store.subscribers.find(LIBRARY_OF)
        assert member is not None
        reader = member.subscriber
        (topic,) = [one.ref for one in reader.topics if one.name == "Cosmology"]
        liked = [one for one in store.libraries.liked(reader.id, topic=topic) if one.origin == "library"]
        papers = store.lists.entries([one.paper_id for one in liked])
        assert {entry.paper.arxiv_id for entry in papers.values()} == {
            "2604.90007",
            "2604.90008",
            "2604.90010",
        }
        (missing,) = [row for row in store.libraries.rows(reader.id) if row.state != "found"]
        assert missing.title == "The Expansion of the Universe as Seen from a Rowing Boat"
    mails = [mail.file.read_bytes() for mail in shown.mails if mail.reader.email == LIBRARY_OF]
    assert any(b"close to what you like:" in mail.replace(b"=\r\n", b"") for mail in mails)


def test_a_paper_that_was_liked_is_told_as_a_reason_the_next_day(shown: Demonstration) -> None:
    everything = " ".join(
        words(message, "plain").replace("\n", " ") for message in parsed(shown) if LIBRARY_OF in message["To"]
    )
    said = " ".join(everything.split())
    assert (
        "like “POLARIS-W Year 2: Cosmology from Weak Lensing of Ninety…”, which you liked on 21 April" in said
    )


def test_titles_arrive_readable(shown: Demonstration) -> None:
    everything = "\n".join(words(message, "plain") for message in parsed(shown))
    assert "\\emph" not in everything
    assert "\\H{o}" not in everything
    assert "$H_0$" not in everything
    assert "Erdős" in everything


def test_no_markup_of_a_title_reaches_a_mail(shown: Demonstration) -> None:
    assert not any("<script" in words(message, "html") for message in parsed(shown))


def test_the_index_leads_to_every_mail(shown: Demonstration) -> None:
    page = shown.index.read_text(encoding="utf-8")
    assert page.count("<iframe") == len(shown.mails)
    assert all(mail.file.name in page for mail in shown.mails)


def test_its_configuration_is_private_and_loads(shown: Demonstration) -> None:
    assert stat.S_IMODE(shown.config.stat().st_mode) == 0o600
    settings = load(shown.config, {})
    assert len(settings.readers()) == 6
    (warning,) = settings.warnings  # the samples are no source that a file could name
    assert "sources: there is none" in warning


def test_again_takes_the_place_of_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_words: object) -> None:
        raise AssertionError("the demonstration asked the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)  # the outside world, and nothing of ours
    first = demonstrate(tmp_path / "demo")
    kept = tmp_path / "demo" / "notes.txt"
    kept.write_text("mine")
    steps: list[tuple[str, int, int]] = []
    again = demonstrate(tmp_path / "demo", progress=lambda *step: steps.append(step))
    assert [(mail.reader.email, mail.slot) for mail in again.mails] == [
        (mail.reader.email, mail.slot) for mail in first.mails
    ]
    assert {mail.file for mail in again.mails} == set((tmp_path / "demo" / "outbox").glob("*.eml"))
    assert kept.read_text() == "mine"
    assert steps[-1][1] == steps[-1][2] > 0
    assert not any(path.is_file() for path in tmp_path.iterdir())


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    own = tmp_path / "digest.toml"
    own.write_text("[site]\n")
    with pytest.raises(UsageError, match="did not write"):
        demonstrate(tmp_path)
    assert list(tmp_path.iterdir()) == [own]
    assert own.read_text() == "[site]\n"


def test_a_place_that_is_no_folder_is_told(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("")
    with pytest.raises(UsageError, match="name another"):
        demonstrate(place)
