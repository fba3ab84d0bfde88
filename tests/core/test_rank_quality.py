"""Rankers that are random, newest-first or blind to topics fail here; ours does not."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import re
from typing import TYPE_CHECKING

import pytest

from digest.core.features import Candidate, Window
from digest.core.select import try_topic
from digest.core.statistics import Statistics
from digest.model import Paper, Topic
from tests.core import abstracts
from tests.core.rankers import BAD, Case, Ranker, ours, passes, precision

if TYPE_CHECKING:
    from pathlib import Path

TODAY = dt.date(2026, 4, 22)

SAMPLE_TOPICS = (
    Topic(
        name="splatting",
        keywords=("gaussian splatting", "radiance field"),
        text="New views of a scene from photographs: splats, Gaussians, neural rendering.",
    ),
    Topic(
        name="proteins",
        text="I design proteins: structure prediction, enzymes, antibodies, amino acid sequence models.",
    ),
    Topic(
        name="driving",
        keywords=("autonomous driving",),
        text="Vehicles and traffic: planning, lanes, pedestrians, LiDAR and radar for driving.",
    ),
    Topic(
        name="speech",
        text="1. Speech enhancement and speech recognition\n2. Text-to-speech voices and prosody\n"
        "3. Not interested in quantum computers",
    ),
    Topic(
        name="quantum",
        keywords=("qubits", "quantum error correction"),
        text="Quantum circuits and codes.",
    ),
)

REAL_TOPICS: tuple[tuple[Topic, str], ...] = (
    (
        Topic(name="views", text="Novel view synthesis with radiance fields and 3D Gaussians"),
        r"gaussian splat|3dgs|radiance field|\bnerf|novel[- ]view",
    ),
    (
        Topic(name="clinic", text="I segment medical images: CT, MRI, ultrasound, pathology slides."),
        r"medical|clinical|\bMRI\b|\bCT\b|ultrasound|patholog|tumor|lesion|patient",
    ),
    (
        Topic(name="film", text="Diffusion models that generate video", keywords=("video generation",)),
        r"video (generation|diffusion|synthesis)|text-to-video|generat\w+ (\w+ )?videos?",
    ),
    (
        Topic(name="cars", keywords=("autonomous driving", "self-driving"), text="Driving scenes"),
        r"driving|vehicle|traffic",
    ),
    (
        Topic(name="shift", text="Adapting a model at test time when the domain has shifted, unsupervised"),
        r"test-time|domain (adaptation|shift|generali)|distribution shift|source-free",
    ),
    (
        Topic(name="robots", keywords=("robot", "vision-language-action"), text="Robot manipulation"),
        r"robot|embodied|manipulation|\bVLA",
    ),
)


@pytest.fixture(scope="module")
def sample() -> tuple[Window, list[Case]]:
    papers, subjects = abstracts.papers(), abstracts.subject_of()
    window = Window.of(
        Statistics.empty().grown(papers),
        [Candidate(paper=paper, sequence=paper.id) for paper in papers],
        today=TODAY,
    )
    return window, [
        (topic, frozenset(number for number, subject in subjects.items() if subject == topic.name))
        for topic in SAMPLE_TOPICS
    ]


@pytest.fixture(scope="module")
def real(shared: Path) -> tuple[Window, list[Case]]:
    texts: dict[str, tuple[str, str]] = {}
    for file in sorted((shared / "upstream" / "days").glob("arxiv-cs.CV-*.json.gz")):
        for row in json.loads(gzip.decompress(file.read_bytes())):
            if row["announce_type"] in ("new", "cross"):
                texts.setdefault(row["arxiv_id"], (row["title"], row["abstract"]))
    papers = [
        Paper(id=number, title=title, abstract=abstract, first_listed=TODAY)
        for number, (title, abstract) in enumerate(texts.values(), start=1)
    ]
    window = Window.of(
        Statistics.empty().grown(papers),
        [Candidate(paper=paper, sequence=paper.id) for paper in papers],
        today=TODAY,
    )
    cases = []
    for topic, on_it in REAL_TOPICS:
        named = re.compile(on_it, re.IGNORECASE)
        on_topic = (paper.id for paper in papers if named.search(f"{paper.title} {paper.abstract}"))
        cases.append((topic, frozenset(on_topic)))
    return window, cases


def test_our_ranking_of_the_samples_passes_the_check(sample: tuple[Window, list[Case]]) -> None:
    window, cases = sample
    assert passes(ours, window, cases, at=5)


@pytest.mark.parametrize("ranker", BAD)
def test_the_check_on_the_samples_rejects_a_bad_ranker(
    sample: tuple[Window, list[Case]], ranker: Ranker
) -> None:
    window, cases = sample
    assert not passes(ranker, window, cases, at=5)


def test_our_ranking_of_real_days_passes_the_check(real: tuple[Window, list[Case]]) -> None:
    window, cases = real
    assert passes(ours, window, cases, at=10), {
        case[0].name: precision(ours, window, case, at=10) for case in cases
    }


@pytest.mark.parametrize("ranker", BAD)
def test_the_check_on_real_days_rejects_a_bad_ranker(real: tuple[Window, list[Case]], ranker: Ranker) -> None:
    window, cases = real
    assert not passes(ranker, window, cases, at=10)


@pytest.mark.parametrize(
    "text",
    [
        "Neutrino oscillation experiments, heavy neutral leptons, leptogenesis",
        "The medieval wool trade in Flanders",
        "Minimum wages and the labour market for teenagers",
        "Étale cohomology of moduli stacks",
        "## Topics I am less interested in\n- image segmentation\n- diffusion models for video generation\n",
        "Not interested in: 3D Gaussian splatting, vision-language models, robot learning",
    ],
)
def test_text_on_nothing_in_these_days_finds_next_to_nothing(
    real: tuple[Window, list[Case]], text: str
) -> None:
    window, _ = real
    assert len(ours(window, Topic(name="elsewhere", text=text))) <= 1


def test_each_thing_that_people_type_ranks_and_tells_why(
    real: tuple[Window, list[Case]], shared: Path
) -> None:
    window, _ = real
    typed = json.loads((shared / "samples" / "topics" / "what-people-type.json").read_text())
    for row in typed:
        topic = Topic(
            name="typed", keywords=tuple(row["keywords"]), text=row["free_text"] or "", exclude=("zzz",)
        )
        items = try_topic(window, topic, limit=1000)
        # A text alone is a section and not a wall; 24 to 100 plain words as keywords may well be a wall.
        assert row["keywords"] or len(items) <= len(window.papers) / 10
        assert all(item.reasons and 10 <= item.score <= 100 for item in items)
        for name in row["topics"]:
            assert len(try_topic(window, Topic(name=name), limit=1000)) <= len(window.papers) / 2
