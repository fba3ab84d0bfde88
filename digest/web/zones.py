"""The time zones that a person may choose, by continent. Reads the zone database, no clock."""

from __future__ import annotations

import dataclasses
import functools

_AREAS = (
    "Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
)  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ZoneGroup:
    """A continent or ocean: its zones as (IANA name, words)."""

    area: str
    zones: tuple[tuple[str, str], ...]


def zone_groups(chosen: str = "UTC") -> tuple[ZoneGroup, ...]:
    """Every zone that is named for a place, and `chosen` where it is another (an operator may have set
    `Etc/GMT+5`); one that does not exist is not offered."""
    import zoneinfo

    groups = _groups()
    listed = any(chosen == name for group in groups for name, _ in group.zones)
    if listed or chosen not in zoneinfo.available_timezones():
        return groups
    return (ZoneGroup(area="As it is", zones=((chosen, chosen),)), *groups)


@functools.cache
def _groups() -> tuple[ZoneGroup, ...]:
    import zoneinfo

    names = sorted(zoneinfo.available_timezones())
    places = (
        ZoneGroup(
            area=area,
            zones=tuple((name, _place(name)) for name in names if name.startswith(f"{area}/")),
        )
        for area in _AREAS
    )
    return (ZoneGroup(area="Universal", zones=(("UTC", "UTC"),)), *places)


def _place(name: str) -> str:
    """America/Argentina/Buenos_Aires → "Buenos Aires (Argentina)"."""
    _, *between, city = name.replace("_", " ").split("/")
    return f"{city} ({', '.join(between)})" if between else city
