"""The time zones that a person may choose, by continent. Reads the zone database, no clock."""

from __future__ import annotations

import functools

_AREAS = (
    "Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
)  # fmt: skip

ZoneGroup = tuple[str, tuple[tuple[str, str], ...]]
"""A continent or ocean, and its zones as (IANA name, words)."""


def zone_groups(chosen: str = "UTC") -> tuple[ZoneGroup, ...]:
    """Every zone that is named for a place, and `chosen` where it is another (an operator may have set
    `Etc/GMT+5`); one that does not exist is not offered."""
    import zoneinfo

    groups = _groups()
    listed = any(chosen == name for _, zones in groups for name, _ in zones)
    if listed or chosen not in zoneinfo.available_timezones():
        return groups
    return (("As it is", ((chosen, chosen),)), *groups)


@functools.cache
def _groups() -> tuple[ZoneGroup, ...]:
    import zoneinfo

    names = sorted(zoneinfo.available_timezones())
    places = (
        (area, tuple((name, _place(name)) for name in names if name.startswith(f"{area}/")))
        for area in _AREAS
    )
    return (("Universal", (("UTC", "UTC"),)), *places)


def _place(name: str) -> str:
    """America/Argentina/Buenos_Aires → "Buenos Aires (Argentina)"."""
    _, *between, city = name.replace("_", " ").split("/")
    return f"{city} ({', '.join(between)})" if between else city
