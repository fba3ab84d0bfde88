"""Whole mails, as they were looked at and found good; `pytest tests/mail --renew-golden` renews them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from digest.mail.check import decoded
from tests.mail.editions import EDITIONS, SITE, WEB_SITE, composed

if TYPE_CHECKING:
    from digest.mail.templates import Templates

GOLDEN = Path(__file__).resolve().parents[1] / "golden"


@pytest.mark.parametrize("name", sorted(EDITIONS))
def test_mail_is_the_golden_one(name: str, templates: Templates, renew_golden: bool) -> None:
    mail = decoded(composed(templates, EDITIONS[name], site=WEB_SITE if name == "trending" else SITE))
    for ending, words in (("html", mail.html), ("txt", mail.text), ("subject.txt", f"{mail.subject}\n")):
        path = GOLDEN / f"{name}.{ending}"
        if renew_golden:
            path.write_text(words, encoding="utf-8")
        assert words == path.read_text(encoding="utf-8"), path.name
