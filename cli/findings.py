"""What `check`, `status` and `doctor` say in the same words: a credential's end, and clocks that disagree."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from config.settings import SourceSettings
from connectors.base import LOOK_BACK

_SOON = timedelta(days=14)
"""Before a credential ends: whoever must renew it may be on leave."""
_SKEW = timedelta(minutes=1)
"""From here on a clock is worth a look; beyond `LOOK_BACK` what the vendor changed meanwhile may be missed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A line: how bad, about what, and what to do. "look": nothing has failed yet; "wrong": somebody must act now."""

    level: Literal["ok", "look", "wrong"]
    what: str
    text: str

    def __str__(self) -> str:
        return f"{self.what}: {self.text}"


def expiry(source: SourceSettings, today: date) -> Finding | None:
    """When the credential of `source` ends, as its `expires` says; None where that says nothing."""
    if source.expires is None:
        return None
    what, left = f"{source.name}: token", source.expires - today
    if left < timedelta():
        said = f"ended on {source.expires}, says sources.{source.name}.expires: renew it and the date"
        return Finding("wrong", what, said)
    if left <= _SOON:
        return Finding("look", what, f"ends on {source.expires}, in {left.days} days: renew it and the date")
    return Finding("ok", what, f"ends on {source.expires}")


def clock(name: str, skew: timedelta) -> Finding:
    """How far the clock of the vendor of source `name` is ahead of ours."""
    seconds = round(abs(skew).total_seconds())
    said = f"the vendor's is {seconds} s {'ahead of' if skew > timedelta() else 'behind'} ours"
    if abs(skew) > LOOK_BACK:
        return Finding("wrong", f"{name}: clock", f"{said}: changes may be missed; set this machine's clock by NTP")
    if abs(skew) >= _SKEW:
        return Finding("look", f"{name}: clock", f"{said}: set this machine's clock by NTP")
    return Finding("ok", f"{name}: clock", said)
