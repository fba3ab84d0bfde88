"""Whole mails, as they were looked at and found good; `pytest tests/mail --renew-golden` renews them."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.mail.check import decoded
from digest.mail.templates import Templates
from tests.mail.editions import EDITIONS, SITE, WEB_SITE, composed

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
EARLIER = Path(__file__).resolve().parent / "earlier"  # the templates before mails had links to preferences


@pytest.mark.parametrize("name", [*sorted(EDITIONS), "web"])
def test_mail_is_the_golden_one(name: str, templates: Templates, renew_golden: bool) -> None:
    site = WEB_SITE if name in ("trending", "web") else SITE
    mail = decoded(composed(templates, EDITIONS["rich" if name == "web" else name], site=site))
    for ending, words in (("html", mail.html), ("txt", mail.text), ("subject.txt", f"{mail.subject}\n")):
        path = GOLDEN / f"{name}.{ending}"
        if renew_golden:
            path.write_text(words, encoding="utf-8")
        assert words == path.read_text(encoding="utf-8"), path.name


def test_an_operator_s_templates_of_the_earlier_version_say_what_they_said() -> None:
    mail = decoded(composed(Templates.load(EARLIER), EDITIONS["trending"], site=WEB_SITE))
    for ending, words in (("html", mail.html), ("txt", mail.text), ("subject.txt", f"{mail.subject}\n")):
        path = GOLDEN / f"earlier.{ending}"  # never renewed
        assert words == path.read_text(encoding="utf-8"), path.name
