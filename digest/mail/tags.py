"""The two tags that a mail's templates have beside Jinja's own: `each` and `when`.

    {% each section in mail.sections %} … {% endeach %}       a loop over what differs from reader to reader
    {% when card.why %} … {% endwhen %}                       only where this reader has it

Rendered for one reader they are a `for` and an `if`. Rendered once for all (the context has a nonce) they
leave marks around what they enclose, at which `digest.mail.marks` cuts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import nodes
from jinja2.ext import Extension
from markupsafe import Markup

from digest.mail.marks import OPTIONAL, REPEATED, closing, opening

if TYPE_CHECKING:
    from collections.abc import Callable

    from jinja2.parser import Parser
    from jinja2.runtime import Context

NONCE = "_nonce"


class PersonalTags(Extension):
    """`each` and `when`."""

    tags = {"each", "when"}  # noqa: RUF012 — Jinja's own declaration is an instance variable

    def parse(self, parser: Parser) -> nodes.Node:
        """Jinja calls this at one of our tags."""
        tag = next(parser.stream)
        line = tag.lineno
        if tag.value == "when":
            test = parser.parse_expression()
            path = _path(test, OPTIONAL, parser=parser, tag="when", line=line)
            body = parser.parse_statements(("name:endwhen",), drop_needle=True)
            asked: nodes.Expr = self.call_method("_has", [nodes.ContextReference(), test], lineno=line)
            return nodes.If(asked, [self._marked(path, body, line=line)], [], [], lineno=line)
        target = parser.parse_assign_target(extra_end_rules=("name:in",))
        parser.stream.expect("name:in")
        things = parser.parse_expression()
        path = _path(things, REPEATED, parser=parser, tag="each", line=line)
        if not isinstance(target, nodes.Name) or f"{path.partition('.')[2]}" != f"{target.name}s":
            parser.fail(
                f"write `each {path.partition('.')[2][:-1]} in {path}`: its parts are known by that name",
                line,
            )
        body = parser.parse_statements(("name:endeach",), drop_needle=True)
        return nodes.For(target, things, [self._marked(path, body, line=line)], [], None, False, lineno=line)

    def _marked(self, path: str, body: list[nodes.Node], *, line: int) -> nodes.CallBlock:
        call = self.call_method("_mark", [nodes.ContextReference(), nodes.Const(path)], lineno=line)
        return nodes.CallBlock(call, [], [], body, lineno=line)

    def _mark(self, context: Context, path: str, *, caller: Callable[[], str]) -> str:
        nonce = context.get(NONCE)
        inner = caller()
        if not nonce:
            return inner
        marked = f"{opening(nonce, path)}{inner}{closing(nonce, path)}"
        # What a block says comes escaped where autoescape is on, and says so by its type.
        return Markup(marked) if isinstance(inner, Markup) else marked  # noqa: S704

    def _has(self, context: Context, value: object) -> bool:
        return bool(context.get(NONCE)) or bool(value)


def _path(expression: nodes.Expr, known: frozenset[str], *, parser: Parser, tag: str, line: int) -> str:
    if isinstance(expression, nodes.Getattr) and isinstance(expression.node, nodes.Name):
        path = f"{expression.node.name}.{expression.attr}"
        if path in known:
            return path
    return parser.fail(
        f"`{tag}` is for {', '.join(sorted(known))}; use `{'if' if tag == 'when' else 'for'}` here", line
    )
