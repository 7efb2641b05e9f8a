"""The rehearsal: until a day that config names, everything goes to the coordinator alone, each message saying whom it
would have gone to. Nothing is written into the tools.

Rounds decide as ever; what they would have sent is kept beside it (`rehearsed`), so that repeats and ends come as they
would have, and so that it can be counted afterwards (`alerts.noise`). When the rehearsal is over nobody but the
coordinator was told of anything: what is open then goes to those whom it concerns.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from alerts.deliveries import Planned
from alerts.messages import TEXTS, Entry, Line
from alerts.plain_text import cut, spaced
from alerts.planning import Planner
from alerts.routing import Target, coordinator_only
from alerts.wording import NAME_CHARS
from config.settings import Settings


def is_rehearsal(settings: Settings, today: date) -> bool:
    """Whether that day belongs to it."""
    return settings.rehearsal_until is not None and today <= settings.rehearsal_until


def rehearsed(planner: Planner, messages: Iterable[Planned]) -> list[Planned]:
    """`messages` of a round of the rehearsal: what is not the coordinator's own is kept, and copied to them."""
    target = coordinator_only(planner.settings, planner.people)
    found = []
    for one in messages:
        assert target.reader.key, "the config is refused unless a channel reaches persons"
        own = one.reader.key == target.reader.key
        found += [one] if own else [replace(one, rehearsed=True), _copy(one, target)]
    return found


def _copy(one: Planned, target: Target) -> Planned:
    """In its reader's language, as they would have read it; nothing can be decided in it."""
    language = target.reader.language
    who = spaced(cut(one.reader.name or one.channel, NAME_CHARS), language)
    first = Entry("", (Line(TEXTS.say(language, "rehearsal.to", who=who)),))
    entries = (first, *(replace(entry, on="") for entry in one.message.entries))
    message = replace(one.message, entries=entries).fitted()
    return Planned("rehearsal", target.channels[0], target.reader, message, {}, target.channels[1:])
