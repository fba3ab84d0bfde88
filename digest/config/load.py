"""A configuration file and the environment in, settings out, or one ConfigError with every fault.

Reads the file, and the secret files that the environment names; opens nothing that the settings name.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from digest.config import advice, checks, environment
from digest.config.faults import sentences, unknown_key, written
from digest.config.settings import Settings
from digest.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.config.faults import Fault, Place

_SQLITE = re.compile(r"(?P<scheme>sqlite(?:\+\w+)?:///)(?P<path>[^?]+)(?P<query>\?.*)?", re.DOTALL)


def load(path: Path | str, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of the file at `path`, with what the environment overrides.

    Relative paths in the result stand beside the file. Raises ConfigError with every fault at once, each
    `<file or variable>: <path of the option>: <what was expected>`.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            text = file.read().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(
            f'{path}: there is no such file; write one with "digest init", or name another with --config'
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    return parse(text, path=path, environ=environ, mode=mode)


def parse(text: str, *, path: Path, environ: Mapping[str, str], mode: int = 0o600) -> Settings:
    """The settings that `text` holds, as if it stood at `path` with the permissions `mode`."""
    try:
        values: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {_syntax(str(error))}") from error
    stands_in_file = advice.secrets_in(values) if mode & 0o077 else ()
    overrides = environment.read(environ)
    environment.merge(values, overrides.values)
    settings, found = _validated(values)
    if settings is None or found or overrides.faults:
        told = [f"{_origin(place, path, overrides)}: {written(place)}: {why}" for place, why in found]
        raise ConfigError([*overrides.faults, *told])
    settings = _beside(settings, path.absolute().parent)
    settings.remember(
        path=path,
        warnings=(
            *(f"{path}: {sentence}" for sentence in advice.permissions(stands_in_file, mode, path)),
            *(f"{path}: {written(place)}: {sentence}" for place, sentence in advice.unwise(settings)),
        ),
    )
    return settings


def _validated(values: Mapping[str, Any]) -> tuple[Settings | None, list[Fault]]:
    """The settings, or none, and every fault: sections' own and those between them, in the file's order."""
    known = list(Settings.model_fields)
    found: list[Fault] = [((key,), unknown_key(key, known)) for key in values if key not in known]
    between = list(checks.faults(values))
    settings = None
    try:
        settings = Settings(**{key: value for key, value in values.items() if key in known})
    except ValidationError as error:
        told = {place for place, _ in between}
        found += [fault for fault in sentences(error, Settings) if fault[0] not in told]
    found += between

    def order(fault: Fault) -> tuple[int, int]:
        top, second = (*fault[0], -1)[:2]
        return known.index(str(top)) if top in known else -1, second if isinstance(second, int) else -1

    return settings, sorted(found, key=order)


def _origin(place: Place, path: Path, overrides: environment.Overrides) -> str:
    """Who said what stands at `place`: a variable (for it, above it, or wrongly below it), or the file."""
    steps = tuple(map(str, place))
    for named, variable in overrides.names.items():
        shared = min(len(named), len(steps))
        if named[:shared] == steps[:shared]:
            return variable
    return str(path)


def _syntax(message: str) -> str:
    """tomllib's message, with the position first."""
    match = re.fullmatch(r"(?P<what>.*) \(at (?P<where>.*)\)", message, re.DOTALL)
    return f"{match['where']}: not TOML: {match['what']}" if match else f"not TOML: {message}"


def _beside(settings: Settings, folder: Path) -> Settings:
    """The same settings, their relative paths made absolute from the folder of the file."""

    def absolute(path: Path) -> Path:
        return folder / path.expanduser()

    mail, digest = settings.mail, settings.digest
    dkim = mail.dkim and mail.dkim.model_copy(
        update={"private_key_file": absolute(mail.dkim.private_key_file)}
    )
    outbox = mail.outbox.model_copy(update={"folder": absolute(mail.outbox.folder)})
    templates = digest.templates and absolute(digest.templates)
    url = settings.store.url
    if (match := _SQLITE.fullmatch(url)) and match["path"] != ":memory:":
        url = f"{match['scheme']}{absolute(Path(match['path']))}{match['query'] or ''}"
    return settings.model_copy(
        update={
            "store": settings.store.model_copy(update={"url": url}),
            "mail": mail.model_copy(update={"outbox": outbox, "dkim": dkim}),
            "digest": digest.model_copy(update={"templates": templates}),
        }
    )
