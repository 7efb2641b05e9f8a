"""The rehearsal: until a day that config names, everything goes to the coordinator alone, each message saying whom it
would have gone to. Nothing is written into the tools.

Rounds decide as ever; what they would have sent is kept beside it (`rehearsed`), so that repeats and ends come as they
would have, and so that it can be counted afterwards (`alerts.noise`). When the rehearsal is over nobody but the
coordinator was told of anything: what is open then goes to those whom it concerns.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace

from alerts.decide import Reason
from alerts.deliveries import NEWS, Planned
from alerts.messages import TEXTS, Entry, Line
from alerts.plain_text import cut, spaced
from alerts.planning import Planner
from alerts.routing import Target, coordinator_only
from alerts.wording import NAME_CHARS


def rehearsed(planner: Planner, messages: Iterable[Planned]) -> list[Planned]:
    """`messages` of a round of the rehearsal: what is not the coordinator's own is kept, and copied to them.

    What several persons would have read of the same alerts is one copy; of what is urgent there is none of its repeats,
    which are many.
    """
    target = coordinator_only(planner.settings, planner.people)
    found: list[Planned] = []
    copied: dict[Hashable, list[Planned]] = {}
    for number, one in enumerate(messages):
        assert target.reader.key, "the config is refused unless a channel reaches persons"
        own = one.reader.key == target.reader.key
        found.append(one if own else replace(one, rehearsed=True))
        if not own and not _is_urgent_repeat(planner, one):
            alike = (one.kind, frozenset(one.told)) if one.told and one.reader.key else number
            copied.setdefault(alike, []).append(one)
    return [*found, *(_copy(planner, alike, target) for alike in copied.values())]


def _is_urgent(planner: Planner, one: Planned) -> bool:
    """Whether it would have gone out at once, at any hour: the end of what was urgent waits for the morning."""
    return one.kind in NEWS and any(planner.alerts[key].urgent for key in one.told)


def _is_urgent_repeat(planner: Planner, one: Planned) -> bool:
    return _is_urgent(planner, one) and {reason for _, reason in one.told.values()} == {Reason.REPEAT}


def _copy(planner: Planner, alike: Sequence[Planned], target: Target) -> Planned:
    """In its first reader's language, as they would have read it; nothing can be decided in it."""
    language, first = target.reader.language, alike[0]
    names = [cut(one.reader.name or one.channel, NAME_CHARS) for one in alike]
    who = spaced(TEXTS.say(language, "comma").join(names), language)
    head = Entry("", (Line(TEXTS.say(language, "rehearsal.to", who=who)),))
    entries = (head, *(replace(entry, on="") for entry in first.message.entries))
    message = replace(first.message, entries=entries).fitted()
    urgent = _is_urgent(planner, first)
    return Planned("rehearsal", target.channels[0], target.reader, message, {}, target.channels[1:], urgent=urgent)
