"""Template files in, rendered text out; a fault in one is told with its file and line. Sends nothing.

The built-in templates lie in `templates/` beside the package; a file of the same name in the operator's
folder (`<folder>/mail/card.html.j2`) is taken in its place.
"""

from __future__ import annotations

import dataclasses
import difflib
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
from jinja2 import meta

import digest
from digest.errors import TemplateError
from digest.mail.marks import Sentinel
from digest.mail.tags import NONCE, PersonalTags
from digest.mail.wrapping import WIDTH, wrap

if TYPE_CHECKING:
    from types import TracebackType

HTML = "mail/edition.html.j2"
TEXT = "mail/edition.txt.j2"
SUBJECT = "mail/subject.txt.j2"


@dataclasses.dataclass(frozen=True, slots=True)
class Templates:
    """The templates of a mail, ready to render: HTML with autoescape, text and subject without."""

    html: jinja2.Environment
    text: jinja2.Environment

    @classmethod
    def load(cls, folder: Path | None = None) -> Templates:
        """The built-in templates, single files replaced by those of `folder` and then proved on a sample
        edition. (Ours alone are proved by our tests and `digest check`, not again at each start.)

        Raises TemplateError, which names file and line, for a template that does not parse, asks for a
        word that does not exist, fails, or would say something else to a reader once it is compiled.
        """
        # Imported here because the proof compiles a mail, and compiling one needs this module.
        from digest.mail.check import check

        templates = cls(*(_environment(folder, autoescape=escape) for escape in (True, False)))
        if folder is not None:
            templates._refuse_strangers(folder)
            check(templates)
        return templates

    def render(self, name: str, *, nonce: str = "", **words: object) -> str:
        """One template, for one reader; or with marks, for all of them, where a nonce is given."""
        environment = self.html if name.endswith(".html.j2") else self.text
        try:
            return environment.get_template(name).render({**words, NONCE: nonce})
        except Exception as fault:
            raise TemplateError(_told(fault, name)) from fault

    def _refuse_strangers(self, folder: Path) -> None:
        """A file that replaces nothing and that no template includes has a mistyped name."""
        if not folder.is_dir():
            raise TemplateError(
                f"{folder}: no such folder of templates; make it, or leave digest.templates out"
            )
        for misplaced in sorted(folder.glob("*.j2")):
            place = "web" if (builtin_folder() / "web" / misplaced.name).is_file() else "mail"
            raise TemplateError(f"{misplaced}: it would not be read here; move it into {folder / place}")
        builtin = {f"mail/{path.name}" for path in (builtin_folder() / "mail").glob("*.j2")}
        own = {f"mail/{path.name}" for path in (folder / "mail").glob("*.j2")}
        included = {name for owner in builtin | own for name in self._included(owner)}
        for stranger in sorted(own - builtin - included):
            near = difflib.get_close_matches(stranger, sorted(builtin), n=1)
            raise TemplateError(
                f"{folder / stranger}: there is no built-in template of that name, and none includes it; "
                f"{f'did you mean {near[0]}?' if near else 'known: ' + ', '.join(sorted(builtin))}"
            )

    def _included(self, name: str) -> set[str]:
        environment = self.html if name.endswith(".html.j2") else self.text
        try:
            source, file, _ = environment.loader.get_source(environment, name)  # type: ignore[union-attr]
            tree = environment.parse(source, name, file)
            return {found for found in meta.find_referenced_templates(tree) if found}
        except (jinja2.TemplateError, UnicodeDecodeError, OSError) as fault:
            raise TemplateError(_told(fault, name)) from fault


def builtin_folder() -> Path:
    """Inside the package in a wheel, beside it in a checkout."""
    package = Path(digest.__file__).parent
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


def _environment(folder: Path | None, *, autoescape: bool) -> jinja2.Environment:
    folders = [builtin_folder()] if folder is None else [folder, builtin_folder()]
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.FileSystemLoader(one) for one in folders]),
        # Not select_autoescape(): it does not know the ending .html.j2.
        autoescape=autoescape,  # noqa: S701 — off for text parts and subjects only
        undefined=jinja2.StrictUndefined,
        extensions=[PersonalTags],
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["wrap"] = _wrap
    return environment


def _wrap(text: str, first: str = "", rest: str | None = None, width: int = WIDTH) -> str:
    """`{{ words | wrap("  - ", "    ") }}`: lines of at most `width` columns behind these prefixes."""
    rest = " " * len(first) if rest is None else rest
    if isinstance(text, Sentinel):
        return text.wrapped(first, rest, width)
    return wrap(str(text), first=first, rest=rest, width=width)


def _told(fault: Exception, name: str) -> str:
    """file:line: what is wrong. The line of an error while rendering is the innermost in a template."""
    if isinstance(fault, jinja2.TemplateSyntaxError):
        return f"{fault.filename or fault.name or name}:{fault.lineno}: {fault.message}"
    file, line = _where(fault.__traceback__)
    where = f"{file}:{line}" if file else name
    said = str(fault) or type(fault).__name__
    if isinstance(fault, jinja2.TemplateNotFound):
        said = f"there is no template {fault.name!r}"
    return f"{where}: {said}"


def _where(trace: TracebackType | None) -> tuple[str, int]:
    found = ("", 0)
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.endswith(".j2"):
            found = (file, trace.tb_lineno)
        trace = trace.tb_next
    return found
