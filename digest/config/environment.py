"""Environment variables in, raw settings out: `DIGEST_SITE__SECRET`, or `DIGEST_SITE__SECRET_FILE`.

The name is the path of an option, its steps joined by two underscores; lists are written as JSON.
With `_FILE` added, the variable names a file that holds the value (a container's secret). Reads those
files, and nothing else; no value of a variable is ever told.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic_settings import EnvSettingsSource
from pydantic_settings.exceptions import SettingsError

from digest.config.faults import annotation_at
from digest.config.settings import Settings
from digest.config.values import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "DIGEST_"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """What the environment says: values as nested tables, and the variable each place came from."""

    values: dict[str, Any]
    names: dict[tuple[str, ...], str]
    faults: tuple[str, ...]


def read(environ: Mapping[str, str]) -> Overrides:
    """Every variable that names an option. One without two underscores in it is somebody else's."""
    values: dict[str, Any] = {}
    names: dict[tuple[str, ...], str] = {}
    faults: list[str] = []
    for name in sorted(environ):
        place = tuple(name.removeprefix(PREFIX).lower().split("__"))
        option = annotation_at(Settings, place)
        whole = len(place) == 1 and option is not None  # DIGEST_SOURCES='[…]'
        if not name.startswith(PREFIX) or not (len(place) > 1 or whole):
            continue
        value = environ[name]
        bare = name.removesuffix("_FILE")
        if option is None and bare != name and annotation_at(Settings, _place(bare)) is not None:
            if bare in environ:
                faults.append(f"{name}: {bare} is given too; keep one of them")
                continue
            try:
                value = Path(value).read_text(encoding="utf-8").rstrip("\r\n")
            except (OSError, UnicodeDecodeError) as error:
                faults.append(f"{name}: cannot read the file that it names: {_why(error)}")
                continue
            place = _place(bare)
        elif option is None:
            near = nearest(place[0], list(Settings.model_fields))
            if place[0] not in Settings.model_fields:
                hint = f"nearest: {PREFIX}{near.upper()}__…" if near else "see docs/configuration.md"
                faults.append(f"{name}: unknown; {hint}")
                continue
        try:
            merge(values, _exploded(place, value))
        except SettingsError:
            faults.append(f"{name}: expected JSON")
            continue
        names[place] = name
    return Overrides(values=values, names=names, faults=tuple(faults))


def merge(into: dict[str, Any], values: Mapping[str, Any]) -> None:
    """Put `values` over `into`, table by table; anything but a table replaces what was there."""
    for key, value in values.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        else:
            into[key] = value


def _place(name: str) -> tuple[str, ...]:
    return tuple(name.removeprefix(PREFIX).lower().split("__"))


def _exploded(place: tuple[str, ...], value: str) -> dict[str, Any]:
    source = EnvSettingsSource(Settings)
    source.env_vars = {f"{PREFIX}{'__'.join(place)}".lower(): value}
    return source()


def _why(error: OSError | UnicodeDecodeError) -> str:
    return error.strerror or type(error).__name__ if isinstance(error, OSError) else "it is not UTF-8"
