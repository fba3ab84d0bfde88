"""A reader's opinion of a paper in, the words of the page that asks for it out. Reads and changes nothing."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal, get_args

from digest.mail.words import brief

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digest.model import Topic
    from digest.store.votes import Opinion
    from digest.web.entries import EntryWords

Do = Literal["more", "less", "upvote"]
DOES: tuple[Do, ...] = get_args(Do)
Undo = Literal["no-like", "no-upvote"]

_HEADLINES: Mapping[Do, str] = {
    "more": "More like this?",
    "less": "Less like this?",
    "upvote": "Upvote this paper?",
}
_BUTTONS: Mapping[Do, str] = {"more": "More like this", "less": "Less like this", "upvote": "Upvote"}
_UPVOTE_HELP = "Counts towards what is trending. All see how many there are; nobody sees that one is yours."
_CORRECT = "Your preferences show what a topic has learned, and let you correct it. Nobody else sees it."
_MORE_HELP = f"It teaches the topic: papers like it rank higher from your next mail on. {_CORRECT}"
_MORE_HELP_ALONE = (
    "You have no topic that it could teach, so it is kept and changes nothing yet. Nobody else sees it."
)
_LESS_HELP = (
    "This paper is not sent to you, or not again, and it teaches the topic: papers like it rank lower from "
    f"your next mail on. {_CORRECT}"
)
_LESS_HELP_ALONE = "This paper is not sent to you, or not again. Nobody else sees it."
_SAID: Mapping[str, str] = {
    "more": "Noted: more like this.",
    "less": "Noted: less like this.",
    "upvote": "Your upvote is counted.",
    "no-like": "Taken back: this paper says nothing about what you like any more.",
    "no-upvote": "Your upvote is taken back.",
    "remember": "This browser remembers you now.",
    "forget": "This browser has forgotten you.",
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """What is so now, and what takes it back."""

    words: str
    undo: Undo
    undo_label: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the reader may say: the button, and what it does. `is_first`: it is what the link asked."""

    do: Do
    words: str
    help: str
    is_first: bool


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One form: its buttons, and the topics (ref, name) that they may be said for; `topic` is chosen."""

    choices: Sequence[Choice]
    topics: Sequence[tuple[str, str]] = ()
    topic: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class VoteWords:
    """The page of one paper and one reader. `path` takes its forms; `said` tells what was just done, "" for
    nothing; `standing` is what is so, `questions` what else may be said."""

    entry: EntryWords
    path: str
    headline: str
    said: str
    standing: Sequence[Stands]
    questions: Sequence[Question]
    is_remembered: bool


def vote_words(
    entry: EntryWords,
    opinion: Opinion,
    topics: Sequence[Topic],
    *,
    path: str,
    asked: str,
    said: str,
    shown_under: str,
    is_remembered: bool,
) -> VoteWords:
    """The words of a page. `asked` is the choice to come first, `said` the post that led here, `shown_under`
    the ref of the topic whose section showed the paper, "" where that is not known."""
    first = next((one for one in DOES if one == asked), None)
    order = sorted(DOES, key=lambda one: one != first)
    refs = [(topic.ref, brief(topic.name)) for topic in topics]
    known = [ref for ref, _ in refs]
    chosen = next((ref for ref in (opinion.topic, shown_under) if ref in known), known[0] if known else "")
    choices = [_choice(one, refs, is_first=one == first) for one in order if _is_open(one, opinion, refs)]
    tastes = [one for one in choices if one.do != "upvote"]
    upvotes = [one for one in choices if one.do == "upvote"]
    questions = [Question(choices=tastes, topics=refs, topic=chosen), Question(choices=upvotes)]
    return VoteWords(
        entry=entry,
        path=path,
        headline=_HEADLINES[first] if first and not said else "Your word on this paper",
        said=_SAID.get(said, "") if _is_true(said, opinion, is_remembered=is_remembered) else "",
        standing=_standing(opinion, dict(refs)),
        questions=sorted(filter(_asks, questions), key=lambda one: not one.choices[0].is_first),
        is_remembered=is_remembered,
    )


def _asks(question: Question) -> bool:
    return bool(question.choices)


def _choice(do: Do, refs: Sequence[tuple[str, str]], *, is_first: bool) -> Choice:
    more, less = (_MORE_HELP, _LESS_HELP) if refs else (_MORE_HELP_ALONE, _LESS_HELP_ALONE)
    helps: Mapping[Do, str] = {"more": more, "less": less, "upvote": _UPVOTE_HELP}
    return Choice(do=do, words=_BUTTONS[do], help=helps[do], is_first=is_first)


def _is_open(do: Do, opinion: Opinion, refs: Sequence[tuple[str, str]]) -> bool:
    """Whether saying it would change anything."""
    if do == "upvote":
        return not opinion.upvoted
    return opinion.liked != (1 if do == "more" else -1) or len(refs) > 1 or opinion.topic not in dict(refs)


def _standing(opinion: Opinion, names: Mapping[str, str]) -> list[Stands]:
    found = []
    if opinion.liked:
        which = "more" if opinion.liked > 0 else "less"
        topic = names.get(opinion.topic, "")
        gone = " of a topic that you have no more" if opinion.topic and not topic else ""
        found.append(
            Stands(
                words=f"You want {which} like this{f', for {topic}' if topic else gone}.",
                undo="no-like",
                undo_label=f"Take it back: {which} like this",
            )
        )
    if opinion.upvoted:
        found.append(
            Stands(words="You upvoted this paper.", undo="no-upvote", undo_label="Take it back: your upvote")
        )
    return found


def _is_true(said: str, opinion: Opinion, *, is_remembered: bool) -> bool:
    """Whether it is still as the address says: anybody can write one."""
    return {
        "more": opinion.liked > 0,
        "less": opinion.liked < 0,
        "upvote": opinion.upvoted,
        "no-like": not opinion.liked,
        "no-upvote": not opinion.upvoted,
        "remember": is_remembered,
        "forget": not is_remembered,
    }.get(said, False)
