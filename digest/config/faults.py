"""A failed validation in, sentences out: what was expected at which place. Never shows a secret.

A place is pydantic's location: `("subscribers", 0, "topics", 1, "keywords")`.
"""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr

from digest.config.values import nearest, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

Place = tuple[str | int, ...]
Fault = tuple[Place, str]

_EXPECTED = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "float_parsing": "a number",
    "float_type": "a number",
    "finite_number": "a number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number",
    "int_type": "a whole number",
    "path_type": "a path",
    "string_type": "text",
}


def written(place: Place) -> str:
    """The place as a path: `subscribers[0].topics[1].keywords`."""
    path = ""
    for step in place:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path


def sentences(error: ValidationError, model: type[BaseModel]) -> list[Fault]:
    """A fault for each mistake that pydantic found while it made `model`."""
    return [(detail["loc"], sentence) for detail in error.errors() for sentence in _sentences(detail, model)]


def _sentences(detail: ErrorDetails, model: type[BaseModel]) -> Iterator[str]:
    place, kind, context = detail["loc"], detail["type"], detail.get("ctx", {})
    given = _given(detail["input"], annotation_at(model, place))
    if kind == "value_error":
        yield from str(context["error"]).split("\n")
    elif kind == "missing":
        field = fields_at(model, place[:-1]).get(str(place[-1]))
        wanted = field.description if field is not None and field.description else "a value"
        yield (
            f"missing; expected {wanted}"
            if not _is_section(field)
            else f"missing; expected [{written(place)}]"
        )
    elif kind == "extra_forbidden":
        yield unknown_key(str(place[-1]), list(fields_at(model, place[:-1])))
    elif kind == "literal_error":
        known = [str(value) for value in _literals(annotation_at(model, place))]
        yield f"unknown {given}; known: {', '.join(known)}"
    elif kind in {"tuple_type", "list_type"}:
        yield f"expected {_list(annotation_at(model, place), place)}, got {given}"
    elif kind in {"model_type", "model_attributes_type", "dict_type"}:
        yield f"expected a table, got {_kind(detail['input'])}"  # what was written here may be a secret
    elif kind == "too_long" and isinstance(detail["input"], str):
        yield f"expected at most {context['max_length']} characters, got {len(detail['input'])}"
    elif bound := _bound(kind, context):
        yield f"expected {bound}, got {given}"
    else:
        yield f"expected {_EXPECTED.get(kind, detail['msg'])}, got {given}"


def unknown_key(key: str, known: Sequence[str]) -> str:
    """What to say of a key that is none of `known`."""
    near = nearest(key, known)
    return f'unknown key; nearest: "{near}"' if near else f"unknown key; known: {', '.join(known)}"


def _bound(kind: str, context: dict[str, Any]) -> str:
    words = {
        "greater_than": "more than {gt:g}",
        "greater_than_equal": "at least {ge:g}",
        "less_than_equal": "at most {le:g}",
        "string_too_long": "at most {max_length} characters",
    }
    return words[kind].format(**context) if kind in words else ""


def _list(annotation: object, place: Place) -> str:
    element = next(iter(get_args(annotation)), str)
    if isinstance(element, type) and issubclass(element, BaseModel):
        return f"tables under [[{'.'.join(str(step) for step in place if not isinstance(step, int))}]]"
    example = {"categories": "cs.CL", "include": "new", "examples": "1706.03762", "authors": "Ada Lovelace"}
    return f'a list of strings such as ["{example.get(str(place[-1]), "graph neural network")}"]'


def _kind(value: object) -> str:
    names = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list"}
    return names.get(type(value), shown(value) if isinstance(value, dict) else "something else")


def _given(value: object, annotation: object) -> str:
    """The value as it may be shown: of a secret, only what kind of value it is."""
    if SecretStr in (annotation, *get_args(annotation)):
        return _kind(value)
    return shown(value)


# ---------------------------------------------------------------------------- what is expected where


def fields_at(model: type[BaseModel], place: Place) -> dict[str, Any]:
    """The options of the section at `place`; none where there is no section."""
    section = _section(annotation_at(model, place)) if place else model
    return dict(section.model_fields) if section is not None else {}


def annotation_at(model: type[BaseModel], place: Place) -> object:
    """The type that is expected at `place`; None where nothing is."""
    annotation: object = model
    for step in place:
        if isinstance(step, int):
            annotation = next(iter(get_args(annotation)), None)
            continue
        section = _section(annotation)
        if section is None or step not in section.model_fields:
            return None
        annotation = section.model_fields[step].annotation
    return annotation


def _section(annotation: object) -> type[BaseModel] | None:
    if get_origin(annotation) in {Union, types.UnionType}:
        annotation = next((part for part in get_args(annotation) if part is not type(None)), None)
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def _is_section(field: Any) -> bool:
    return field is not None and _section(field.annotation) is not None


def _literals(annotation: object) -> tuple[object, ...]:
    """The words of the Literal in an annotation, however deep."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return next((words for part in get_args(annotation) if (words := _literals(part))), ())
