"""Times of day, cadences and zones as the settings hold them. No clock is read."""

from __future__ import annotations

import datetime as dt
import difflib
import functools
import re
from typing import Annotated

from pydantic import BeforeValidator

from digest.config.values import shown
from digest.model import Cadence

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIME = re.compile(r"\s*(\d{1,2}):(\d{2})(?::00)?\s*", re.ASCII)  # a spreadsheet adds :00


def parse_send_at(value: object) -> dt.time:
    """A time of day: `07:00`, or TOML's own 07:00:00.

    >>> parse_send_at("7:30")
    datetime.time(7, 30)
    """
    if isinstance(value, dt.time) and not (value.second or value.microsecond or value.tzinfo):
        return value
    match = (
        re.fullmatch(r"\s*(\d{1,2}):(\d{2})(?::00)?\s*", value, re.ASCII) if isinstance(value, str) else None
    )
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise ValueError(f'expected a time of day such as "07:00", got {shown(value)}')
    return dt.time(int(match[1]), int(match[2]))


def parse_cadence(value: object) -> Cadence:
    """`daily`, `weekdays`, `weekly:mon` (to `sun`) or `monthly:1` (to 28).

    >>> parse_cadence("weekly:fri")
    Cadence(kind='weekly', weekday=4, month_day=1)
    """
    if isinstance(value, Cadence):
        return value
    if isinstance(value, str):
        kind, _, detail = (part.strip() for part in value.lower().partition(":"))
        if kind == "daily" and not detail:
            return Cadence(kind="daily")
        if kind == "weekdays" and not detail:
            return Cadence(kind="weekdays")
        if kind == "weekly" and len(detail) >= 3:
            for number, day in enumerate(_DAYS):
                if day.startswith(detail):
                    return Cadence(kind="weekly", weekday=number)
        if kind == "monthly" and re.fullmatch(r"\d{1,2}", detail, re.ASCII) and 1 <= int(detail) <= 28:
            return Cadence(kind="monthly", month_day=int(detail))
    raise ValueError(
        'expected "daily", "weekdays", "weekly:mon" (to "weekly:sun") or "monthly:1" (to "monthly:28"), '
        f"got {shown(value)}"
    )


def format_cadence(cadence: Cadence) -> str:
    """The words that `parse_cadence` reads.

    >>> format_cadence(Cadence(kind="weekly", weekday=4))
    'weekly:fri'
    """
    if cadence.kind == "weekly":
        return f"weekly:{_DAYS[cadence.weekday][:3]}"
    return f"monthly:{cadence.month_day}" if cadence.kind == "monthly" else cadence.kind


@functools.cache
def _zones() -> frozenset[str]:
    import zoneinfo

    # files of the zone database that name no place
    return frozenset(zoneinfo.available_timezones()) - {"localtime", "posixrules", "Factory"}


# Abbreviations are ambiguous, so that none is a zone; this is who mostly means what by them.
_ABBREVIATIONS = {
    "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles", "pt": "America/Los_Angeles",
    "mdt": "America/Denver", "cdt": "America/Chicago", "cst": "America/Chicago", "ct": "America/Chicago",
    "edt": "America/New_York", "et": "America/New_York", "bst": "Europe/London", "cest": "Europe/Berlin",
    "ist": "Asia/Kolkata", "jst": "Asia/Tokyo", "kst": "Asia/Seoul", "sgt": "Asia/Singapore",
    "aest": "Australia/Sydney", "beijing": "Asia/Shanghai", "san francisco": "America/Los_Angeles",
    "munich": "Europe/Berlin", "delhi": "Asia/Kolkata", "mumbai": "Asia/Kolkata",
}  # fmt: skip


def parse_timezone(value: object) -> object:
    """The name of a zone in the IANA database, spelled as it is there."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text in _zones():
        return text
    near = suggest_timezone(text)
    hint = f"nearest: {near}" if near else 'expected an IANA name such as "Europe/Berlin"'
    raise ValueError(f"unknown time zone {shown(value)}; {hint}")


def suggest_timezone(text: str) -> str | None:
    """The zone that `text` may have meant: an abbreviation, a city, a slip, an offset in whole hours.

    >>> suggest_timezone("Berlin"), suggest_timezone("PST"), suggest_timezone("UTC+2")
    ('Europe/Berlin', 'America/Los_Angeles', 'Etc/GMT-2')
    """
    word = text.strip().lower().replace("_", " ")
    if word in _ABBREVIATIONS:
        return _ABBREVIATIONS[word]
    offset = re.fullmatch(r"(?:utc|gmt)?\s*([+-])0?(\d{1,2})(?::?00)?", word, re.ASCII)
    if offset and int(offset[2]) <= 12:  # POSIX: the sign in Etc/ names is the other way round
        return f"Etc/GMT{'-' if offset[1] == '+' else '+'}{int(offset[2])}"
    proper = [name for name in sorted(_zones()) if not name.startswith(("Etc/", "posix", "right"))]
    names = {name.lower().replace("_", " "): name for name in proper}
    cities = {name.rpartition("/")[2].lower().replace("_", " "): name for name in reversed(proper)}
    for known in (names, cities):
        if near := difflib.get_close_matches(word, known, n=1, cutoff=0.75):
            return known[near[0]]
    return None


SendAt = Annotated[dt.time, BeforeValidator(parse_send_at)]
CadenceValue = Annotated[Cadence, BeforeValidator(parse_cadence)]
Zone = Annotated[str, BeforeValidator(parse_timezone)]
