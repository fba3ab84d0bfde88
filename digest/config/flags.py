"""Words of a command line in, one section of settings out: checked as the file's are."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from digest.config.checks import topic_faults
from digest.config.faults import sentences, written
from digest.errors import UsageError

Section = TypeVar("Section", bound=BaseModel)


def checked(section: type[Section], **values: object) -> Section:
    """The section with these values; UsageError with every fault at once, each with its option's name."""
    faults = list(topic_faults(values, ()))
    checked = None
    try:
        checked = section.model_validate(values)
    except ValidationError as error:
        faults += sentences(error, section)
    if checked is None or faults:
        raise UsageError("\n".join(f"{written(place)}: {sentence}" for place, sentence in faults))
    return checked
