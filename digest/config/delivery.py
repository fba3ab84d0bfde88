"""How deliveries are handed over, and whom to tell when they are not: two sections of the settings."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from digest.config.addresses import Address, Url, parse_address
from digest.config.section import Count, Hours, PerDay, Rate, Section

PLACEHOLDER = "{delivery}"  # in mail.return_path: the delivery's id, so that a bounce names what bounced


def _return_path(value: object) -> object:
    if not isinstance(value, str) or "{" not in value:
        return parse_address(value)
    if value.count(PLACEHOLDER) != 1 or PLACEHOLDER not in value.rpartition("@")[0]:
        raise ValueError(
            f'expected an address such as "bounces+{PLACEHOLDER}@example.org": {PLACEHOLDER} before the @'
        )
    sixteen = "0123456789abcdef"
    return parse_address(value.strip().replace(PLACEHOLDER, sixteen)).replace(sixteen, PLACEHOLDER)


ReturnPath = Annotated[str, BeforeValidator(_return_path)]


class WarmupSettings(Section):
    """A new sender's daily cap, which grows from day to day."""

    first_day: Annotated[PerDay, Field(description="how many mails may leave on the first day")]
    growth: Annotated[float, Field(ge=1, le=10, description="how many times as many on each day after")]


def _rates(domains: dict[str, float]) -> dict[str, float]:
    checked: dict[str, float] = {}
    for domain, rate in domains.items():
        try:
            # In the form in which readers' addresses are kept: lower case, ASCII.
            checked[parse_address(f"someone@{domain.strip()}").rpartition("@")[2].lower()] = rate
        except ValueError as error:
            raise ValueError(f'expected recipients\' domains such as "gmail.com", got "{domain}"') from error
        if not 0.001 <= rate <= 10_000:
            raise ValueError(f"{domain}: expected mails a minute, from 0.001 to 10000, got {rate:g}")
    return checked


class DeliverySettings(Section):
    """Windows, retries and limits. Limits are off unless given."""

    window: Count = 8
    uncertain: Literal["hold", "resend"] = "hold"
    give_up_hours: Hours = 48
    soft_bounces: Count = 5
    soft_bounce_days: Annotated[int, Field(ge=0, le=365)] = 14
    per_second: Rate | None = None
    per_day: PerDay | None = None
    domain_per_minute: Rate | None = None
    domains: Annotated[dict[str, float], AfterValidator(_rates)] = Field(default={})
    warmup: WarmupSettings | None = None


class OperatorSettings(Section):
    """Who is told when a morning does not go out, and what is told that all is alive."""

    notify: Address | None = None
    ping_url: Url | None = None
