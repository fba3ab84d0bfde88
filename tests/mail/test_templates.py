"""Templates: an operator replaces single files, and a fault is told with file and line before mail leaves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from digest.errors import TemplateError
from digest.mail.check import check, decoded
from digest.mail.templates import Templates, builtin_folder
from tests.mail.editions import EDITIONS, composed

if TYPE_CHECKING:
    from pathlib import Path

BUILTIN = builtin_folder() / "mail"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An operator's folder, with nothing in it yet."""
    (tmp_path / "mail").mkdir()
    return tmp_path


def test_builtin_templates_lie_beside_the_package() -> None:
    assert {path.name for path in BUILTIN.glob("*.j2")} >= {
        "edition.html.j2",
        "edition.txt.j2",
        "subject.txt.j2",
        "card.html.j2",
        "card.txt.j2",
    }


def test_empty_folder_replaces_nothing(folder: Path, templates: Templates) -> None:
    assert composed(Templates.load(folder), EDITIONS["rich"]) == composed(templates, EDITIONS["rich"])


def test_operator_s_file_replaces_the_one_of_its_name(folder: Path, templates: Templates) -> None:
    (folder / "mail" / "subject.txt.j2").write_text("{{ subject.count }} papers, {{ site.name }}\n")
    own, builtin = (decoded(composed(one, EDITIONS["rich"])) for one in (Templates.load(folder), templates))
    assert own.subject == "5 papers, Paper Digest"
    assert (own.html, own.text) == (builtin.html, builtin.text)


def test_operator_s_card_may_include_a_file_of_their_own(folder: Path) -> None:
    (folder / "mail" / "card.txt.j2").write_text('{{ card.title }}\n{% include "mail/mine.txt.j2" %}\n')
    (folder / "mail" / "mine.txt.j2").write_text("{{ card.why | wrap('! ') }}\n")
    assert "\n! point cloud\n" in decoded(composed(Templates.load(folder), EDITIONS["rich"])).text


def test_operator_s_card_may_be_of_any_shape(folder: Path) -> None:
    (folder / "mail" / "card.html.j2").write_text(
        "{% when card.why %}{{ section.title }}: {{ card.why }}{% endwhen %}"
        "<b>{{ card.title }}</b> {{ mail.date }}{% when section.more %} {{ section.more }}{% endwhen %}\n"
    )
    (folder / "mail" / "card.txt.j2").write_text("{{ card.why }}\n{{ card.title }} ({{ card.why }})\n")
    mail = decoded(composed(Templates.load(folder), EDITIONS["rich"]))
    assert "Vision: point cloud<b>Point clouds from a single shadow</b> Tuesday 21 April 4 more" in mail.html
    assert "\ngrasping\nA gripper that asks before it drops (grasping)\n" in mail.text


@pytest.mark.parametrize(
    ("name", "text", "line", "said"),
    [
        ("card.html.j2", "<p>\n{{ card.title }\n", 2, "unexpected '}'"),
        ("card.html.j2", "<p>\n\n{% if card.url %}", 3, "end of template"),
        ("card.txt.j2", "one\n{{ card.titel }}\n", 2, "no attribute 'titel'"),
        ("edition.txt.j2", "{{ mial.date }}\n", 1, "'mial' is undefined"),
        ("footer.html.j2", "\n\n{{ 1 / 0 }}\n", 3, "division by zero"),
        ("edition.html.j2", '\n{% include "mail/none.j2" %}\n', 2, "no template 'mail/none.j2'"),
        ("subject.txt.j2", "{{ subject.count | shout }}\n", 1, "No filter named 'shout'"),
        ("card.html.j2", "\n{% if card.why %}x{% endif %}\n", 2, "{% when card.why %}"),
        ("card.html.j2", '{% if card.why == "x" %}x{% endif %}\n', 1, "{% when card.why %}"),
        ("card.html.j2", '\n{% if mail.notice != "" %}x{% endif %}\n', 2, "{% when mail.notice %}"),
        ("card.html.j2", "{% when card.title %}x{% endwhen %}\n", 1, "use `if` here"),
        ("card.html.j2", "{% each link in card.links %}x{% endeach %}\n", 1, "use `for` here"),
        ("edition.txt.j2", "\n{% each a in mail.sections %}x{% endeach %}\n", 2, "each section in mail"),
    ],
)  # fmt: skip
def test_fault_is_told_with_file_and_line(name: str, text: str, line: int, said: str, folder: Path) -> None:
    path = folder / "mail" / name
    path.write_text(text)
    with pytest.raises(TemplateError, match=re.escape(f"{path}:{line}: ")) as told:
        Templates.load(folder)
    assert said in str(told.value)
    assert told.value.exit_code == 2


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("card.txt.j2", "{{ card.why | upper }}\n", "mail/edition.txt.j2: .*only `wrap` may be applied"),
        (
            "card.txt.j2",
            "{{ card.why[:3] }}\n",
            "mail/edition.txt.j2: says .* cannot be tested, cut or joined",
        ),
        ("card.html.j2", '<i title="{{ section.title }}">x</i>\n', "mail/edition.html.j2: says"),
        ("subject.txt.j2", " \n", "mail/subject.txt.j2: makes the subject ''"),
        ("subject.txt.j2", "Re: {{ subject.best }}\n", "not pass for an answer"),
    ],
)
def test_template_that_compiling_would_misunderstand_is_refused(
    name: str, text: str, said: str, folder: Path
) -> None:
    (folder / "mail" / name).write_text(text)
    with pytest.raises(TemplateError, match=said):
        Templates.load(folder)


def test_style_that_depends_on_a_card_s_place_is_refused(folder: Path) -> None:
    # premailer would style the first card of each section; in the one document it meets one such card only.
    edition, styles = ((BUILTIN / name).read_text() for name in ("edition.html.j2", "styles.html.j2"))
    edition = edition.replace('<tr><td class="section', '<tr class="a"><td class="section')
    edition = edition.replace('<tr><td class="card', '<tr class="b"><td class="card')
    (folder / "mail" / "edition.html.j2").write_text(edition)
    styles = styles.replace("</style>", ".a + .b { color: red; }</style>", 1)
    (folder / "mail" / "styles.html.j2").write_text(styles)
    with pytest.raises(TemplateError, match=r"mail/edition\.html\.j2: says"):
        Templates.load(folder)


def test_mistyped_file_name_is_told_with_the_near_one(folder: Path) -> None:
    (folder / "mail" / "crad.html.j2").write_text("x")
    with pytest.raises(TemplateError, match=r"crad\.html\.j2: .*did you mean mail/card\.html\.j2"):
        Templates.load(folder)


def test_unlike_file_name_is_told_with_all_known(folder: Path) -> None:
    (folder / "mail" / "zzz.j2").write_text("x")
    with pytest.raises(TemplateError, match=r"zzz\.j2: .*known: mail/card\.html\.j2"):
        Templates.load(folder)


def test_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="no such folder"):
        Templates.load(tmp_path / "none")


def test_html_is_escaped_and_text_is_not(templates: Templates) -> None:
    mail = decoded(composed(templates, EDITIONS["rich"]))
    assert "1,200 model releases" in mail.html
    assert "tab=a&amp;sort=b" in mail.html
    assert "tab=a&sort=b" in mail.text


def test_the_built_in_templates_hold_the_proof_that_an_operators_must() -> None:
    check(Templates.load())


def test_a_template_beside_its_folder_is_not_ignored_in_silence(tmp_path: Path) -> None:
    (tmp_path / "subject.txt.j2").write_text("x")
    with pytest.raises(TemplateError, match=r"subject\.txt\.j2: it would not be read here; move it"):
        Templates.load(tmp_path)
