"""What every section of the settings is: frozen, strict about its keys, silent about its input.

Also the numbers that sections are made of. Holds no setting itself.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from digest.config.values import shown


class Section(BaseModel):
    """A table of the configuration file."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)


def _number(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError(f"expected a number, got {shown(value)}")  # noqa: TRY004 - for pydantic
    return value


_Number = BeforeValidator(_number)

Count = Annotated[int, Field(ge=1, le=200), _Number]
CountOrNone = Annotated[int | None, Field(ge=1, le=200), _Number]
Days = Annotated[int, Field(ge=1, le=60), _Number]
HalfLife = Annotated[float, Field(ge=1, le=36_500), _Number]
Hours = Annotated[float, Field(gt=0, le=720), _Number]
PerDay = Annotated[int, Field(ge=1, le=100_000_000), _Number]
Rate = Annotated[float, Field(ge=0.001, le=10_000), _Number]
KeepDays = Annotated[int, Field(ge=0, le=36_500), _Number]
Port = Annotated[int, Field(ge=1, le=65535), _Number]
Score = Annotated[float, Field(ge=0, lt=100), _Number]
Small = Annotated[int, Field(ge=1, le=64), _Number]
Weight = Annotated[float, Field(gt=0, le=100), _Number]
Seconds = Annotated[float, Field(gt=0, le=3600), _Number]
SecondsOrNone = Annotated[float | None, Field(ge=0, le=3600), _Number]
