"""How old what a figure rests on may be, in words."""

from collections.abc import Sequence

from report.rows import SourceRow
from report.speech import Speech

_NAMED = 2
"""More sources than these are counted where they are not a list of their own."""


def freshness(speech: Speech, sources: Sequence[SourceRow]) -> str:
    """When the oldest of the sources was read; where some are stale, which, and since when."""
    if not sources:
        return speech.t("figure.no_source")
    stale = [row for row in sources if row.stale]
    if unread := [row for row in stale if row.last_ok_at is None]:
        return speech.t("figure.never", sources=labels(speech, unread))
    at = speech.shortly(min(row.last_ok_at for row in stale or sources if row.last_ok_at))
    return speech.t("figure.stale", at=at, sources=labels(speech, stale)) if stale else speech.t("figure.read", at=at)


def labels(speech: Speech, sources: Sequence[SourceRow]) -> str:
    """What people call those sources; their number, where naming them would fill the page."""
    if len(sources) > _NAMED:
        return speech.t("sources.count", count=len(sources))
    return speech.joined([row.label for row in sources])
